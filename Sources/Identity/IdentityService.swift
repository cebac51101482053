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

    let accounts: AccountStore
    let tenancy: Tenancy
    let themes: TerritoryThemes

    package var keyring: Keyring { sessions.keyring }

    /// - Parameters:
    ///   - directory: this loop's pool for the directory's database.
    ///   - hasher: the process's own; it has the bounded pool of threads.
    ///   - clock: seconds since 1970.
    package init(
        loop: EventLoop, keyring: Keyring, limits: SessionLimits = .standard, tenancy: Tenancy, directory: PostgresPool,
        redis: RedisClient, hasher: PasswordHasher, metrics: Metrics, log: Log = Log("identity"),
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
        signIn = SignIn(
            sessions: sessions, hasher: hasher, redis: redis, directory: directory, metrics: metrics, log: log)
    }

    /// The middleware that enforces what routes declare.
    package var gate: Middleware { Gate(self).middleware }

    /// Every route of this module.
    package var routes: [Route] { SignInRoutes(self).all + AccountRoutes(self).all + SessionRoutes(self).all }

    /// A territory's colours, for `Assets.routes`.
    package func theme(of territory: String) -> Theme? {
        TerritoryID(rawValue: territory).flatMap { themes.theme(of: $0) }
    }
}
