internal import Cryptography
internal import Redis
internal import Runtime
internal import Tenancy
internal import Web

/// Which sessions began at an identity provider of SAML, and what it calls them: it can end them. In Redis beside the sessions.
struct UpstreamSessions {
    struct Entry: Equatable {
        let session: UUID
        let account: UUID
        /// Empty when the provider gave none.
        let index: String

        var bytes: [UInt8] {
            JSON.array([session.description, account.description, index].map { .string($0) }).bytes
        }

        init(session: UUID, account: UUID, index: String) {
            self.session = session
            self.account = account
            self.index = index
        }

        init?(_ bytes: [UInt8]) {
            var parser = JSONParser(bytes)
            guard let texts = try? parser.parse().elements?.compactMap(\.text), texts.count == 3,
                let session = UUID(texts[0]), let account = UUID(texts[1])
            else { return nil }
            self.init(session: session, account: account, index: texts[2])
        }
    }

    /// Of one person at one provider; more sessions than anybody has at once.
    private static let most = 50

    private let redis: RedisClient

    init(_ redis: RedisClient) { self.redis = redis }

    /// The sessions of one of their people. The name is theirs: kept as a hash.
    static func key(_ provider: String, name: String) -> String {
        "ux:" + Base64URL.encode(Array(SHA256.hash("\(provider)\u{0}\(name)").prefix(16)))
    }

    private static func place(_ session: SessionID) -> RedisWord { .text("uy:" + session.description) }

    /// - Parameter life: seconds that the session can last.
    func note(_ entry: Entry, at key: String, life: Int) async {
        let life = RedisWord.integer(max(1, life))
        let place = JSON.array([.string(key), .string(entry.account.description), .string(entry.index)]).bytes
        _ = try? await redis.pipeline([
            ["RPUSH", .text(key), .bytes(entry.bytes)], ["LTRIM", .text(key), .integer(-Self.most), "-1"],
            ["EXPIRE", .text(key), life],
            ["SET", Self.place(SessionID(rawValue: entry.session)), .bytes(place), "EX", life],
        ])
    }

    /// The person goes on under another number: they showed a second factor.
    func move(from old: SessionID, to new: SessionID) async {
        guard let bytes = try? await redis.send("GETDEL", Self.place(old)).bytes else { return }
        var parser = JSONParser(bytes)
        guard let texts = try? parser.parse().elements?.compactMap(\.text), texts.count == 3,
            let account = UUID(texts[1])
        else { return }
        await note(
            Entry(session: new.rawValue, account: account, index: texts[2]), at: texts[0],
            life: Int(SessionLimits.standard.absolute))
    }

    /// Takes those that a request to sign out means: all of the person's, or those of the indexes that it names.
    /// - Throws: `.ticketsUnavailable`: nobody is signed out then, and the provider is not told that they are.
    func take(_ key: String, indexes: [String]) async throws(IdentityError) -> [Entry] {
        do {
            let all = try await redis.send("LRANGE", .text(key), 0, "-1").array ?? []
            let found = all.compactMap(\.bytes).compactMap { Entry($0) }
                .filter { indexes.isEmpty || indexes.contains($0.index) }
            if !found.isEmpty {
                _ = try await redis.pipeline(found.map { ["LREM", .text(key), 0, .bytes($0.bytes)] })
            }
            return found
        } catch {
            throw .ticketsUnavailable
        }
    }
}
