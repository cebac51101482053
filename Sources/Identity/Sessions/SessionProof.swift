/// By what the person of a session showed who they are.
package struct SessionProof: Hashable, Sendable {
    package struct Methods: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let password = Methods(rawValue: 1)
        /// A code of an authenticator application.
        package static let oneTimeCode = Methods(rawValue: 2)
        package static let passkey = Methods(rawValue: 4)
        package static let recoveryCode = Methods(rawValue: 8)
        /// An upstream identity provider.
        package static let upstream = Methods(rawValue: 16)
    }

    package var methods: Methods
    /// When a second factor was last shown; seconds since 1970.
    package var strongAt: Int64?
    /// A second factor is still owed: until then the session opens nothing but the pages that ask for it.
    package var isPending: Bool

    package static let password = SessionProof(methods: .password)

    package init(methods: Methods, strongAt: Int64? = nil, isPending: Bool = false) {
        self.methods = methods
        self.strongAt = strongAt
        self.isPending = isPending
    }

    /// After the session's own bytes; nothing for a password alone, so that most sessions are no longer for it.
    func pack(into writer: inout ByteWriter) {
        guard self != .password else { return }
        writer.byte(methods.rawValue)
        writer.uint32(Session.seconds(strongAt ?? 0))
        writer.byte(isPending ? 1 : 0)
    }

    init?(unpacking reader: inout ByteReader) {
        guard !reader.isAtEnd else {
            self = .password
            return
        }
        guard let methods = reader.byte(), let strongAt = reader.uint32(), let pending = reader.byte(), pending <= 1
        else { return nil }
        self.init(
            methods: Methods(rawValue: methods), strongAt: strongAt == 0 ? nil : Int64(strongAt),
            isPending: pending == 1)
    }
}
