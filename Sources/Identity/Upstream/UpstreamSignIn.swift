internal import Admission
internal import Cryptography
internal import HTTPClient
internal import Redis
internal import Runtime
internal import Tenancy
internal import Web

/// Signing in through identity providers, on one loop.
final class UpstreamSignIn: @unchecked Sendable {
    // Safety: confined to its loop.

    /// Somebody on their way to a provider and back, in Redis for ten minutes.
    struct Journey {
        let provider: String
        let nonce: String
        let verifier: String
        /// The browser that left: another one that comes back is somebody else's (login CSRF).
        let visit: String
        let next: String
        /// To link to the account of this session; nil: to sign in.
        let linking: SessionID?

        var bytes: [UInt8] {
            JSON.array(
                [provider, nonce, verifier, visit, next, linking?.description ?? ""].map { .string($0) }
            ).bytes
        }

        init(provider: String, visit: String, next: String, linking: SessionID?) {
            self.provider = provider
            self.visit = visit
            self.next = next
            self.linking = linking
            nonce = SecureRandom.token(byteCount: 32)
            verifier = SecureRandom.token(byteCount: 48)
        }

        init?(_ bytes: [UInt8]) {
            var parser = JSONParser(bytes)
            guard let texts = try? parser.parse().elements?.compactMap(\.text), texts.count == 6 else { return nil }
            (provider, nonce, verifier, visit, next) = (texts[0], texts[1], texts[2], texts[3], texts[4])
            linking = UUID(texts[5]).map { SessionID(rawValue: $0) }
        }
    }

    /// Where somebody comes in, and the cookie of the waiting room if they have one.
    struct Place {
        let territory: TerritoryID?
        let ticket: String?
    }

    enum Outcome {
        case signedIn(session: Session, cookie: String)
        case linked
        /// Nobody of ours is theirs.
        case unknown
        /// The link would be a second one.
        case taken
        /// Not an answer to somebody who left from this browser, or not what the provider signed.
        case refused
    }

    /// Who a provider says that somebody is.
    struct Person {
        /// Theirs, for good.
        let subject: String
        /// What the claim that the provider is matched by says.
        let claims: [String]
    }

    let sessions: Sessions
    private let entrance: Entrance
    let redis: RedisClient
    private let tenancy: Tenancy
    private let client: HTTPClient?
    private let policy: StrongPolicy
    private let tokens: UpstreamTokens?
    let log: Log
    let store: UpstreamStore

    private static let life = 600

    init(
        sessions: Sessions, entrance: Entrance, tenancy: Tenancy, redis: RedisClient, store: UpstreamStore,
        client: HTTPClient?, policy: StrongPolicy, log: Log
    ) {
        self.tenancy = tenancy
        self.sessions = sessions
        self.entrance = entrance
        self.redis = redis
        self.store = store
        self.client = client
        self.policy = policy
        self.log = log
        tokens = client.map { UpstreamTokens(client: $0, clock: sessions.clock) }
    }

    private static func key(_ state: String) -> RedisWord {
        .text("up:" + Base64URL.encode(Array(SHA256.hash(state).prefix(16))))
    }

    /// One address for all sites: what is registered with the provider.
    func callback(_ site: String) -> String { site + "/login/upstream/callback" }

    /// Where to send somebody. - Throws: `.ticketsUnavailable`.
    func leave(_ provider: UpstreamOpenID, _ journey: Journey, site: String) async throws(IdentityError) -> String {
        let state = SecureRandom.token(byteCount: 32)
        try await redis.keepForSignIn(journey.bytes, at: UpstreamSignIn.key(state), life: UpstreamSignIn.life)
        let items = [
            ("response_type", "code"), ("client_id", provider.clientID), ("redirect_uri", callback(site)),
            ("scope", provider.scopes), ("state", state), ("nonce", journey.nonce),
            ("code_challenge", Base64URL.encode(SHA256.hash(journey.verifier))), ("code_challenge_method", "S256"),
        ]
        let query = items.map { "\($0.0)=\($0.1.percentEncoded())" }.joined(separator: "&")
        let mark = provider.authorizationEndpoint.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return provider.authorizationEndpoint + mark + query
    }

    /// Who left with this state; nil when nobody did, or they are back already. - Throws: `.ticketsUnavailable`.
    func comeBack(_ state: String) async throws(IdentityError) -> Journey? {
        guard state.utf8.count == 43 else { return nil }
        return try await redis.takeForSignIn(UpstreamSignIn.key(state)).flatMap { Journey($0) }
    }

    /// Takes a code for who somebody is; nil when it is not what the provider signed for us.
    func person(
        _ journey: Journey, code: String, _ provider: UpstreamProvider, _ way: UpstreamOpenID, site: String
    ) async -> Person? {
        guard let claims = await claims(code, journey, provider, way, site: site), let subject = claims["sub"]?.text
        else { return nil }
        let claim = claims[provider.claim]
        return Person(
            subject: subject, claims: claim?.text.map { [$0] } ?? claim?.elements?.compactMap(\.text) ?? [])
    }

