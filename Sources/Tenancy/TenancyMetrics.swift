internal import Runtime

/// The module's instruments; the same ones on every loop of the process.
struct TenancyMetrics: Sendable {
    let reloads: Counter
    let moves: Counter
    let holds: Counter
    let held: Histogram
    let refusals: Counter
    let failedReloads: Counter

    init(_ metrics: Metrics) {
        reloads = metrics.counter(
            "preau_directory_loads_total", help: "Times the map or the territories were read whole from the directory.")
        failedReloads = metrics.counter(
            "preau_directory_load_failures_total", help: "Times the directory could not be read.")
        moves = metrics.counter(
            "preau_tenancy_moved_total", help: "Work that a shard turned away because the establishment had moved.")
        holds = metrics.counter(
            "preau_tenancy_frozen_total", help: "Writes that waited because the establishment was about to move.")
        held = metrics.histogram(
            "preau_tenancy_hold_seconds", help: "How long work waited for an establishment on the move.")
        refusals = metrics.counter(
            "preau_tenancy_shard_behind_total", help: "Work refused because its shard lacks a migration.")
    }
}
