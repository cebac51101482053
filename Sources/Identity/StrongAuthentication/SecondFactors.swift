internal import Cryptography
internal import Postgres
internal import Redis
internal import Runtime
internal import Tenancy
internal import Web

/// Second factors on one loop: adding them, and asking for them.
final class SecondFactors: @unchecked Sendable {
    // Safety: confined to its loop.
    let policy: StrongPolicy
    let store: SecondFactorStore
    private let sessions: Sessions
    private let redis: RedisClient
    private let throttle: SignInThrottle
    private let instruments: Instruments

    private struct Instruments {
        let shown: Counter
        let refused: Counter
    }

    init(
        sessions: Sessions, redis: RedisClient, directory: PostgresPool, policy: StrongPolicy, metrics: Metrics
    ) {
        self.sessions = sessions
        self.redis = redis
        self.policy = policy
        store = SecondFactorStore(directory)
        throttle = SignInThrottle(redis: redis, clock: sessions.clock)
        func counter(_ result: String) -> Counter {
            metrics.counter(
                "preau_identity_second_factors_total", help: "Second factors shown at sign-in.",
                labels: [("result", result)])
        }
        instruments = Instruments(shown: counter("right"), refused: counter("wrong"))
    }

    func all(of account: AccountID) async throws(IdentityError) -> [SecondFactorStore.Factor] {
        try await store.all(of: account, sessions.keyring)
    }

    /// Whether the session may change what protects the account: a factor shown lately, or lately signed in where there is none.
    func mayChange(_ session: Session, hasFactor: Bool) -> Bool {
        let now = sessions.clock()
        if hasFactor { return session.proof.strongAt.map { now - $0 <= StrongPolicy.memory } ?? false }
        return now - session.startedAt <= StrongPolicy.memory
    }

    // MARK: What waits for its answer, in Redis

    private enum Purpose: String {
        case secret
        case register
        case show
    }

    private func key(_ purpose: Purpose, _ session: Session) -> RedisWord {
        .text("sf:\(purpose.rawValue):\(session.id)")
    }

    private func keep(_ bytes: [UInt8], _ purpose: Purpose, _ session: Session) async throws(IdentityError) {
        do {
            try await redis.send("SET", key(purpose, session), .bytes(bytes), "EX", 300)
        } catch {
            throw .ticketsUnavailable
        }
    }

    private func take(_ purpose: Purpose, _ session: Session) async throws(IdentityError) -> [UInt8]? {
        do { return try await redis.send("GETDEL", key(purpose, session)).bytes } catch { throw .ticketsUnavailable }
    }

    // MARK: Adding

    /// The secret for an authenticator application; the same until it is confirmed or five minutes have passed.
    func secret(_ session: Session) async throws(IdentityError) -> [UInt8] {
        let known: RedisValue
        do { known = try await redis.send("GET", key(.secret, session)) } catch { throw .ticketsUnavailable }
        if let bytes = known.bytes { return bytes }
        let secret = SecureRandom.bytes(OneTimeCode.secretByteCount)
        try await keep(secret, .secret, session)
        return secret
    }

    /// - Returns: false for a wrong code; the secret stays for another try.
    func confirmApplication(_ code: String, name: String, _ session: Session) async throws(IdentityError) -> Bool {
        let secret = try await secret(session)
        guard let step = OneTimeCode.step(of: code, secret, now: sessions.clock()) else { return false }
        _ = try await take(.secret, session)
        return try await store.add(
            application: secret, name: name, to: session.holder.account, step: step, sessions.keyring)
    }

    func challenge(registering: Bool, _ session: Session) async throws(IdentityError) -> [UInt8] {
        let challenge = SecureRandom.bytes(32)
        try await keep(challenge, registering ? .register : .show, session)
        return challenge
    }

    func register(
        client: [UInt8], attestation: [UInt8], name: String, origin: String, party: String, _ session: Session
    ) async throws(IdentityError) -> Bool {
        guard let challenge = try await take(.register, session),
            let credential = Passkey.register(
                client: client, attestation: attestation,
                Passkey.Expected(challenge: challenge, origin: origin, party: party))
        else { return false }
        return try await store.add(passkey: credential, party: party, name: name, to: session.holder.account)
    }

    /// New codes in the place of the present ones; shown once.
    func newRecoveryCodes(_ account: AccountID) async throws(IdentityError) -> [String] {
        let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.new() }
        try await store.replaceCodes(codes.compactMap { RecoveryCode.hash($0) }, of: account)
        return codes
    }

    // MARK: Asking

    /// Checks a code of an application or of the paper; slowed down after wrong ones, wherever they come from: who types them
    /// knows the password.
    /// - Throws: `.throttled`, `.wrongFactor`, `.directoryUnavailable`.
    func check(_ text: String, of account: AccountID) async throws(IdentityError) -> SessionProof.Methods {
        try await counted(account) { () async throws(IdentityError) -> SessionProof.Methods? in
            let code = text.filter { !$0.isWhitespace }
            if let hash = RecoveryCode.hash(code) {
                return try await store.use(code: hash, of: account) ? .recoveryCode : nil
            }
            let now = sessions.clock()
            for factor in try await all(of: account) {
                guard case .application(let secret) = factor.kind,
                    let step = OneTimeCode.step(of: code, secret, now: now)
                else { continue }
                return try await store.use(application: factor.id, step: step) ? .oneTimeCode : nil
            }
            return nil
        }
    }

    /// Checks what an authenticator answered. - Throws: as `check`.
    func check(
        passkey id: [UInt8], client: [UInt8], data: [UInt8], signature: [UInt8], origin: String, party: String,
        _ session: Session
    ) async throws(IdentityError) -> SessionProof.Methods {
        let account = session.holder.account
        return try await counted(account) { () async throws(IdentityError) -> SessionProof.Methods? in
            guard let challenge = try await take(.show, session) else { return nil }
            let expected = Passkey.Expected(challenge: challenge, origin: origin, party: party)
            for factor in try await all(of: account) {
                guard case .passkey(let credential, party) = factor.kind, credential.id == id,
                    let count = Passkey.verify(
                        client: client, data: data, signature: signature, credential, expected)
                else { continue }
                return try await store.use(passkey: factor.id, count: count) ? .passkey : nil
            }
            return nil
        }
    }

    private func counted(
        _ account: AccountID, _ body: () async throws(IdentityError) -> SessionProof.Methods?
    ) async throws(IdentityError) -> SessionProof.Methods {
        let name = "second factor \(account)"
        let whole = ThrottleKey.account(name, sessions.keyring)
        let pair = ThrottleKey.pair(name, "", sessions.keyring)
        try await throttle.check(account: whole, pair: pair)
        guard let methods = try await body() else {
            instruments.refused.add()
            await throttle.failed(account: whole, pair: pair)
            throw .wrongFactor
        }
        instruments.shown.add()
        await throttle.succeeded(account: whole, pair: pair)
        return methods
    }

    /// The session that follows: another number, as after every sign-in.
    /// - Throws: `.signedOut` when the account changed meanwhile, `.directoryUnavailable`.
    func strengthen(
        _ session: Session, _ methods: SessionProof.Methods, client: String
    ) async throws(IdentityError) -> (session: Session, cookie: String) {
        let proof = SessionProof(
            methods: session.proof.methods.union(methods), strongAt: sessions.clock(), isPending: false)
        let started = try await sessions.start(session.holder, client: client, proof: proof, replacing: session)
        guard let started else { throw .signedOut }
        return started
    }
}
