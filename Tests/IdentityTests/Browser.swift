import HTTP
import Synchronization
import TestTenancy
import Web

/// A browser of a test: keeps cookies, finds the token of a form, follows nothing by itself.
final class Browser: Sendable {
    private let node: IdentityNode
    private let host: String
    private let jar = Mutex<[String: String]>([:])

    init(_ node: IdentityNode, host: String = "localhost") {
        self.node = node
        self.host = host
    }

    var cookies: [String: String] { jar.withLock { $0 } }
    func set(_ name: String, _ value: String?) { jar.withLock { $0[name] = value } }

    struct Answer: Sendable {
        let status: Int
        let headers: HeaderFields
        let text: String

        var location: String? { headers["Location"] }
        var setCookies: [String] { headers.filter { $0.name == "Set-Cookie" }.map(\.value) }

        /// The first token of a form in the page.
        var token: String? {
            guard let start = Answer.end(of: "name=\"csrf_token\" value=\"", in: text) else { return nil }
            return String(text[start...].prefix { $0 != "\"" })
        }

        /// The value of a text member of a JSON answer.
        func member(_ name: String) -> String? {
            guard let start = Answer.end(of: "\"\(name)\":\"", in: text) else { return nil }
            return String(text[start...].prefix { $0 != "\"" })
        }

        private static func end(of mark: String, in text: String) -> String.Index? {
            var rest = text[...]
            while !rest.isEmpty {
                if rest.hasPrefix(mark) { return rest.index(rest.startIndex, offsetBy: mark.count) }
                rest = rest.dropFirst()
            }
            return nil
        }
    }

    func get(_ target: String, _ headers: HeaderFields = []) async throws -> Answer {
        try await send(.get, target, headers)
    }

    func post(_ target: String, _ fields: [(String, String)], _ headers: HeaderFields = []) async throws -> Answer {
        var headers = headers
        headers.set("Content-Type", "application/x-www-form-urlencoded")
        let body = fields.map { "\($0.percentEncoded())=\($1.percentEncoded())" }.joined(separator: "&")
        return try await send(.post, target, headers, Array(body.utf8))
    }

    func send(
        _ method: Method, _ target: String, _ headers: HeaderFields = [], _ body: [UInt8] = []
    ) async throws -> Answer {
        var headers = headers
        headers.set("Host", host)
        let cookies = cookies.map { "\($0)=\($1)" }.joined(separator: "; ")
        if !cookies.isEmpty { headers.set("Cookie", cookies) }
        let fields = headers
        let node = node
        let response = try await node.loop.run {
            await node.application.handle(
                try Request(method: method, target: target, headers: fields, body: body, remoteAddress: "192.0.2.7"))
        }
        for line in response.headers where line.name == "Set-Cookie" {
            let pair = line.value.prefix { $0 != ";" }.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            set(String(pair[0]), line.value.hasSuffix("Max-Age=0") ? nil : String(pair[1]))
        }
        let bytes = try await response.collectBody()
        return Answer(
            status: response.status.rawValue, headers: response.headers, text: String(decoding: bytes, as: UTF8.self))
    }

    /// Signs in as people do: opens the page, fills the form.
    func signIn(_ person: IdentityFixture.Person, next: String = "") async throws -> Answer {
        let page = try await get("/login" + next)
        return try await post(
            "/login" + next,
            [("username", person.login), ("password", person.password), ("csrf_token", page.token ?? "")])
    }

    func json(_ method: Method, _ target: String, _ text: String = "", _ headers: HeaderFields = []) async throws
        -> Answer
    {
        var headers = headers
        if !text.isEmpty { headers.set("Content-Type", "application/json") }
        return try await send(method, target, headers, Array(text.utf8))
    }
}