    /// Lets somebody in whom a provider knows, or links them.
    /// - Parameter linking: the session that left to link its account; nil: to sign in.
    func settle(
        _ person: Person?, linking: SessionID?, _ provider: UpstreamProvider, present: Session?, client name: String,
        at place: Place
    ) async throws(IdentityError) -> Outcome {
        guard let person, (1...255).contains(person.subject.utf8.count) else {
            log.notice("an identity provider's answer was refused", ("provider", .text(provider.id)))
            return .refused
        }
        if let linking {
            // The very session that left: nobody is linked to an account that they are not in.
            guard let present, present.id == linking else { return .refused }
            return try await store.link(provider.id, subject: person.subject, to: present.holder.account)
                ? .linked : .taken
        }
        if let known = try await store.account(provider.id, subject: person.subject) {
            return try await start(known, replacing: present, client: name, at: place)
        }
        guard let found = try await match(person, provider), mayBeMatched(found.holder, by: provider) else {
            return .unknown
        }
        guard try await store.link(provider.id, subject: person.subject, to: found.holder.account) else {
            return .taken
        }
        log.notice(
            "an account was linked", ("provider", .text(provider.id)),
            ("account", .text(found.holder.account.description)))
        return try await start(found, replacing: present, client: name, at: place)
    }

    /// The account of ours that a claim means, if it means one and no other.
    private func match(
        _ person: Person, _ provider: UpstreamProvider
    ) async throws(IdentityError) -> UpstreamStore.Account? {
        switch provider.match {
        case .none: return nil
        case .login:
            guard person.claims.count == 1, let login = Login(rawValue: person.claims[0]) else { return nil }
            return try await store.unlinked(login, provider.id)
        case .feed:
            var found: [UpstreamStore.Account] = []
            for key in Set(person.claims.compactMap { FeedReference($0) }) {
                guard let account = try await store.unlinked(key, provider.id) else { continue }
                if !found.contains(where: { $0.holder.account == account.holder.account }) { found.append(account) }
            }
            // Two accounts of one person are linked by hand.
            return found.count == 1 ? found[0] : nil
        }
    }

    /// Somebody who administers or heads anything links the two themselves: a claim is not enough to become them. And the
    /// provider of one territory says nothing of the people of others.
    func mayBeMatched(_ holder: Holder, by provider: UpstreamProvider) -> Bool {
        guard holder.mandates.isEmpty, !holder.profiles.contains(where: { $0.role == .head }) else { return false }
        guard let own = provider.territory else { return true }
        return !holder.profiles.isEmpty
            && holder.profiles.allSatisfy { profile in
                guard let territory = tenancy.map[profile.establishment]?.territory else { return false }
                return territory == own || tenancy.territories[territory]?.parent == own
            }
    }

    private func start(
        _ account: UpstreamStore.Account, replacing: Session?, client: String, at place: Place
    ) async throws(IdentityError) -> Outcome {
        // The calendar and the places hold for every way in.
        let pass = try await entrance.admit(
            account.holder.visitor, at: place.territory, ticket: place.ticket, by: .elsewhere)
        let proof = SessionProof(
            methods: .upstream, isPending: account.hasSecondFactor || policy.requires(account.holder))
        do throws(IdentityError) {
            let started = try await sessions.start(account.holder, client: client, proof: proof, replacing: replacing)
            guard let started else { throw .upstreamUnknown }
            return .signedIn(session: started.session, cookie: started.cookie)
        } catch {
            await entrance.giveBack(pass)
            throw error
        }
    }

    private func claims(
        _ code: String, _ journey: Journey, _ provider: UpstreamProvider, _ way: UpstreamOpenID, site: String
    ) async -> JSON? {
        guard let client, let tokens else { return nil }
        let form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback(site)),
            ("code_verifier", journey.verifier),
        ].map { "\($0.0)=\($0.1.percentEncoded())" }.joined(separator: "&")
        let pair = "\(way.clientID.percentEncoded()):\(way.secret.percentEncoded())"
        let answer = try? await client.send(
            HTTPClient.Request(
                "POST", way.tokenEndpoint,
                headers: [
                    ("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"),
                    ("Authorization", "Basic " + Base64.encode(Array(pair.utf8))),
                ], body: Array(form.utf8)))
        guard let answer, answer.status == 200 else { return nil }
        var parser = JSONParser(answer.body)
        guard let given = try? parser.parse(), let token = given["id_token"]?.text,
            let claims = await tokens.claims(token, of: way, nonce: journey.nonce)
        else { return nil }
        guard provider.match != .none, claims[provider.claim] == nil, let access = given["access_token"]?.text else {
            return claims
        }
        return await more(claims, access, way)
    }

    /// The claims with those that the provider tells at its userinfo, which must be about the same person.
    private func more(_ claims: JSON, _ access: String, _ provider: UpstreamOpenID) async -> JSON? {
        guard let endpoint = provider.userInfoEndpoint else { return claims }
        let answer = try? await client?.send(
            HTTPClient.Request(
                "GET", endpoint, headers: [("Authorization", "Bearer " + access), ("Accept", "application/json")]))
        guard let answer, answer.status == 200 else { return nil }
        var parser = JSONParser(answer.body)
        guard let told = try? parser.parse(), told["sub"] == claims["sub"] else { return nil }
        let known = claims.members ?? []
        return .object(known + (told.members ?? []).filter { member in !known.contains { $0.name == member.name } })
    }
}
