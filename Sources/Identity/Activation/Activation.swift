internal import Postgres
internal import Redis
internal import Runtime
internal import Tenancy
internal import Web

/// Choosing a password with a code, on one loop. Attempts are slowed down as sign-ins are, and in the same counts: a code is no
/// second door to try at.
package final class Activation: @unchecked Sendable {
    // Safety: confined to its loop.
    private let store: ActivationStore
    private let throttle: SignInThrottle
    private let turns: SignInTurns
    private let hasher: PasswordHasher
    private let keyring: Keyring
    private let sessions: Sessions

    init(
        loop: EventLoop, keyring: Keyring, directory: PostgresPool, redis: RedisClient, hasher: PasswordHasher,
        sessions: Sessions, clock: @escaping @Sendable () -> Int64
    ) {
        store = ActivationStore(directory)
        throttle = SignInThrottle(redis: redis, clock: clock)
        turns = SignInTurns(loop: loop)
        self.hasher = hasher
        self.sessions = sessions
        self.keyring = keyring
    }

    enum Outcome: Equatable {
        case done
        /// The login is unknown, the code is wrong, used or too old: never said which.
        case wrongCode
        case refused(Phrase)
    }

    func login(ofLetter letter: UUID) async throws(IdentityError) -> String? { try await store.login(ofLetter: letter) }

    /// - Throws: `.throttled`, `.busy`, `.directoryUnavailable`.
    func choose(
        _ password: String, login text: String, code typed: String, address: String
    ) async throws(IdentityError) -> Outcome {
        let login = Login(rawValue: text)
        let counted = login?.rawValue ?? String(decoding: text.utf8.prefix(256), as: UTF8.self)
        let account = ThrottleKey.account(counted, keyring)
        let pair = ThrottleKey.pair(counted, address, keyring)
        try await turns.take(account.text)
        defer { turns.release(account.text) }
        try await throttle.check(account: account, pair: pair)
        // The same look-ups for a login that nobody has.
        let found = try await store.account(login ?? .nobody)
        let id = found?.id ?? AccountID(rawValue: UUID(high: 0, low: 0))
        let hashes = AccessCode(typed: typed).map { keyring.codeHashes($0, of: id) } ?? []
        guard try await store.isValid(hashes, of: id), let found else {
            await throttle.failed(account: account, pair: pair)
            return .wrongCode
        }
        if let refusal = PasswordPolicy.refusal(
            of: password, login: counted, isPrivileged: found.isPrivileged)
        {
            return .refused(refusal)
        }
        let hash = try await hasher.hash(password)
        guard try await store.redeem(hashes, of: id, passwordHash: hash, address: address) else { return .wrongCode }
        // They are revoked by now; this ends them everywhere at once rather than at their next look-up.
        _ = try? await sessions.endAll(of: id)
        await throttle.succeeded(account: account, pair: pair)
        return .done
    }

    /// Takes as long, and says the same, whether somebody has this login or not.
    /// - Throws: `.throttled`, `.directoryUnavailable`.
    func requestReset(_ text: String) async throws(IdentityError) {
        let login = Login(rawValue: text)
        let account = ThrottleKey.account("reset " + (login?.rawValue ?? ""), keyring)
        try await throttle.check(account: account, pair: account)
        try await store.requestReset(login ?? .nobody)
        // Each request counts, so that nobody fills the lists of a school.
        await throttle.failed(account: account, pair: account)
    }
}
