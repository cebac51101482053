/// How long things last; seconds.
package struct SessionLimits: Sendable {
    /// Without a request for longer than this, the person has to sign in again.
    package var idle: Int64
    /// After this the person has to sign in again, whatever they do.
    package var absolute: Int64
    /// The session's time of last use is written at most this often.
    package var renewal: Int64
    /// A cookie older than this is replaced, and its account looked up in the directory on that occasion: this is how long
    /// a change of role, or a revocation that Redis lost, can go unnoticed.
    package var refresh: Int64
    /// How long the directory's answer about a session is used again when Redis cannot be asked.
    package var recheck: Int64
    /// With neither Redis nor the directory, a cookie issued less than this ago is believed.
    package var blind: Int64
    /// Sessions of one account; starting one more ends the oldest.
    package var mostPerAccount: Int

    package static let standard = SessionLimits(
        idle: 3600, absolute: 12 * 3600, renewal: 60, refresh: 300, recheck: 30, blind: 1800, mostPerAccount: 1000)

    package init(
        idle: Int64, absolute: Int64, renewal: Int64, refresh: Int64, recheck: Int64, blind: Int64, mostPerAccount: Int
    ) {
        self.idle = idle
        self.absolute = absolute
        self.renewal = renewal
        self.refresh = refresh
        self.recheck = recheck
        self.blind = blind
        self.mostPerAccount = mostPerAccount
    }
}
