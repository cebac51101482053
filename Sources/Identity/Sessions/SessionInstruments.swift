internal import Runtime

struct SessionInstruments: Sendable {
    let started: Counter
    let ended: Counter
    let rebuilt: Counter
    let forged: Counter
    let verifiedBefore: Counter
    let withoutRedis: Counter
    let believed: Counter
    let unconfirmed: Counter
    let untold: Counter

    init(_ metrics: Metrics) {
        started = metrics.counter("preau_identity_sessions_started_total", help: "Sessions started.")
        ended = metrics.counter(
            "preau_identity_sessions_ended_total", help: "Sessions ended by their owner or revoked.")
        rebuilt = metrics.counter(
            "preau_identity_sessions_rebuilt_total", help: "Sessions put back into Redis from their cookie.")
        forged = metrics.counter(
            "preau_identity_cookies_refused_total", help: "Session cookies that no key of ours signed.")
        verifiedBefore = metrics.counter(
            "preau_identity_cookies_verified_before_total",
            help: "Session cookies whose signature had been checked before.")
        withoutRedis = metrics.counter(
            "preau_identity_sessions_without_redis_total",
            help: "Requests whose session Redis could not be asked about.")
        believed = metrics.counter(
            "preau_identity_sessions_believed_total",
            help: "Requests let through on their cookie alone, with neither Redis nor the directory.")
        unconfirmed = metrics.counter(
            "preau_identity_sessions_unconfirmed_total",
            help: "Requests asked to come back: nothing confirms the session.")
        untold = metrics.counter(
            "preau_identity_revocations_delayed_total", help: "Ended sessions that Redis could not be told at once.")
    }
}
