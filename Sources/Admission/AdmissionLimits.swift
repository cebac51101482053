internal import Redis

/// How long places and signs of presence last, and how much waits.
package struct AdmissionLimits: Sendable {
    /// A place lasts as long as the session without a request that it is for: somebody who comes back within that time was
    /// never put out. In milliseconds.
    package var life = 3_660_000
    /// Who was seen in this time is connected. In milliseconds; a session's activity is noted once a minute.
    package var window = 300_000
    /// A place kept for somebody who was just let in and still has to give their password. In milliseconds.
    package var hold = 180_000
    /// How much later than told a waiter may ask before the ticket is put aside. In milliseconds.
    package var patience = 60_000
    /// How long signs of presence are gathered before they are told.
    package var beatPause = Duration.seconds(1)
    package var beatsAtOnce = 100
    package var mostWaitingBeats = 20_000
    /// How long the gate waits for an answer of Redis, which a storm makes late.
    package var gateDeadline = Duration.milliseconds(300)
    /// With Redis gone: newcomers of the first class that one loop lets in each second.
    package var blindPerSecond = 5

    package static let standard = AdmissionLimits()

    package init() {}

    var lifeWord: RedisWord { .integer(life) }
    var windowWord: RedisWord { .integer(window) }
}
