internal import Cryptography
package import Postgres
package import Runtime

/// Makes, prepares, activates, retires and destroys the signing keys; on one loop of the admin service. Several may do so at
/// once: the directory lets one of them win.
package final class SigningKeyKeeper: @unchecked Sendable {
    // Safety: confined to its loop.
    private let loop: EventLoop
    private let store: SigningKeyStore
    private let factors: SecondFactorStore
    private let upstreams: UpstreamStore
    private let keyring: Keyring
    private let pool: BlockingPool
    private let log: Log
    private var timer: TimerID?
    private var isStopped = false

    /// In seconds.
    private struct Terms {
        /// A key signs for so long.
        let life: Int64
        /// A new key is published for so long before it signs: as long as anybody may keep the document.
        let preparation: Int64
        /// A retired key is published for so long.
        let afterlife: Int64

        init(_ purpose: SigningKey.Purpose) {
            switch purpose {
            case .tokens: (life, preparation, afterlife) = (90 * 86_400, 86_400, 7 * 86_400)
            // Many partners keep a copy of the metadata that somebody renews by hand; what was signed is looked at at once.
            case .saml: (life, preparation, afterlife) = (3 * 365 * 86_400, 90 * 86_400, 86_400)
            // Who has the metadata of before goes on encrypting for it.
            case .samlOpening: (life, preparation, afterlife) = (3 * 365 * 86_400, 90 * 86_400, 90 * 86_400)
            }
        }
    }

    package init(
        loop: EventLoop, directory: PostgresPool, keyring: Keyring, pool: BlockingPool,
        log: Log = Log("signing keys")
    ) {
        self.loop = loop
        store = SigningKeyStore(directory)
        factors = SecondFactorStore(directory)
        upstreams = UpstreamStore(directory)
        self.keyring = keyring
        self.pool = pool
        self.log = log
    }

    /// Looks after the keys now and every hour; sooner again when the directory did not answer.
    package func start() {
        loop.assertCurrent()
        guard !isStopped else { return }
        loop.spawn { [self] in
            var pause = Duration.seconds(3600)
            do { try await tend() } catch {
                log.info("the signing keys could not be looked after yet")
                pause = .seconds(2)
            }
            guard !isStopped else { return }
            timer = loop.schedule(after: pause) { [weak self] in self?.start() }
        }
    }

    package func stop() {
        loop.assertCurrent()
        isStopped = true
        if let timer { loop.cancel(timer) }
    }

    /// What is due now. - Throws: `.directoryUnavailable`.
    package func tend() async throws {
        let keys = try await store.list()
        let now = WallClock.microseconds
        for (algorithm, purpose) in Self.kinds {
            let terms = Terms(purpose)
            let own = keys.filter { $0.algorithm == algorithm.rawValue && $0.purpose == purpose.rawValue }
            guard let active = own.first(where: { $0.state == "active" }) else {
                try await store.add(try await generate(algorithm), purpose, .active, keyring)
                continue
            }
            let age = (now - active.changedAt) / 1_000_000
            if age > terms.life - terms.preparation, !own.contains(where: { $0.state == "prepared" }) {
                try await store.add(try await generate(algorithm), purpose, .prepared, keyring)
            }
            try await store.activate(algorithm, purpose, preparedFor: terms.preparation)
        }
        for purpose in SigningKey.Purpose.allCases {
            try await store.destroy(purpose, retiredFor: Terms(purpose).afterlife)
        }
        try await store.reseal(keyring)
        try await factors.reseal(keyring)
        try await upstreams.reseal(keyring)
    }

    /// Every kind of key that there is one of.
    private static let kinds: [(SignatureAlgorithm, SigningKey.Purpose)] =
        SignatureAlgorithm.allCases.map { ($0, .tokens) } + [(.rs256, .saml), (.rs256, .samlOpening)]

    /// Begins a rotation by hand: new keys are published now.
    /// - Parameters:
    ///   - ofSAML: the key of SAML rather than those of tokens: partners have to be told of it.
    ///   - atOnce: they sign at once, without waiting until everybody has them: when a key may be known to others.
    ///   - trace: for each new key its id, and what is kept with it or not at all.
    package func rotate(
        ofSAML: Bool, atOnce: Bool, with trace: (_ key: String, inout PostgresBatch) -> Void
    ) async throws {
        for (algorithm, purpose) in Self.kinds where (purpose != .tokens) == ofSAML {
            try await store.add(try await generate(algorithm), purpose, .prepared, keyring, with: trace)
            if atOnce { try await store.activate(algorithm, purpose, preparedFor: 0) }
        }
    }

    private func generate(_ algorithm: SignatureAlgorithm) async throws -> PrivateKey {
        try await pool.run { try PrivateKey.generate(algorithm) }
    }
}
