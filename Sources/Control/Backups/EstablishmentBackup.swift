package import Postgres
internal import Runtime
package import Tenancy
internal import Web

/// Writes one establishment into a file: all of its rows as of one moment, without stopping anybody, piece by piece.
package struct EstablishmentBackup: Sendable {
    private let tenancy: Tenancy
    private let store: BackupDirectoryStore

    package init(_ tenancy: Tenancy, directory: PostgresPool) {
        self.tenancy = tenancy
        store = BackupDirectoryStore(directory: directory)
    }

    /// What the directory says of it; asked for before the first byte, so that what cannot be reached is told in time.
    package struct Subject: Sendable {
        let establishment: Establishment
        let description: JSON
        let ties: [UInt8]
        let tieCount: Int
        let at: Int64
    }

    /// - Throws: `TenancyError`, `PostgresError`.
    package func subject(_ establishment: Establishment, now: Int64) async throws -> Subject {
        _ = try tenancy.administrativeContext(for: establishment.id)
        let (count, text) = try await store.ties(of: establishment.id)
        return Subject(
            establishment: establishment, description: try await store.description(of: establishment.id), ties: text,
            tieCount: count, at: now)
    }

    /// - Parameter sink: takes the file's bytes, in order; the shard waits while it works.
    package func write(_ subject: Subject, to sink: ([UInt8]) async throws -> Void) async throws {
        let id = subject.establishment.id
        let context = try tenancy.administrativeContext(for: id)
        try await tenancy.snapshot(of: context) { copy in
            try await copy.execute(unprepared: BackupStore.plainly)
            let tables = try await BackupStore.tables(copy).filter { !$0.columns.isEmpty }
            var writer = BackupWriter(try await header(subject, tables, copy))
            try await sink(writer.begin())
            for (index, table) in tables.enumerated() {
                try await sink(writer.section(index))
                let rows = try await copy.copyOut(BackupStore.copyOut(table, id)) { piece in
                    try await sink(writer.rows(piece))
                }
                try await sink(writer.endSection(rows: Int64(rows)))
            }
            try await sink(writer.section(tables.count))
            try await sink(writer.rows(subject.ties))
            try await sink(writer.endSection(rows: Int64(subject.tieCount)))
            try await sink(writer.end())
        }
    }

    private func header(
        _ subject: Subject, _ tables: [TenantTable], _ copy: TenantCopy
    ) async throws -> BackupHeader {
        var sections: [BackupHeader.Section] = []
        for table in tables {
            let content = try await BackupStore.content(table, table.columns, copy)
            sections.append(
                BackupHeader.Section(
                    place: .shard, name: table.name, columns: table.columns, rows: content.rows,
                    digest: content.digest))
        }
        sections.append(
            BackupHeader.Section(
                place: .directory, name: "ties", columns: BackupDirectoryStore.tieColumns,
                rows: Int64(subject.tieCount), digest: ""))
        return BackupHeader(
            uai: subject.establishment.uai, establishment: subject.description, madeAt: subject.at,
            shard: subject.establishment.placement?.shard ?? ShardID(rawValue: 0),
            schemaVersion: try await BackupStore.schemaVersion(copy), sections: sections)
    }
}
