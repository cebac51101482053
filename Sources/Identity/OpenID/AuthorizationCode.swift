internal import Cryptography
internal import Redis
internal import Runtime
internal import Tenancy
internal import Web

/// What a code stands for, in Redis for a minute.
struct AuthorizationCode {
    static let life = 60
    /// How long a second use is recognised.
    static let memory = 900

    let grant: UUID
    let service: UUID
    let session: SessionID
    let redirectURI: String
    let scopes: [String]
    let nonce: String?
    let challenge: String?
    /// Asked for by name, in the token and at userinfo.
    let tokenClaims: [String]
    let userClaims: [String]

    static func key(_ code: String) -> RedisWord { .text("oc:" + digest(code)) }
    static func usedKey(_ code: String) -> RedisWord { .text("ou:" + digest(code)) }
    static func usedKey(digest: String) -> RedisWord { .text("ou:" + digest) }
    static func grantKey(_ grant: UUID) -> RedisWord { .text("og:" + grant.description) }
    static func digest(_ code: String) -> String { Base64URL.encode(Array(SHA256.hash(code).prefix(16))) }

    /// The grant's number first: the function in Redis takes it from there.
    var bytes: [UInt8] {
        let texts = [
            service.description, session.description, redirectURI, scopes.joined(separator: " "), nonce ?? "",
            challenge ?? "", tokenClaims.joined(separator: " "), userClaims.joined(separator: " "),
            nonce == nil ? "" : "1",
        ]
        return Array(grant.description.utf8) + JSON.array(texts.map { .string($0) }).bytes
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count > 36, let grant = UUID(String(decoding: bytes.prefix(36), as: UTF8.self)) else { return nil }
        var parser = JSONParser(Array(bytes.dropFirst(36)))
        guard let texts = try? parser.parse().elements?.compactMap(\.text), texts.count == 9,
            let service = UUID(texts[0]), let session = UUID(texts[1])
        else { return nil }
        func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
        self.init(
            grant: grant, service: service, session: SessionID(rawValue: session), redirectURI: texts[2],
            scopes: words(texts[3]), nonce: texts[8].isEmpty ? nil : texts[4],
            challenge: texts[5].isEmpty ? nil : texts[5], tokenClaims: words(texts[6]), userClaims: words(texts[7]))
    }

    init(
        grant: UUID, service: UUID, session: SessionID, redirectURI: String, scopes: [String], nonce: String?,
        challenge: String?, tokenClaims: [String], userClaims: [String]
    ) {
        self.grant = grant
        self.service = service
        self.session = session
        self.redirectURI = redirectURI
        self.scopes = scopes
        self.nonce = nonce
        self.challenge = challenge
        self.tokenClaims = tokenClaims
        self.userClaims = userClaims
    }
}

extension SingleSignOn {
    /// Writes a code down, and that the session entered the client. One round trip.
    /// - Throws: `.ticketsUnavailable`.
    func issueCode(
        _ code: AuthorizationCode, _ service: PartnerService, _ session: Session, life: Int
    ) async throws(IdentityError) -> String {
        let text = SecureRandom.token(byteCount: 32)
        var commands: [[RedisWord]] = [
            ["SET", AuthorizationCode.key(text), .bytes(code.bytes), "EX", .integer(AuthorizationCode.life), "NX"]
        ]
        if service.settings.isToldOfSignOut, service.settings.logoutURL != nil {
            let entry = PartnerSessions.Entry.oidc(
                service: service.id, subject: subject(of: session.holder.account, for: service),
                sid: sid(session.id, service))
            commands += PartnerSessions.commands(entry, of: session.id, life: life)
        }
        guard let replies = try? await redis.pipeline(commands), replies[0] == .ok else { throw .ticketsUnavailable }
        return text
    }

    enum TakenCode {
        case good(AuthorizationCode)
        case none
        /// Used before: whoever has its tokens lost them by this.
        case reused
    }

    /// Takes a code; it is used up by this. - Throws: `.ticketsUnavailable`.
    func takeCode(_ text: String) async throws(IdentityError) -> TakenCode {
        let reply: RedisValue
        do {
            reply = try await redis.call(
                OpenIDFunctions.takeCode, keys: [AuthorizationCode.key(text), AuthorizationCode.usedKey(text)],
                arguments: [.integer(AuthorizationCode.memory)])
        } catch {
            throw .ticketsUnavailable
        }
        guard let parts = reply.array, parts.count == 2, let kind = parts[0].integer, let bytes = parts[1].bytes else {
            throw .ticketsUnavailable
        }
        switch kind {
        case 1: return AuthorizationCode(bytes).map { .good($0) } ?? .none
        case 2:
            if let grant = UUID(String(decoding: bytes, as: UTF8.self)) { try await endGrant(grant) }
            return .reused
        default: return .none
        }
    }

    /// Makes every token of a grant worthless.
    func endGrant(_ grant: UUID) async throws(IdentityError) {
        do {
            let tokens = try await redis.send("LPOP", AuthorizationCode.grantKey(grant), 20).array ?? []
            let keys = tokens.compactMap(\.bytes).map { RedisWord.bytes($0) }
            if !keys.isEmpty { try await redis.send(["UNLINK"] + keys) }
        } catch {
            throw .ticketsUnavailable
        }
        try await grants.end(grant)
    }

    // MARK: How a client knows people and sessions

    func subject(of account: AccountID, for service: PartnerService) -> String {
        service.settings.isPairwise ? pairwise(account, sector: service.sector) : account.description
    }

    /// A session's number as one client knows it.
    func sid(_ session: SessionID, _ service: PartnerService) -> String {
        let code = HMACKey(partners.pairwiseSecret).code(for: "sid \(service.id) \(session)")
        return Base64URL.encode(Array(code.prefix(16)))
    }
}
