internal import Cryptography
internal import Redis
internal import Runtime
internal import Web

/// Who calls with an access token, and what it opens.
struct Bearer: Sendable {
    let session: Session
    let service: UUID
    let scopes: Set<String>
    /// Members that userinfo was asked for one by one.
    let claims: [String]
    let expiresAt: Int64
    let isOffline: Bool
}

/// Access tokens, in Redis: opaque, short-lived, worth nothing from the moment that their session ends.
///
/// A token is the number of its session and 192 random bits, so that one trip asks for both; Redis keeps it under its hash.
enum AccessTokens {
    static let life = 600
    /// Of one that outlives its session: only its end makes it worthless.
    static let offlineLife = 300

    static func new(for session: SessionID) -> String {
        var writer = ByteWriter()
        writer.uint64(session.rawValue.high)
        writer.uint64(session.rawValue.low)
        return Base64URL.encode(writer.bytes + SecureRandom.bytes(24))
    }

    static func session(of token: String) -> SessionID? {
        guard token.utf8.count == 54, let bytes = Base64URL.decode(token) else { return nil }
        var reader = ByteReader(bytes)
        return UUID(&reader).map { SessionID(rawValue: $0) }
    }

    static func key(_ token: String) -> RedisWord { .text(name(token)) }

    /// Of the key.
    static func name(_ token: String) -> String { "at:" + Base64URL.encode(Array(SHA256.hash(token).prefix(16))) }

    static func pack(_ bearer: Bearer) -> [UInt8] {
        var writer = ByteWriter()
        writer.byte(1)
        writer.uint64(bearer.service.high)
        writer.uint64(bearer.service.low)
        writer.uint32(Session.seconds(bearer.expiresAt))
        writer.byte(bearer.isOffline ? 1 : 0)
        writer.text(bearer.scopes.sorted().joined(separator: " "))
        writer.text(bearer.claims.joined(separator: " "))
        bearer.session.pack(into: &writer)
        return writer.bytes
    }

    static func unpack(_ bytes: [UInt8], _ id: SessionID) -> Bearer? {
        var reader = ByteReader(bytes)
        guard reader.byte() == 1, let service = UUID(&reader), let expiry = reader.uint32(),
            let offline = reader.byte(), let scopes = reader.text(), let claims = reader.text(),
            let session = Session(id: id, unpacking: &reader)
        else { return nil }
        return Bearer(
            session: session, service: service, scopes: Set(scopes.split(separator: " ").map(String.init)),
            claims: claims.split(separator: " ").map(String.init), expiresAt: Int64(expiry), isOffline: offline == 1)
    }
}

extension SingleSignOn {
    /// Who calls with this token; nil for one that is worth nothing.
    /// - Throws: `.ticketsUnavailable` when Redis does not answer: never a guess.
    func bearer(_ token: String) async throws(IdentityError) -> Bearer? {
        guard let id = AccessTokens.session(of: token) else { return nil }
        let replies: [RedisValue]
        do {
            replies = try await redis.pipeline([
                ["GET", AccessTokens.key(token)], ["GET", .text(StoredSession.key(id))],
            ])
        } catch {
            throw .ticketsUnavailable
        }
        guard let bearer = replies[0].bytes.flatMap({ AccessTokens.unpack($0, id) }), bearer.expiresAt > clock(),
            let client = partners[bearer.service], client.isEnabled
        else { return nil }
        if client.asksConsent, try await isShutOut(bearer.session.holder.account, of: client.id) { return nil }
        switch replies[1].bytes.flatMap({ StoredSession(id: id, $0) }) {
        case .ended: return nil
        case .active(let session, _):
            // What the person is today, where the session knows it better than the token.
            guard session.holder.account == bearer.session.holder.account, !session.proof.isPending else { return nil }
            return Bearer(
                session: session, service: bearer.service, scopes: bearer.scopes, claims: bearer.claims,
                expiresAt: bearer.expiresAt, isOffline: bearer.isOffline)
        case nil: return bearer
        }
    }
}
