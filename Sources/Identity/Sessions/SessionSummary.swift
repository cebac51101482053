/// One of a person's sessions, as their own list shows it.
package struct SessionSummary: Hashable, Sendable {
    package let id: SessionID
    /// What it was started with: `Firefox, Android`.
    package let client: String
    /// Seconds since 1970.
    package let startedAt: Int64
    /// To about a minute; nil when Redis does not know.
    package var seenAt: Int64?
    /// Whether the person had never signed in with such a device before, and had with others.
    package let isNewDevice: Bool

    package init(
        id: SessionID, client: String, startedAt: Int64, seenAt: Int64? = nil, isNewDevice: Bool = false
    ) {
        self.id = id
        self.client = client
        self.startedAt = startedAt
        self.seenAt = seenAt
        self.isNewDevice = isNewDevice
    }
}
