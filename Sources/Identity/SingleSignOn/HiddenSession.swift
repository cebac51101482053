internal import Cryptography
internal import Redis
internal import Runtime

/// Names of tickets and codes that tell this platform, and nobody else, which session they are of: one trip to Redis then asks
/// for ticket and session together.
///
/// Random bytes, then the session's number under a code of them: to whoever has no key of the ring, random bytes as a whole. What
/// is read from a name is a place to look at and proves nothing: what is kept under the name says which session it is of.
struct HiddenSession: Sendable {
    private static let numberLength = 16

    private let key: HMACKey

    init(_ key: HMACKey) { self.key = key }

    /// As many bytes as `count` and a session's number.
    func name(of session: SessionID, randomBytes count: Int) -> [UInt8] {
        var bytes = SecureRandom.bytes(count)
        bytes.reserveCapacity(count + HiddenSession.numberLength)
        let mask = key.code(for: bytes)
        for index in 0..<HiddenSession.numberLength {
            let half = index < 8 ? session.rawValue.high : session.rawValue.low
            bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(56 - index % 8 * 8)) ^ mask[index])
        }
        return bytes
    }

    /// The session of a name made here; of any other, one that nobody has.
    func session(in name: [UInt8], randomBytes count: Int) -> SessionID? {
        guard name.count == count + HiddenSession.numberLength else { return nil }
        let mask = key.code(for: Array(name[..<count]))
        var number = Array(name[count...])
        for index in number.indices { number[index] ^= mask[index] }
        return UUID(bytes: number).map { SessionID(rawValue: $0) }
    }
}

/// What a ticket or a code stood for, and what was read in the same trip.
struct TakenValue {
    let value: [UInt8]?
    fileprivate let guess: SessionID?
    fileprivate let stored: [UInt8]?
}

extension SingleSignOn {
    /// Takes what is kept under a key, which is gone from there afterwards, and reads the session that it is probably of.
    func take(_ key: RedisWord, probablyOf guess: SessionID?) async throws(RedisError) -> TakenValue {
        guard let guess else {
            return TakenValue(value: try await redis.send("GETDEL", key).bytes, guess: nil, stored: nil)
        }
        let replies = try await redis.pipeline([["GETDEL", key], ["GET", .text(StoredSession.key(guess))]])
        // A refusal is no answer: nothing is known then.
        for case .error in replies { throw .unavailable }
        return TakenValue(value: replies[0].bytes, guess: guess, stored: replies[1].bytes)
    }

    /// The session that what was taken says it is of, as Redis has it now; asked for once more where the name said nothing of it:
    /// made by an earlier version, or under a key that signed before.
    func session(_ id: SessionID, of taken: TakenValue) async throws(RedisError) -> StoredSession? {
        if taken.guess == id { return taken.stored.flatMap { StoredSession(id: id, $0) } }
        return try await redis.send("GET", .text(StoredSession.key(id))).bytes.flatMap { StoredSession(id: id, $0) }
    }
}
