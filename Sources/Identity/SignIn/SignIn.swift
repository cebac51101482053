internal import Admission
package import Postgres
package import Redis
package import Runtime
package import Tenancy

/// Sign-in by login and password, on one loop.
package final class SignIn: @unchecked Sendable {
    // Safety: confined to its loop.
    package struct Attempt: Sendable {
        package let login: String
        package let password: String
        /// The client's address, after trusted proxies.
        package let address: String
        /// What the person will recognise in their list of sessions.
        package let client: String
        /// The session that the same browser has, if any: it ends when the attempt succeeds.
        package let replacing: Session?
        /// Whose site it was sent to.
        package let territory: TerritoryID?
        /// What the waiting room gave, if anything.
        package let ticket: String?

        package init(
            login: String, password: String, address: String, client: String, replacing: Session?,
            territory: TerritoryID? = nil, ticket: String? = nil
        ) {
            self.login = login
            self.password = password
            self.address = address
            self.client = client
            self.replacing = replacing
            self.territory = territory
            self.ticket = ticket
        }
    }

    private let sessions: Sessions
    private let accounts: AccountStore
    private let hasher: PasswordHasher
    private let policy: StrongPolicy
    private let throttle: SignInThrottle
    private let entrance: Entrance
    private let crowd: CrowdThrottle
    private let turns: SignInTurns
    private let instruments: SignInInstruments
    private let log: Log

    package init(
        sessions: Sessions, entrance: Entrance, hasher: PasswordHasher, redis: RedisClient, directory: PostgresPool,
        policy: StrongPolicy = .offered, metrics: Metrics, log: Log
    ) {
        self.sessions = sessions
        self.hasher = hasher
        self.entrance = entrance
        self.policy = policy
        self.log = log
        accounts = AccountStore(directory)
        throttle = SignInThrottle(redis: redis, clock: sessions.clock)
        crowd = CrowdThrottle(redis: redis)
        turns = SignInTurns(loop: sessions.loop)
        instruments = SignInInstruments(metrics)
    }

    /// Checks a password and starts a session.
    ///
    /// An unknown login, a wrong password and a closed account cost the same work and get the same answer.
    /// Whether the calendar lets the person in, and whether there is a place, is asked before the password is looked at.
    /// - Throws: `.wrongCredentials`, `.throttled`, `.busy`, `.closed`, `.waiting`, `.directoryUnavailable`.
    package func signIn(_ attempt: Attempt) async throws(IdentityError) -> (session: Session, cookie: String) {
        let login = Login(rawValue: attempt.login)
        // What cannot be a login is counted as it was typed, up to a bound.
        let counted = login?.rawValue ?? String(decoding: attempt.login.utf8.prefix(256), as: UTF8.self)
        let account = ThrottleKey.account(counted, sessions.keyring)
        let pair = ThrottleKey.pair(counted, attempt.address, sessions.keyring)
        let address = ThrottleKey.address(attempt.address, sessions.keyring)
        try await turns.take(account.text)
        defer { turns.release(account.text) }
        do {
            try await throttle.check(account: account, pair: pair)
            try await crowd.check(address: address, pair: pair)
            let started = try await check(attempt, login)
            await throttle.succeeded(account: account, pair: pair)
            await crowd.succeeded(address: address, pair: pair)
            instruments.succeeded.add()
            return started
        } catch {
            switch error {
            case .wrongCredentials:
                instruments.failed.add()
                await throttle.failed(account: account, pair: pair)
                await crowd.failed(address: address)
            case .throttled: instruments.throttled.add()
            case .closed, .waiting: break
            default: instruments.impossible.add()
            }
            throw error
        }
    }

    private func check(
        _ attempt: Attempt, _ login: Login?
    ) async throws(IdentityError) -> (session: Session, cookie: String) {
        // A login that cannot exist is looked up all the same, under a name that nobody can have.
        let record = try await accounts.account(login ?? .nobody)
        let pass = try await entrance.admit(
            record?.holder.visitor ?? entrance.ghost(attempt.login, at: attempt.territory), at: attempt.territory,
            ticket: attempt.ticket, by: .password)
        do throws(IdentityError) {
            let verdict = try await hasher.verify(attempt.password, against: record?.passwordHash)
            guard case .right(let isOutdated) = verdict, let record, record.isOpen else { throw .wrongCredentials }
            guard !record.isPasswordOff else { throw .passwordOff }
            if isOutdated { await rehash(attempt.password, record) }
            let proof = SessionProof(
                methods: .password, isPending: record.hasSecondFactor || policy.requires(record.holder))
            let started = try await sessions.start(
                record.holder, client: attempt.client, proof: proof, replacing: attempt.replacing)
            guard let started else { throw .wrongCredentials }
            return started
        } catch {
            await entrance.giveBack(pass)
            throw error
        }
    }

    private func rehash(_ password: String, _ record: AccountRecord) async {
        do {
            let hash = try await hasher.hash(password)
            try await accounts.replacePasswordHash(hash, of: record.holder.account)
        } catch {
            // The old hash still works; the next sign-in tries again.
            log.notice("a password could not be hashed again", ("account", .text(record.holder.account.description)))
        }
    }
}
