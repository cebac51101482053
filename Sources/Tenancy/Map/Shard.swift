/// One PostgreSQL database that holds whole establishments, as the directory describes it.
package struct Shard: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// Known, not used yet.
        case registered
        /// Takes new establishments.
        case active
        /// Serves those it has, takes no new one.
        case draining
        /// Empty; no longer connected to.
        case retired
    }

    package struct Address: Hashable, Sendable {
        package let host: String
        package let port: Int
        package let database: String

        package init(host: String, port: Int, database: String) {
            self.host = host
            self.port = port
            self.database = database
        }
    }

    package let id: ShardID
    package let name: String
    package let address: Address
    package let state: State
    /// Its share of new establishments beside the other shards'.
    package let weight: Int
    /// As the migrator last saw it; the shard itself is the authority.
    package let schemaVersion: Int
}
