package import Admission
package import Postgres
package import Redis
package import Runtime
package import Tenancy
package import Web

/// Accounts, sign-in and sessions on one loop: what the gate, the pages and the API of this module work with.
package final class IdentityService: @unchecked Sendable {
    // Safety: confined to its loop.
    package let loop: EventLoop
    package let sessions: Sessions
    package let signIn: SignIn
    package let admission: AdmissionService
    /// What every way in passes before anything is checked or given.
    package let entrance: Entrance
    let activation: Activation

    package let singleSignOn: SingleSignOn

    let factors: SecondFactors
    let upstream: UpstreamSignIn
    private let outgoing: OutgoingParts
    let accounts: AccountStore
    let tenancy: Tenancy
    let themes: TerritoryThemes

    package var keyring: Keyring { sessions.keyring }

    /// - Parameters:
    ///   - directory: this loop's pool for the directory's database.
    ///   - hasher: the process's own; it has the bounded pool of threads.
    ///   - rules: the process's copy, which its watcher keeps fresh.
    ///   - platform: the process's own.
    ///   - partners: the process's copy of the registered services.
    ///   - outgoing: what reaches other servers, and under which name we are known to them.
    ///   - strong: from whom a second factor is asked.
    ///   - clock: seconds since 1970.
    package init(
        loop: EventLoop, keyring: Keyring, limits: SessionLimits = .standard, tenancy: Tenancy, directory: PostgresPool,
        redis: RedisClient, hasher: PasswordHasher, rules: RuleBookCache = RuleBookCache(),
        platform: PlatformCapacity = PlatformCapacity(), admissionLimits: AdmissionLimits = .standard,
        partners: PartnerCache = PartnerCache(), outgoing: OutgoingParts = OutgoingParts(),
        strong: StrongPolicy = .offered, metrics: Metrics,
        log: Log = Log("identity"),
        clock: @escaping @Sendable () -> Int64 = { WallClock.seconds }
    ) {
        self.loop = loop
        self.outgoing = outgoing
        self.tenancy = tenancy
        themes = TerritoryThemes(tenancy)
        accounts = AccountStore(directory)
        sessions = Sessions(
            loop: loop, keyring: keyring, limits: limits, redis: redis, directory: directory, metrics: metrics,
            log: log,
            clock: clock)
        admission = AdmissionService(
            loop: loop, tenancy: tenancy, redis: redis, rules: rules, platform: platform, limits: admissionLimits,
            metrics: metrics, log: log)
        sessions.presence = admission.presence
        entrance = Entrance(admission: admission, keyring: keyring, tenancy: tenancy, clock: clock)
        activation = Activation(
            loop: loop, keyring: keyring, directory: directory, redis: redis, hasher: hasher, sessions: sessions,
            clock: clock)
        singleSignOn = SingleSignOn(
            loop: loop, cache: partners, front: outgoing.front, tenancy: tenancy, keyring: keyring, redis: redis,
            directory: directory, client: outgoing.client, signing: outgoing.signing, saml: outgoing.saml,
            metrics: metrics, log: log, clock: clock)
        signIn = SignIn(
            sessions: sessions, entrance: entrance, hasher: hasher, redis: redis, directory: directory, policy: strong,
            metrics: metrics, log: log)
        factors = SecondFactors(
            sessions: sessions, redis: redis, directory: directory, policy: strong, metrics: metrics)
        upstream = UpstreamSignIn(
            sessions: sessions, entrance: entrance, tenancy: tenancy, redis: redis, store: UpstreamStore(directory),
            client: outgoing.client, policy: strong, log: log)
        singleSignOn.partnerSessions.logoutRequest = { [weak self] entry in
            guard let self else { return nil }
            if case .saml = entry { return await SAMLRoutes(self).logoutRequest(entry) }
            return await OpenIDRoutes(self).logoutRequest(entry)
        }
        sessions.onReplace = { [partnerSessions = singleSignOn.partnerSessions, redis] old, new in
            await partnerSessions.move(from: old, to: new)
            await UpstreamSessions(redis).move(from: old, to: new)
        }
        sessions.onEnd = { [partnerSessions = singleSignOn.partnerSessions] in partnerSessions.sessionsEnded($0) }
    }

    /// The middleware that enforces what routes declare.
    package var gate: Middleware { Gate(self).middleware }

    /// Every route of this module but those of single sign-on.
    package var routes: [Route] {
        SignInRoutes(self).all + ActivationRoutes(self).all + AccountRoutes(self).all + SessionRoutes(self).all
            + StrongRoutes(self).all + UpstreamRoutes(self).all + UpstreamSAMLRoutes(self).all + ConsentRoutes(self).all
            + WaitingRoutes(self).all
    }

    /// Reads what identity providers say of themselves.
    package func discovery(allowsPlain: Bool) -> UpstreamDiscovery {
        UpstreamDiscovery(client: outgoing.client, allowsPlain: allowsPlain)
    }

    /// Which other origins may read what the API answers.
    package var crossOrigin: CrossOrigin { CrossOrigin { [singleSignOn] in singleSignOn.partners.isFront($0) } }

    /// The protocols that partner applications speak; on nodes.
    package var partnerRoutes: [Route] { CASRoutes(self).all + OpenIDRoutes(self).all + SAMLRoutes(self).all }

    /// The colours of a territory or of an establishment, for `Assets.routes`.
    package func theme(of name: String) -> Theme? { themes.theme(named: name) }
}
