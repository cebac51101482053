/// A signed-in person's session, as one request sees it.
package struct Session: Hashable, Sendable {
    package let id: SessionID
    /// When the password was given; seconds since 1970.
    package let startedAt: Int64
    package var holder: Holder
    package var proof: SessionProof

    package init(id: SessionID, startedAt: Int64, holder: Holder, proof: SessionProof = .password) {
        self.id = id
        self.startedAt = startedAt
        self.holder = holder
        self.proof = proof
    }
}
