internal import Cryptography
internal import HTTP
internal import Identity
package import Web

/// Recognises the operators' bearer token, before the gate of sessions. A wrong token is no token: the gate then answers
/// as to anybody.
package enum OperatorGate {
    package static func middleware(token: String) -> Middleware {
        let expected = SHA256.hash(Array(token.utf8))
        return Middleware { call, next in
            if let header = call.request.header("authorization"), header.utf8.count < 1000, header.hasPrefix("Bearer "),
                // Hashes are compared, so that neither length nor prefix of the token shows in the time it takes.
                constantTimeEqual(SHA256.hash(Array(header.dropFirst(7).utf8)), expected)
            {
                call[OperatorKey.self] = true
            }
            return try await next(call)
        }
    }
}
