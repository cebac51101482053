internal import Tenancy

/// What of the directory a plan depends on.
struct DirectoryState: Sendable {
    struct Placement: Sendable {
        let state: Establishment.State
        let shard: ShardID?
    }

    struct ShardLoad: Sendable {
        let id: ShardID
        let state: Shard.State
        let weight: Int
        /// Establishments placed there, those that are closed left out.
        var load: Int
    }

    var rows = DirectoryRows()
    /// By UAI.
    var placements: [String: Placement] = [:]
    /// In the order of their numbers.
    var shards: [ShardLoad] = []
    /// Set in the console: a manifest does not touch them.
    var consoleRules: Set<RowKey> = []
    var consoleQuotas: Set<RowKey> = []
}
