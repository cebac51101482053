/// Cookies whose signature was found good, by their whole text, so that the next request with the same one costs a look-up.
///
/// Says nothing about the session itself, which is asked for each time. Another set of keys forgets everything.
struct VerifiedCookies {
    typealias Opened = (cookie: SessionCookie, isCurrentKey: Bool)

    /// Texts of some 200 bytes and as much decoded: 8 MB at most, with both generations full.
    private static let generation = 8000

    private var cookies = BoundedCache<String, Opened>(generation: VerifiedCookies.generation)
    private var keysVersion = 0

    mutating func find(_ text: String, keysVersion version: Int) -> Opened? {
        guard version == keysVersion else { return nil }
        return cookies[text]
    }

    mutating func keep(_ opened: Opened, for text: String, keysVersion version: Int) {
        if version != keysVersion {
            cookies = BoundedCache(generation: VerifiedCookies.generation)
            keysVersion = version
        }
        cookies[text] = opened
    }
}
