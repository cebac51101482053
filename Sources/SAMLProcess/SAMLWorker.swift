internal import Glibc
internal import Runtime
internal import SAML
internal import SAMLExchange

/// One worker: one question after the other, each on a connection of its own.
enum SAMLWorker {
    /// What it tells who looks after it.
    static let begins = UInt8(ascii: "b")
    static let ends = UInt8(ascii: "e")

    /// After so many questions another takes its place: what a library leaks ends with the process.
    private static let mostQuestions = 2000
    /// Bytes of memory; past it the process cannot get more, and ends.
    private static let memory: UInt = 2 << 30
    private static let patience = Duration.seconds(2)

    static func run(_ arguments: inout Arguments) throws {
        guard let role = arguments.word().flatMap(SAMLRole.init), let socket = arguments.word().flatMap(Int32.init),
            let parent = arguments.word().flatMap(Int32.init)
        else { throw UsageError("a worker is started by preau-saml itself") }
        try arguments.end()
        guard ChildProcess.becomeWard(of: parent) else { throw UsageError("nobody looks after this worker") }
        // A fault ends the process at once: no handler looks into its memory, and the next one takes its place.
        for number in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP] { signal(number, SIG_DFL) }
        var bound = rlimit(rlim_cur: memory, rlim_max: memory)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &bound)
        let answer: (SAMLVerb, SAMLRecord) throws(SAMLExchangeError) -> SAMLRecord
        switch role {
        case .reader: answer = try SAMLReader().answer
        case .signer: answer = try SAMLSigner().answer
        }
        for _ in 0..<mostQuestions { serve(socket, role, answer) }
    }

    private static func serve(
        _ socket: Int32, _ role: SAMLRole, _ answer: (SAMLVerb, SAMLRecord) throws(SAMLExchangeError) -> SAMLRecord
    ) {
        guard let connection = SAMLSocket.accept(on: socket) else { return }
        defer { close(connection) }
        say(begins)
        defer { say(ends) }
        guard let question = SAMLSocket.read(from: connection, until: .now + patience).flatMap({ SAMLRecord($0) })
        else { return }
        let frame = reply(to: question, role, answer).frame ?? SAMLRecord([SAMLVerb.refusal: "too large"]).frame
        if let frame { _ = SAMLSocket.write(frame, to: connection, until: .now + patience) }
    }

    private static func reply(
        to question: SAMLRecord, _ role: SAMLRole,
        _ answer: (SAMLVerb, SAMLRecord) throws(SAMLExchangeError) -> SAMLRecord
    ) -> SAMLRecord {
        guard let verb = question[SAMLVerb.field].flatMap(SAMLVerb.init), verb.role == role else {
            return SAMLRecord([SAMLVerb.refusal: "verb"])
        }
        do {
            return try answer(verb, question)
        } catch {
            switch error {
            case .refused(let reason): return SAMLRecord([SAMLVerb.refusal: reason])
            case .unavailable: return SAMLRecord([SAMLVerb.refusal: "lasso"])
            }
        }
    }

    private static func say(_ byte: UInt8) {
        var byte = byte
        // Nobody listens any more: this process is about to end with them.
        _ = write(STDOUT_FILENO, &byte, 1)
    }
}
