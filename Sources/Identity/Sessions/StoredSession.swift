internal import Cryptography
internal import Runtime

/// What Redis keeps under a session's key.
enum StoredSession: Equatable {
    /// `seenAt`: when the session was last used, to about a minute; seconds since 1970.
    case active(Session, seenAt: Int64)
    /// Signed out. Kept until the cookie would have expired by itself, since a cookie alone could rebuild the session.
    case ended

    // Zero means neither: a SETRANGE on a key that has just been lost makes bytes of zero, which are read as no session.
    private static let activeMark: UInt8 = 1
    private static let endedMark: UInt8 = 2
    /// Where the four bytes of `seenAt` are.
    static let seenOffset = 1

    static func key(_ id: SessionID) -> String {
        var writer = ByteWriter()
        writer.uint64(id.rawValue.high)
        writer.uint64(id.rawValue.low)
        return "s1:" + Base64URL.encode(writer.bytes)
    }

    var bytes: [UInt8] {
        switch self {
        case .ended: return [StoredSession.endedMark]
        case .active(let session, let seenAt):
            var writer = ByteWriter()
            writer.byte(StoredSession.activeMark)
            writer.uint32(Session.seconds(seenAt))
            session.pack(into: &writer)
            return writer.bytes
        }
    }

    static func seenBytes(_ seenAt: Int64) -> [UInt8] {
        var writer = ByteWriter()
        writer.uint32(Session.seconds(seenAt))
        return writer.bytes
    }

    /// The session of a cookie, when it is stored just as the cookie has it, which nearly all are; nil otherwise.
    init?(_ bytes: [UInt8], ifStill verified: VerifiedCookie) {
        let head = StoredSession.seenOffset + 4
        guard bytes.count == head + verified.packed.count, bytes[0] == StoredSession.activeMark,
            bytes[head...].elementsEqual(verified.packed)
        else { return nil }
        let seenAt = bytes[StoredSession.seenOffset..<head].reduce(0) { $0 << 8 | Int64($1) }
        self = .active(verified.cookie.session, seenAt: seenAt)
    }

    /// Nil for anything that is not a stored session: it is then made again from the cookie.
    init?(id: SessionID, _ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        switch reader.byte() {
        case StoredSession.endedMark: self = .ended
        case StoredSession.activeMark:
            guard let seenAt = reader.uint32(), let session = Session(id: id, unpacking: &reader) else { return nil }
            self = .active(session, seenAt: Int64(seenAt))
        default: return nil
        }
    }
}
