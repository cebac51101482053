internal import Glibc
internal import Runtime
internal import SAMLExchange

/// `preau-saml`: looks after the workers that read and sign messages of SAML. It reads no message itself, has no key and no
/// connection to anything; a worker that ends, hangs or is stopped is replaced.
package enum SAMLProcess {
    /// - Parameter arguments: after the program's name: `--sockets DIR [--workers N]`; `worker …` for the workers, which this
    ///   program starts itself.
    package static func run(_ words: [String]) throws {
        var arguments = Arguments(words)
        if words.first == "worker" {
            _ = arguments.word()
            return try SAMLWorker.run(&arguments)
        }
        let directory = try arguments.required("--sockets")
        let workers = try arguments.option("--workers").map { Int($0) ?? 0 } ?? 2
        try arguments.end()
        guard (1...32).contains(workers) else { throw UsageError("--workers goes from 1 to 32") }
        try SAMLSupervisor(directory: directory, workers: workers).run()
    }
}

/// Starts workers, and others in their place.
final class SAMLSupervisor {
    private struct Place {
        let role: SAMLRole
        let socket: Int32
        var child: ChildProcess?
        /// When its present question came; nil while it has none.
        var busySince: Instant?
        var startAt = Instant.now
    }

    /// Longest that one question may take. A node has given up long before.
    private static let patience = Duration.seconds(8)
    /// Between the end of a worker and the start of the next in its place: no storm of starts.
    private static let pause = Duration.milliseconds(200)

    private let program: String
    private var places: [Place] = []
    private let lock: Int32
    private let log = Log("saml")

    init(directory: String, workers: Int) throws {
        var path = [CChar](repeating: 0, count: 4096)
        guard readlink("/proc/self/exe", &path, path.count - 1) > 0 else {
            throw RuntimeError.system(call: "readlink", code: errno)
        }
        program = String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        mkdir(directory, 0o700)
        lock = open(directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw RuntimeError.system(call: "open \(directory)/lock", code: errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw UsageError("another preau-saml serves in \(directory)")
        }
        for role in SAMLRole.allCases {
            // Workers inherit it: one that is replaced loses no waiting connection.
            let socket = try SAMLSocket.listen(at: directory + "/" + role.socket, waiting: 64)
            for _ in 0..<workers { places.append(Place(role: role, socket: socket)) }
        }
    }

    func run() throws {
        log.notice("ready", ("workers", .integer(places.count)))
        while true {
            for index in places.indices where places[index].child == nil && Instant.now >= places[index].startAt {
                start(index)
            }
            wait()
            for index in places.indices { look(index) }
        }
    }

    private func start(_ index: Int) {
        let place = places[index]
        do {
            places[index].child = try ChildProcess.start(
                program, ["worker", place.role.rawValue, "\(place.socket)", "\(getpid())"])
            places[index].busySince = nil
        } catch {
            log.error("a worker cannot be started", ("error", .text("\(error)")))
            places[index].startAt = .now + .seconds(1)
        }
    }

    /// Until a worker says something, or a fifth of a second: stopping is seen by asking.
    private func wait() {
        var entries = places.map { pollfd(fd: $0.child?.output ?? -1, events: Int16(POLLIN), revents: 0) }
        guard poll(&entries, nfds_t(entries.count), 200) > 0 else { return }
        for index in places.indices where entries[index].revents != 0 {
            var chunk = [UInt8](repeating: 0, count: 256)
            let count = chunk.withUnsafeMutableBytes { read(entries[index].fd, $0.baseAddress, $0.count) }
            guard count > 0 else { continue }
            places[index].busySince = chunk[count - 1] == SAMLWorker.begins ? .now : nil
        }
    }

    private func look(_ index: Int) {
        guard let child = places[index].child else { return }
        switch child.state() {
        case .running:
            if let since = places[index].busySince, Instant.now.since(since) > SAMLSupervisor.patience {
                log.warning("a worker hangs and is replaced", ("role", .text(places[index].role.rawValue)))
                child.kill()
                places[index].busySince = nil
            }
        case .stopped:
            log.warning("a worker was stopped and is replaced", ("role", .text(places[index].role.rawValue)))
            child.kill()
        case .ended(let status):
            if status != 0 {
                log.warning(
                    "a worker ended", ("role", .text(places[index].role.rawValue)), ("status", .integer(Int(status))))
            }
            close(child.output)
            places[index].child = nil
            places[index].startAt = status == 0 ? .now : .now + SAMLSupervisor.pause
        }
    }
}
