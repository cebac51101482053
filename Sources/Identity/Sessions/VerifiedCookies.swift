internal import Runtime

/// A cookie whose signature was found good, and what each request with it needs.
final class VerifiedCookie {
    let cookie: SessionCookie
    /// By the key that signs now.
    let isCurrentKey: Bool
    /// Of the session in Redis.
    let key: String
    /// The session as Redis has it when nothing has changed since the cookie was made: nothing to unpack.
    let packed: [UInt8]

    init(_ cookie: SessionCookie, isCurrentKey: Bool) {
        self.cookie = cookie
        self.isCurrentKey = isCurrentKey
        key = StoredSession.key(cookie.session.id)
        var writer = ByteWriter()
        cookie.session.pack(into: &writer)
        packed = writer.bytes
    }
}

/// Cookies whose signature was found good, by their whole text, so that the next request with the same one costs a look-up.
///
/// Says nothing about the session itself, which is asked for each time. Another set of keys forgets everything.
struct VerifiedCookies {
    /// Texts of some 200 bytes and three times as much beside: 12 MB at most, with both generations full.
    private static let generation = 8000

    private var cookies = BoundedCache<String, VerifiedCookie>(generation: VerifiedCookies.generation)
    private var keysVersion = 0

    mutating func find(_ text: String, keysVersion version: Int) -> VerifiedCookie? {
        guard version == keysVersion else { return nil }
        return cookies[text]
    }

    mutating func keep(_ verified: VerifiedCookie, for text: String, keysVersion version: Int) {
        if version != keysVersion {
            cookies = BoundedCache(generation: VerifiedCookies.generation)
            keysVersion = version
        }
        cookies[text] = verified
    }
}
