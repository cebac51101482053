internal import Cryptography
internal import Runtime

/// The cookie that can rebuild its session: `v1.<kid>.<base64url payload>.<base64url HMAC-SHA256>`.
struct SessionCookie: Equatable {
    static let name = "preau_session"
    static let longest = 4000

    let session: Session
    /// When it was issued, to a person whose session had just been confirmed; seconds since 1970.
    let issuedAt: Int64

    func signed(by key: Keyring.Key) -> String {
        var writer = ByteWriter()
        writer.uint64(session.id.rawValue.high)
        writer.uint64(session.id.rawValue.low)
        writer.uint32(Session.seconds(issuedAt))
        session.pack(into: &writer)
        let text = "v1.\(key.id).\(Base64URL.encode(writer.bytes))"
        return "\(text).\(Base64URL.encode(key.session.code(for: text)))"
    }

    /// Nil for anything but a cookie signed by a key of the ring. `isCurrentKey`: by the one that signs now.
    static func open(_ text: String, with keyring: Keyring) -> (cookie: SessionCookie, isCurrentKey: Bool)? {
        guard text.utf8.count <= longest else { return nil }
        let parts = text.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "v1", let found = keyring.key(parts[1]),
            let code = Base64URL.decode(parts[3])
        else { return nil }
        let signedText = text.utf8[..<parts[2].endIndex]
        guard found.key.session.verifies(code, of: Array(signedText)), let payload = Base64URL.decode(parts[2]) else {
            return nil
        }
        var reader = ByteReader(payload)
        guard let id = UUID(&reader), let issuedAt = reader.uint32(),
            let session = Session(id: SessionID(rawValue: id), unpacking: &reader)
        else { return nil }
        return (SessionCookie(session: session, issuedAt: Int64(issuedAt)), found.isCurrent)
    }
}
