import Cryptography
import Runtime
import Synchronization
import Tenancy
import TestSupport
import TestTenancy
import Testing
import Web

@testable import Identity

/// A platform, a Redis, a keyring and a clock, with as many nodes as a test wants, and the people it makes.
final class IdentityFixture: Sendable {
    let platform: TestPlatform
    let redis: TestRedis
    let keyring: Keyring
    let keys: String
    let clock = TestClock()
    private let nodes = Mutex<[IdentityNode]>([])
    private static let people = Atomic(0)

    /// - Parameter ownPlatform: for tests that stop the directory.
    static func with(
        ownPlatform: Bool = false, _ body: (IdentityFixture) async throws -> Void
    ) async throws {
        let platform = ownPlatform ? try await TestPlatform.start(shards: 1) : try await TestPlatform.shared.platform()
        let fixture = try IdentityFixture(platform)
        do {
            try await body(fixture)
        } catch {
            await fixture.stop()
            throw error
        }
        await fixture.stop()
    }

    private init(_ platform: TestPlatform) throws {
        self.platform = platform
        redis = try TestRedis.start()
        keys = Keyring.newLine(id: "k1")
        keyring = try Keyring(keys)
    }

    private func stop() async {
        redis.resume()
        for node in nodes.withLock({ $0 }) { await node.stop() }
    }

    func node(
        keyring: Keyring? = nil, limits: SessionLimits = .standard, hashing threads: Int = 2, queue: Int = 256,
        routes: [Route] = []
    ) async throws -> IdentityNode {
        let node = try await IdentityNode(
            platform, redis, keyring: keyring ?? self.keyring, clock: clock, limits: limits, hashing: threads,
            queue: queue, routes: routes)
        nodes.withLock { $0.append(node) }
        try await node.waitForRedis(true)
        return node
    }

    struct Person: Sendable {
        let login: String
        let password: String
        let account: AccountID
        let profiles: [Profile]
    }

    /// A new account with the given roles, each in an establishment of its own unless one is given.
    func person(
        _ roles: Role..., at school: EstablishmentID? = nil, name: String = "Durand", mandates: [Mandate] = []
    ) async throws -> Person {
        let number = IdentityFixture.people.add(1, ordering: .relaxed).newValue
        let profiles = try roles.map {
            Profile(establishment: try school ?? platform.addEstablishment(on: 1), role: $0, person: .new())
        }
        let account = NewAccount(
            login: try #require(Login(rawValue: "camille.durand\(number)")), givenName: "Camille", familyName: name,
            passwordHash: try Argon2id.hash(Array("Mot de passe \(number)".utf8), cost: IdentityNode.cheap),
            profiles: profiles, mandates: mandates)
        let numbers = try await provision { try await $0.put([account], source: "test") }
        return Person(
            login: account.login.rawValue, password: "Mot de passe \(number)", account: numbers[0], profiles: profiles)
    }

    /// Runs `body` with the provisioning store as the admin service has it.
    @discardableResult
    func provision<Value: Sendable>(
        _ body: @escaping @Sendable (AccountProvisioningStore) async throws -> Value
    ) async throws -> Value {
        let admin = try await platform.startNode(user: "preau_admin")
        do {
            let value = try await admin.loop.run { try await body(AccountProvisioningStore(admin.directory)) }
            await admin.stop()
            return value
        } catch {
            await admin.stop()
            throw error
        }
    }
}
