internal import HTTPClient
internal import YAML

extension ProcessConfiguration {
    /// Where mail is handed over.
    static var mail: YAMLShape<Mail> {
        YAMLShape.keys("a mail server (host, port, security, from, account)") { keys in
            let host = keys.required("host", .line(upTo: 253))
            let port = keys.optional("port", .integer(1...65_535), default: 587)
            let security = keys.optional("security", security, default: .starttls)
            let from = keys.required("from", address)
            let account = keys.optional("account", credentials)
            guard let host, let from else { return nil as Mail? }
            guard !host.contains(where: { $0 == "/" || $0 == "@" || $0.isWhitespace }) else {
                keys.reject("host", "expected a name or an address")
                return nil
            }
            if security == .none, account != nil {
                keys.reject("account", "a password is not sent over a line that is not encrypted")
                return nil
            }
            return Mail(
                host: host, port: UInt16(port), security: security, credentials: account, from: from)
        }
    }

    private static var security: YAMLShape<MailServer.Security> {
        YAMLShape.scalar("one of starttls, tls, none") { MailServer.Security(rawValue: $0) }
    }

    private static var address: YAMLShape<MailAddress> {
        YAMLShape.scalar("a mail address, as ne-pas-repondre@ent77.example") { MailAddress($0) }
    }
}
