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

    /// Where a code is kept, and the mark of its use.
    struct Keys {
        let code: RedisWord
        let used: RedisWord

        init(_ text: String) {
            let digest = AuthorizationCode.digest(text)
            code = .text("oc:" + digest)
            used = .text("ou:" + digest)
        }
    }

    /// What is kept beside a code and outlives it: of which grant it is, and the token that it gave.
    struct Mark {
        /// Before the rest of a mark whose code was used twice.
        static let stolen = [UInt8(ascii: "x")]

        let bytes: [UInt8]

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// The grant at the end, where earlier versions look for it.
        init(token: String, grant: UUID) { bytes = Array((token + " " + grant.description).utf8) }

        var isStolen: Bool { bytes.starts(with: Mark.stolen) }

        var grant: UUID? { UUID(String(decoding: bytes.suffix(36), as: UTF8.self)) }

        /// The key of the token; nil before there was one.
        var token: [UInt8]? {
            let token = bytes.drop { $0 == UInt8(ascii: "x") }.dropLast(37)
            return token.isEmpty ? nil : Array(token)
        }
    }

    static func usedKey(digest: String) -> RedisWord { .text("ou:" + digest) }
    static func grantKey(_ grant: UUID) -> RedisWord { .text("og:" + grant.description) }

    private static let randomBytes = 16

    /// 256 random bits, to all who have no key of the ring; see ``HiddenSession``.
    static func new(of session: SessionID, _ hidden: HiddenSession) -> String {
        Base64URL.encode(hidden.name(of: session, randomBytes: randomBytes))
    }

    /// The session that a code hides, when it was made to.
    static func session(in code: String, _ hidden: HiddenSession) -> SessionID? {
        Base64URL.decode(code).flatMap { hidden.session(in: $0, randomBytes: randomBytes) }
    }

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
        let text = AuthorizationCode.new(of: session.id, keyring.current.hidden)
        let keys = AuthorizationCode.Keys(text)
        // The mark is there from the start, so that a second use is known as one however close it comes to the first.
        var commands: [[RedisWord]] = [
            ["SET", keys.code, .bytes(code.bytes), "EX", .integer(AuthorizationCode.life)],
            ["SET", keys.used, .text(code.grant.description), "EX", .integer(AuthorizationCode.memory)],
        ]
        let isTold = service.settings.isToldOfSignOut && service.settings.logoutURL != nil
        if isTold {
            let entry = PartnerSessions.Entry.oidc(
                service: service.id, subject: subject(of: session.holder.account, for: service),
                sid: sid(session.id, service))
            commands += PartnerSessions.commands(entry, of: session.id, life: life)
        }
        guard let replies = (try? await redis.insist(on: commands))?.replies, replies[0] == .ok, replies[1] == .ok
        else {
            throw .ticketsUnavailable
        }
        if isTold { await partnerSessions.trim(session.id, after: replies) }
        return text
    }

    enum TakenCode {
        /// With the session that it is of, when that is still there.
        case good(AuthorizationCode, StoredSession?)
        case none
        /// Used before: whoever has its tokens lost them by this.
        case reused
    }

    /// Takes a code; it is used up by this. - Throws: `.ticketsUnavailable`.
    func takeCode(_ text: String) async throws(IdentityError) -> TakenCode {
        let keys = AuthorizationCode.Keys(text)
        do {
            let hidden = AuthorizationCode.session(in: text, keyring.current.hidden)
            let taken = try await take(keys.code, probablyOf: hidden)
            if let bytes = taken.value {
                guard let code = AuthorizationCode(bytes) else { return .none }
                return .good(code, try await session(code.session, of: taken))
            }
            guard let mark = try await redis.send("GET", keys.used).bytes else { return .none }
            try await takeBack(AuthorizationCode.Mark(mark), keys.used)
        } catch let error as IdentityError {
            throw error
        } catch {
            throw .ticketsUnavailable
        }
        return .reused
    }

    /// A code was used twice: what the first use gave, or is about to give, is worthless.
    private func takeBack(_ mark: AuthorizationCode.Mark, _ used: RedisWord) async throws {
        var mark = mark
        if !mark.isStolen {
            // One swap: either the token was written before it, and is known from here, or whoever writes it will see this mark.
            let stolen = RedisWord.bytes(AuthorizationCode.Mark.stolen + mark.bytes)
            let before = try await redis.send("SET", used, stolen, "XX", "KEEPTTL", "GET").bytes
            if let before { mark = AuthorizationCode.Mark(before) }
        }
        if let token = mark.token { try await redis.send("UNLINK", .bytes(token)) }
        if let grant = mark.grant { try await endGrant(grant) }
    }

    /// Keeps the token that a code gave.
    /// - Returns: false when the code was used twice meanwhile: the token is worth nothing then.
    /// - Parameter remembersGrant: whether more tokens may come of the grant, which end with it.
    func keep(
        _ token: String, _ bearer: Bearer, of code: AuthorizationCode, _ text: String, remembersGrant: Bool
    ) async throws(IdentityError) -> Bool {
        let used = AuthorizationCode.Keys(text).used
        let name = AccessTokens.name(token)
        let key = RedisWord.text(name)
        let life = RedisWord.integer(max(1, Int(bearer.expiresAt - clock())))
        let mark = AuthorizationCode.Mark(token: name, grant: code.grant)
        var commands: [[RedisWord]] = [
            ["SET", key, .bytes(AccessTokens.pack(bearer)), "EX", life],
            ["SET", used, .bytes(mark.bytes), "EX", .integer(AuthorizationCode.memory), "GET"],
        ]
        if remembersGrant {
            let list = AuthorizationCode.grantKey(code.grant)
            commands += [["RPUSH", list, key], ["EXPIRE", list, life]]
        }
        do {
            let replies = try await redis.pipeline(commands)
            for case .error in replies { throw RedisError.unavailable }
            guard let before = replies[1].bytes, AuthorizationCode.Mark(before).isStolen else { return true }
            try await redis.send("UNLINK", key)
            return false
        } catch {
            throw .ticketsUnavailable
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
        let code = partners.pairwiseKey.code(for: "sid \(service.id) \(session)")
        return Base64URL.encode(Array(code.prefix(16)))
    }
}
