package import Postgres

/// One more part of the directory that a process keeps a copy of, beside the map and the territories: `policy`.
///
/// Its tables carry the trigger `directory_changed('<name>')`, which counts its version and notifies.
package struct DirectoryTopic: Sendable {
    package let name: String
    /// The version that the process's copy has; nil before the first load.
    let version: @Sendable () -> Int64?
    let load: @Sendable (PostgresPool) async throws -> Void

    /// - Parameters:
    ///   - version: read on every notification, and every second or so.
    ///   - load: reads everything and stores it; what it throws leaves the copy as it is.
    package init(
        _ name: String, version: @escaping @Sendable () -> Int64?,
        load: @escaping @Sendable (PostgresPool) async throws -> Void
    ) {
        self.name = name
        self.version = version
        self.load = load
    }

    /// Reads the version of a topic, to be the first statement of a load: what is read after it is at least as new.
    package static let versions = DirectoryStore.versions

    /// The version of this topic among the rows of `versions`.
    package static func version(of topic: String, in rows: PostgresRows) throws(PostgresError) -> Int64 {
        try DirectoryStore.version(of: topic, in: rows)
    }
}
