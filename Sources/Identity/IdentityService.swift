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

    let accounts: AccountStore
    let tenancy: Tenancy
    let themes: TerritoryThemes

    package var keyring: Keyring { sessions.keyring }

    /// - Parameters:
    ///   - directory: this loop's pool for the directory's database.
    ///   - hasher: the process's own; it has the bounded pool of threads.
    ///   - rules: the process's copy, which its watcher keeps fresh.
    ///   - pace: the process's own.
    ///   - clock: seconds since 1970.
    package init(
        loop: EventLoop, keyring: Keyring, limits: SessionLimits = .standard, tenancy: Tenancy, directory: PostgresPool,
        redis: RedisClient, hasher: PasswordHasher, rules: RuleBookCache = RuleBookCache(),
        pace: SignInPace = SignInPace(), admissionLimits: AdmissionLimits = .standard, metrics: Metrics,
        log: Log = Log("identity"),
        clock: @escaping @Sendable () -> Int64 = { WallClock.seconds }
    ) {
        self.loop = loop
        self.tenancy = tenancy
        themes = TerritoryThemes(tenancy)
        accounts = AccountStore(directory)
        sessions = Sessions(
            loop: loop, keyring: keyring, limits: limits, redis: redis, directory: directory, metrics: metrics,
            log: log,
            clock: clock)
        admission = AdmissionService(
            loop: loop, tenancy: tenancy, redis: redis, rules: rules, pace: pace, limits: admissionLimits,
            metrics: metrics, log: log)
        sessions.presence = admission.presence
        entrance = Entrance(admission: admission, keyring: keyring, tenancy: tenancy, clock: clock)
        activation = Activation(
            loop: loop, keyring: keyring, directory: directory, redis: redis, hasher: hasher, sessions: sessions,
            clock: clock)
        signIn = SignIn(
            sessions: sessions, entrance: entrance, hasher: hasher, redis: redis, directory: directory,
            metrics: metrics, log: log)
    }

    /// The middleware that enforces what routes declare.
    package var gate: Middleware { Gate(self).middleware }

    /// Every route of this module.
    package var routes: [Route] {
        SignInRoutes(self).all + ActivationRoutes(self).all + AccountRoutes(self).all + SessionRoutes(self).all
            + WaitingRoutes(self).all
    }

    /// A territory's colours, for `Assets.routes`.
    package func theme(of territory: String) -> Theme? {
        TerritoryID(rawValue: territory).flatMap { themes.theme(of: $0) }
    }
}
