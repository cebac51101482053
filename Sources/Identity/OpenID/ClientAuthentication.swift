internal import Cryptography
internal import HTTP
internal import Web

/// An error of the token endpoint and its like (RFC 6749 §5.2).
struct TokenRefusal: Error {
    let status: Status
    let code: String
    let description: String

    init(_ code: String, _ description: String, status: Status = .badRequest) {
        self.code = code
        self.description = description
        self.status = status
    }

    static let badClient = TokenRefusal("invalid_client", "unknown client or wrong secret", status: .unauthorized)
    static let badGrant = TokenRefusal("invalid_grant", "unknown, used or expired, or given to another client")

    var response: Response {
        let body: JSON = ["error": .string(code), "error_description": .string(description)]
        var response = noStore(.json(body.bytes, status: status))
        response.headers.set("Pragma", "no-cache")
        if status == .unauthorized { response.headers.set("WWW-Authenticate", "Basic realm=\"preau\"") }
        return response
    }
}

extension OpenIDRoutes {
    /// Which client calls, by its secret; a public one by its name alone.
    func client(_ call: Call, _ form: Form, publicToo: Bool = true) throws(TokenRefusal) -> PartnerService {
        var name = form["client_id"]
        var secret = form["client_secret"]
        if let header = call.request.header("authorization"),
            header.utf8.prefix(6).elementsEqual("basic ".utf8, by: { $0 == $1 || $0 | 0x20 == $1 })
        {
            guard secret == nil, let (id, code) = OpenIDRoutes.basic(header.dropFirst(6)), name == nil || name == id
            else { throw .badClient }
            name = id
            secret = code
        }
        guard let name, let service = engine.partners.client(name) else { throw .badClient }
        guard let expected = service.secretHash else {
            guard publicToo, secret == nil || secret == "" else { throw .badClient }
            return service
        }
        guard let secret, constantTimeEqual(SHA256.hash(secret), expected) else { throw .badClient }
        return service
    }

    /// Both halves are form-encoded before they are joined (RFC 6749 §2.3.1).
    private static func basic(_ text: Substring) -> (String, String)? {
        guard let bytes = Base64.decode(text), let pair = String(validating: bytes, as: UTF8.self),
            let colon = pair.firstIndex(of: ":")
        else { return nil }
        func decoded(_ part: Substring) -> String? {
            (try? Form(urlEncoded: Array("v=\(part)".utf8)))?["v"]
        }
        guard let name = decoded(pair[..<colon]), let secret = decoded(pair[pair.index(after: colon)...]) else {
            return nil
        }
        return (name, secret)
    }
}
