internal import Foundation
internal import FoundationNetworking

/// The admin service, as the command talks to it.
struct AdminClient: Sendable {
    private let base: String
    private let token: String

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
    }

    /// One call.
    /// - Returns: the body of a 2xx answer.
    /// - Throws: `.refused` for any other answer, `.unreachable`.
    func send(
        _ method: String, _ path: String, body: Data? = nil, type: String = "application/json"
    ) async throws -> Data {
        guard let url = URL(string: base + path) else { throw OperatorError.usage("not an address: \(base)\(path)") }
        var request = URLRequest(url: url, timeoutInterval: 600)
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
        return try AdminClient.checked(data, response)
    }

    /// Sends a stream of unknown length, and waits for the answer as long as it takes.
    /// - Parameters:
    ///   - archive: a file or a folder.
    ///   - progress: told of 0 to 1 while bytes leave.
    /// - Returns: the body of a 2xx answer. - Throws: `.refused`, `.unreachable`, `.unreadable`.
    func upload(
        _ archive: String, to path: String, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> Data {
        let stream = try ArchiveStream(archive, progress: progress)
        guard let url = URL(string: base + path) else { throw OperatorError.usage("not an address: \(base)\(path)") }
        var request = URLRequest(url: url, timeoutInterval: 3600)
        request.httpMethod = "POST"
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        request.setValue("en", forHTTPHeaderField: "Accept-Language")
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        request.setValue(stream.mediaType, forHTTPHeaderField: "Content-Type")
        request.httpBodyStream = stream
        let data: Data
        let response: URLResponse
        do {
            (data, response) = try await URLSession.shared.data(for: request)
        } catch {
            throw OperatorError.unreachable(url: base, reason: error.localizedDescription)
        }
        return try AdminClient.checked(data, response)
    }

    private static func checked(_ data: Data, _ response: URLResponse) throws -> Data {
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard (200..<300).contains(status) else {
            let problem = try? JSONDecoder().decode(Problem.self, from: data)
            throw OperatorError.refused(
                status: status, code: problem?.code ?? "status \(status)",
                detail: problem?.detail ?? problem?.title ?? "the admin service answered \(status)")
        }
        return data
    }
}
