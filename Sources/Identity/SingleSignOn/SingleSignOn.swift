internal import Cryptography
internal import HTTPClient
internal import Postgres
internal import Redis
package import Runtime
internal import SAMLExchange
package import Tenancy
internal import Web

/// What is behind every protocol of single sign-on, on one loop: who is registered, who may go there, what they are told of a
/// person, and that they are told when the person signs out.
package final class SingleSignOn: @unchecked Sendable {
    // Safety: confined to its loop.
    package let loop: EventLoop
    package let cache: PartnerCache
    /// The origin people use: the issuer's.
    package let front: String

    let tenancy: Tenancy
    let keyring: Keyring
    let redis: RedisClient
    let store: PartnerStore
    let keyStore: SigningKeyStore
    let upstreamStore: UpstreamStore
    let people: PersonStore
    let grants: GrantStore
    let consents: ConsentStore
    let partnerSessions: PartnerSessions
    let clock: @Sendable () -> Int64
    let instruments: SingleSignOnInstruments
    let signing: BlockingPool?
    let saml: SAMLClient?
    /// What reaches registered addresses; nil: nothing does.
    let client: HTTPClient?
    let log: Log
    /// Our signed metadata, and the keys in it.
    var samlMetadata: (keys: [String], document: String)?
    /// The same as service provider, by entity.
    var serviceProviderMetadata: [String: (parts: [String], document: String)] = [:]

    private var seenGeneration = -1
    private var currentSet = PartnerSet.empty
    private var currentKeys = SigningKeys.empty
    private var currentUpstreams: [UpstreamProvider] = []
    private var addresses = BoundedCache<String, PartnerURL>(generation: 500)
    private var services = BoundedCache<String, [PartnerService]>(generation: 500)
    private var cards = BoundedCache<AccountID, (card: PersonCard, at: Int64)>(generation: 5000)

    /// How long a person's names are used again; seconds.
    private static let cardLife: Int64 = 60

    init(
        loop: EventLoop, cache: PartnerCache, front: String, tenancy: Tenancy, keyring: Keyring, redis: RedisClient,
        directory: PostgresPool, client: HTTPClient?, signing: BlockingPool?, saml: SAMLClient?, metrics: Metrics,
        log: Log,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.loop = loop
        self.cache = cache
        self.front = front
        self.tenancy = tenancy
        self.keyring = keyring
        self.redis = redis
        self.clock = clock
        self.signing = signing
        self.saml = saml
        self.client = client
        self.log = log
        store = PartnerStore(directory)
        keyStore = SigningKeyStore(directory)
        upstreamStore = UpstreamStore(directory)
        people = PersonStore(directory, tenancy)
        grants = GrantStore(directory)
        consents = ConsentStore(directory)
        instruments = SingleSignOnInstruments(metrics)
        partnerSessions = PartnerSessions(loop: loop, redis: redis, client: client, instruments: instruments)
    }

    // MARK: What is registered

    package var partners: PartnerSet {
        takeNewest()
        return currentSet
    }

    var keys: SigningKeys {
        takeNewest()
        return currentKeys
    }

    /// The identity providers that people may sign in through.
    package var upstreams: [UpstreamProvider] {
        takeNewest()
        return currentUpstreams
    }

    private func takeNewest() {
        loop.assertCurrent()
        let generation = cache.generation
        guard generation != seenGeneration else { return }
        seenGeneration = generation
        currentSet = cache.set
        services = BoundedCache(generation: 500)
        currentKeys = cache.keys
        currentUpstreams = cache.upstreams
    }

    /// Makes the process's copy as new as the directory. - Throws: `.directoryUnavailable`; the copy stays as it is.
    package func refresh() async throws(IdentityError) {
        guard try await store.version() != partners.version else { return }
        // The version comes with the services: what is read after them is at least as new. The other way round, keys that change
        // between two readings would stay as they were until something else changes.
        let services = try await store.all(log: log)
        cache.store(try await keyStore.all(keyring, log: log))
        cache.store(try await upstreamStore.all(keyring, log: log))
        cache.store(services)
    }

    // MARK: Who may go where

    /// What a person is within the scope of a service and with a role that it is open to.
    struct Standing {
        let profiles: [Profile]
        let mandates: [Mandate]

        var isAllowed: Bool { !profiles.isEmpty || !mandates.isEmpty }
    }

    func standing(of holder: Holder, with service: PartnerService) -> Standing {
        let map = tenancy.map
        let roles = service.settings.roles
        return Standing(
            profiles: holder.profiles.filter { profile in
                (roles.isEmpty || roles.contains(profile.role))
                    && map[profile.establishment].map { service.scope.contains($0) } ?? false
            },
            mandates: holder.mandates.filter {
                (roles.isEmpty || roles.contains($0.role)) && service.scope.contains($0, map)
            })
    }

    /// An address that somebody gave, taken apart; the same few come again and again.
    func address(_ text: String) -> PartnerURL? {
        if let known = addresses[text] { return known }
        let url = PartnerURL(text)
        if let url { addresses[text] = url }
        return url
    }

    /// Of the services of CAS that an address may belong to, the first that is open to the person; else the first.
    func service(at url: PartnerURL, for holder: Holder?) -> PartnerService? {
        let partners = partners
        let found: [PartnerService]
        if let known = services[url.text] {
            found = known
        } else {
            found = partners.services(.cas, at: url)
            services[url.text] = found
        }
        guard found.count > 1, let holder else { return found.first }
        return found.first { standing(of: holder, with: $0).isAllowed } ?? found.first
    }

    // MARK: What they are told

    /// What a service is told of a person.
    /// - Throws: `.partnerForbidden` for somebody whom it is not open to, `.signedOut` for an account that is not open any
    ///   more, `.directoryUnavailable`, `.partnerDataUnavailable`.
    /// - Parameter attributes: whether it is told more than who the person is; what it is not told is not asked for.
    package func release(
        _ service: PartnerService, of holder: Holder, attributes: Bool = true
    ) async throws(IdentityError) -> ReleasedIdentity {
        let asksShard = attributes ? service.asksShard : service.settings.user.source.isOnShard
        return try await subject(holder, for: service, needsShard: asksShard)
            .release(service.settings, attributes: attributes)
    }

    func subject(
        _ holder: Holder, for service: PartnerService, needsShard: Bool? = nil
    ) async throws(IdentityError) -> PartnerSubject {
        let standing = standing(of: holder, with: service)
        guard standing.isAllowed else { throw .partnerForbidden }
        let card = try await card(of: holder.account)
        let asksShard = needsShard ?? service.asksShard
        return PartnerSubject(
            card: card, holder: holder, profiles: standing.profiles, mandates: standing.mandates, map: tenancy.map,
            facts: asksShard ? try await people.facts(of: standing.profiles) : []
        ) { [self] in pairwise(holder.account, sector: service.sector) }
    }

    /// The same person is the same number for one sector, and another for every other.
    func pairwise(_ account: AccountID, sector: String) -> String {
        Base64URL.encode(partners.pairwiseKey.code(for: "\(sector)\u{0}\(account)"))
    }

    /// Who somebody is to one service for as long as a session lasts.
    func transientName(_ session: SessionID, _ service: PartnerService) -> String {
        Base64URL.encode(
            Array(partners.pairwiseKey.code(for: "transient \(service.id) \(session)").prefix(20)))
    }

    private func card(of account: AccountID) async throws(IdentityError) -> PersonCard {
        let now = clock()
        if let known = cards[account], now - known.at < SingleSignOn.cardLife { return known.card }
        guard let card = try await people.card(of: account) else { throw .signedOut }
        cards[account] = (card, now)
        return card
    }

    /// Whoever has this login. - Throws: `.unknownAccount`.
    package func holder(login: String) async throws(IdentityError) -> Holder {
        guard let login = Login(rawValue: login), let holder = try await people.holder(login) else {
            throw .unknownAccount
        }
        return holder
    }

    /// The pupils of a class, by its name. - Throws: `.partnerDataUnavailable`.
    package func persons(
        ofClass name: String, in establishment: EstablishmentID
    ) async throws(IdentityError) -> [PersonID] {
        try await people.persons(ofClass: name, in: establishment)
    }

    /// A line for each time that a service learned who somebody is, and each time that it did not.
    func note(_ kind: PartnerService.Kind, _ service: PartnerService?, _ account: AccountID?, _ outcome: StaticString) {
        instruments.count(kind, outcome)
        log.info(
            "single sign-on", ("protocol", .text(kind.rawValue)), ("service", .text(service?.id.description ?? "")),
            ("account", .text(account?.description ?? "")), ("outcome", .text(outcome.description)))
    }
}
