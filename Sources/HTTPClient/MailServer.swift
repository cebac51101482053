/// Where mail is handed over, by SMTP.
package struct MailServer: Sendable {
    package enum Security: String, Sendable, CaseIterable {
        /// The line is encrypted before anything is said; refused when the server cannot.
        case starttls
        /// Encrypted from the beginning, as on port 465.
        case tls
        /// In the clear: for a server on the same machine.
        case none
    }

    package let host: String
    package let port: UInt16
    package let security: Security
    /// Nil: without signing in.
    package let credentials: (user: String, password: String)?
    /// The address that mail is from, and that what cannot be delivered comes back to.
    package let from: MailAddress

    package init(
        host: String, port: UInt16, security: Security, credentials: (user: String, password: String)?,
        from: MailAddress
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.credentials = credentials
        self.from = from
    }

    var url: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return (security == .tls ? "smtps://" : "smtp://") + "\(host):\(port)"
    }
}
