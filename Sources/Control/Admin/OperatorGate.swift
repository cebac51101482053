internal import Cryptography
internal import HTTP
internal import Identity
package import Web

/// Where the admin service leaves the program that calls, when it is not the operators themselves.
enum AdminTokenKey: CallKey { typealias Value = AdminToken }

/// Recognises the operators' bearer token and those of programs, before the gate of sessions. A wrong token is no token: the
/// gate then answers as to anybody.
package enum OperatorGate {
    package static func middleware(token: String, _ service: AdminService) -> Middleware {
        let expected = SHA256.hash(Array(token.utf8))
        return Middleware { call, next in
            if let given = BearerHeader.token(of: call.request) {
                // Hashes are compared, so that neither length nor prefix of the token shows in the time it takes.
                if constantTimeEqual(SHA256.hash(Array(given.utf8)), expected) {
                    call[OperatorKey.self] = true
                } else if let hash = AdminToken.hash(given), let known = try await service.tokens.find(hash: hash) {
                    call[OperatorKey.self] = true
                    call[AdminTokenKey.self] = known
                    if known.isLongUnused(now: call.now) { try await service.tokens.touch(known.id) }
                }
            }
            return try await next(call)
        }
    }
}
