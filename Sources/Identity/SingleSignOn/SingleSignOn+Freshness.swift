internal import Cryptography
internal import Runtime

extension SingleSignOn {
    /// Says that somebody was sent to the sign-in page for a service at this moment: with it they come back, and another
    /// session that began since is a new sign-in. Signed, or a link could pass an old session off as a new one.
    /// - Parameter session: the one they have, which is not enough.
    func freshMark(for service: PartnerService, _ session: Session?) -> String {
        let key = keyring.current
        let text = "\(key.id).\(clock()).\(SingleSignOn.trace(of: session))"
        return text + "." + SingleSignOn.code(text, service, key)
    }

    /// Whether the session is another than the one the mark was made with, and began after it, for this service and not
    /// long ago.
    func isFresh(_ session: Session, _ mark: String?, for service: PartnerService) -> Bool {
        guard let mark, mark.utf8.count < 200 else { return false }
        let parts = mark.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, let key = keyring.key(parts[0])?.key, let time = Int64(parts[1]) else { return false }
        let text = "\(parts[0]).\(parts[1]).\(parts[2])"
        guard constantTimeEqual(SingleSignOn.code(text, service, key), String(parts[3])) else { return false }
        return parts[2] != SingleSignOn.trace(of: session) && session.startedAt >= time && clock() - time < 3600
    }

    private static func trace(of session: Session?) -> String {
        session.map { Base64URL.encode(Array(SHA256.hash("trace " + $0.id.description).prefix(12))) } ?? "-"
    }

    private static func code(_ text: String, _ service: PartnerService, _ key: Keyring.Key) -> String {
        Base64URL.encode(Array(key.signOn.code(for: "fresh \(service.id) \(text)").prefix(16)))
    }
}
