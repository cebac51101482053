internal import Foundation
internal import FoundationNetworking
internal import HTTPClient

/// The admin service, as the command talks to it.
struct AdminClient: Sendable {
    private let base: String
    private let token: String

    /// Seconds without a byte. Said of a request once it is made: what its initializer is given, Foundation on Linux takes for
    /// its own usual minute.
    private static let patience = 600.0

    /// - Parameters:
    ///   - base: as in `stack.json`: `http://127.0.0.1:8081`.
    ///   - token: the operators' bearer token; sent to `base` only, redirects are not followed with it.
    init(base: String, token: String) {
        self.base = base
        self.token = token
    }

    private struct Problem: Decodable {
        let code: String?
        let title: String?
        let detail: String?
        let errors: [Field]?

        struct Field: Decodable {
            let pointer: String?
            let detail: String
        }
    }

    /// One call.
    /// - Returns: the body of a 2xx answer.
    /// - Throws: `.refused` for any other answer, `.unreachable`.
    func send(
        _ method: String, _ path: String, body: Data? = nil, type: String = "application/json"
    ) async throws -> Data {
        guard let url = URL(string: base + path) else { throw OperatorError.usage("not an address: \(base)\(path)") }
        var request = URLRequest(url: url)
        request.timeoutInterval = AdminClient.patience
        request.httpMethod = method
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        request.setValue("en", forHTTPHeaderField: "Accept-Language")
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        if let body {
            request.setValue(type, forHTTPHeaderField: "Content-Type")
            request.httpBody = body
        }
        let data: Data
        let response: URLResponse
        do {
            (data, response) = try await URLSession.shared.data(for: request)
        } catch {
            throw OperatorError.unreachable(url: base, reason: error.localizedDescription)
        }
        return try AdminClient.checked(data, status: (response as? HTTPURLResponse)?.statusCode ?? 0)
    }

    /// Sends an archive, whatever its size, and waits for the answer as long as it takes. It blocks the calling thread.
    /// - Parameters:
    ///   - archive: a file or a folder.
    ///   - progress: told of 0 to 1 while bytes leave.
    /// - Returns: the body of a 2xx answer. - Throws: `.refused`, `.unreachable`, `.unreadable`.
    func upload(
        _ archive: String, to path: String, only ending: String = ".xml", progress: @escaping @Sendable (Double) -> Void
    ) throws -> Data {
        let stream = try ArchiveStream(archive, only: ending, progress: progress)
        return try upload(type: stream.mediaType, to: path, next: stream.next)
    }

    /// Sends what `next` gives, until nil, and waits for the answer as long as it takes. It blocks the calling thread.
    /// - Returns: the body of a 2xx answer. - Throws: `.refused`, `.unreachable`, and what `next` throws.
    func upload(type: String, to path: String, next: @escaping () throws -> [UInt8]?) throws -> Data {
        let request = HTTPClient.Request(
            "POST", base + path,
            headers: [
                ("Authorization", "Bearer \(token)"), ("Accept-Language", "en"), ("Accept", "application/json"),
                ("Content-Type", type),
            ])
        let answer: HTTPClient.Answer
        do {
            answer = try HTTPUpload.perform(
                request, allowsPlain: true, deadline: .seconds(6 * 3600), longestAnswer: 64 << 20, next: next)
        } catch let error as HTTPClientError {
            throw OperatorError.unreachable(url: base, reason: "\(error)")
        }
        return try AdminClient.checked(Data(answer.body), status: answer.status)
    }

    /// Takes a large answer as it comes.
    /// - Parameters:
    ///   - beginning: how the answer begins when it is one; anything else is a refusal.
    ///   - take: is given the answer's bytes; what it throws is thrown.
    /// - Throws: `.refused`, `.unreachable`.
    func download(_ path: String, beginning: [UInt8], take: @escaping ([UInt8]) throws -> Void) throws {
        let request = HTTPClient.Request(
            "GET", base + path,
            headers: [("Authorization", "Bearer \(token)"), ("Accept-Language", "en"), ("Accept", "*/*")])
        var head: [UInt8] = []
        var isIt = false
        let status: Int
        do {
            status = try HTTPDownload.perform(request, allowsPlain: true, deadline: .seconds(6 * 3600)) { piece in
                if isIt { return try take(piece) }
                head += piece
                guard head.count < 1 << 20 else {
                    throw OperatorError.unreadable("the admin service answered nonsense")
                }
                if head.count >= beginning.count, head.starts(with: beginning) {
                    isIt = true
                    try take(head)
                }
            }
        } catch let error as HTTPClientError {
            throw OperatorError.unreachable(url: base, reason: "\(error)")
        }
        guard !isIt || status != 200 else { return }
        throw AdminClient.refusal(status, Data(head))
    }

    private static func checked(_ data: Data, status: Int) throws -> Data {
        guard (200..<300).contains(status) else { throw refusal(status, data) }
        return data
    }

    private static func refusal(_ status: Int, _ data: Data) -> OperatorError {
        let problem = try? JSONDecoder().decode(Problem.self, from: data)
        let lines = (problem?.errors ?? []).map { "\n  \($0.pointer ?? "") \($0.detail)" }
        return .refused(
            status: status, code: problem?.code ?? "status \(status)",
            detail: (problem?.detail ?? problem?.title ?? "the admin service answered \(status)") + lines.joined())
    }
}
