package import Postgres
internal import Runtime
package import Tenancy
internal import Web

/// Brings an establishment back from a file.
///
/// The rows first go into temporary tables, as slowly as they come and while people go on working; what the file says of itself
/// is checked there. Then writers are held, rows replaced, compared and committed in one transaction: whoever looks sees all of
/// what was before or all of what was brought back, whatever is killed.
package struct EstablishmentRestoring: Sendable {
    private let tenancy: Tenancy
    private let store: BackupDirectoryStore
    /// For tests: called when rows are in their places and before they are committed.
    var beforeCommit: @Sendable () async throws -> Void = {}

    package init(_ tenancy: Tenancy, directory: PostgresPool) {
        self.tenancy = tenancy
        store = BackupDirectoryStore(directory: directory)
    }

    /// What came of it.
    package struct Outcome: Sendable {
        package let header: BackupHeader
        /// Brought back.
        package let rows: Int64
        /// By table, those that had any.
        package let tables: [(name: String, rows: Int64)]
        /// Who had which role, in the file.
        let ties: [BackupTie]
        /// How long writers waited.
        package let held: Duration
    }

    /// A table of the file in its temporary one.
    struct Staged: Sendable {
        let table: TenantTable
        let section: BackupHeader.Section
        /// The temporary table's name.
        let name: String
    }

    /// Replaces all rows of an establishment.
    /// - Parameter events: of a backup whose header was read and found to be the right one.
    /// - Throws: `BackupError`, `TenancyError`, and what the file's source throws; nothing was changed then.
    func replace(
        in context: TenantContext, _ header: BackupHeader, _ events: BackupEvents
    ) async throws -> Outcome {
        try await tenancy.replacement(in: context) { copy in
            let all = try await BackupStore.tables(copy)
            let (staged, ties) = try await stage(header, events, all, copy)
            let start = Instant.now
            try await copy.enterAlone()
            for table in all.reversed() { _ = try await copy.query(BackupStore.delete(table)) }
            let places = Dictionary(
                all.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
            for each in staged.sorted(by: { places[$0.table.name] ?? 0 < places[$1.table.name] ?? 0 }) {
                try await put(each, copy)
            }
            try await raiseVersions(all, copy)
            try await beforeCommit()
            return Outcome(
                header: header, rows: header.rows,
                tables: staged.map { (name: $0.table.name, rows: $0.section.rows) }.filter { $0.rows > 0 }, ties: ties,
                held: Instant.now.since(start))
        }
    }

    /// Brings back what is missing of some persons' own work, and changes nothing that is there.
    func bringBack(
        workOf persons: [UUID], in context: TenantContext, _ header: BackupHeader, _ events: BackupEvents
    ) async throws -> Outcome {
        try await tenancy.replacement(in: context) { copy in
            let all = try await BackupStore.tables(copy)
            let (staged, _) = try await stage(header, events, all, copy)
            let start = Instant.now
            try await copy.enterAlone()
            let tables = try await PersonalWorkStore.bringBack(persons, staged, copy)
            try await raiseVersions(all, copy)
            try await beforeCommit()
            return Outcome(
                header: header, rows: tables.reduce(0) { $0 + $1.rows }, tables: tables, ties: [],
                held: Instant.now.since(start))
        }
    }

    private func raiseVersions(_ tables: [TenantTable], _ copy: TenantCopy) async throws {
        for table in tables where !table.versions.isEmpty { _ = try await copy.query(BackupStore.raiseVersions(table)) }
    }

    private func put(_ each: Staged, _ copy: TenantCopy) async throws {
        do {
            _ = try await copy.query(BackupStore.insert(each.table, each.section.columns, from: each.name))
        } catch {
            guard let state = error.sqlState, state.hasPrefix("23") else { throw error }
            throw BackupError.unfit("\(each.table.name): \(error.violatedConstraint ?? "a value is missing")")
        }
        let content = try await BackupStore.content(each.table, each.section.columns, copy)
        guard content.rows == each.section.rows, content.digest == each.section.digest else {
            throw BackupError.unfit("\(each.table.name): what is there now is not what the file says")
        }
    }

    // MARK: Staging

    private func stage(
        _ header: BackupHeader, _ events: BackupEvents, _ tables: [TenantTable], _ copy: TenantCopy
    ) async throws -> (staged: [Staged], ties: [BackupTie]) {
        let here = try await BackupStore.schemaVersion(copy)
        guard header.schemaVersion <= here else {
            throw BackupError.newerSchema(file: header.schemaVersion, here: here)
        }
        try await copy.execute(unprepared: BackupStore.plainly)
        var staged: [Staged] = []
        var ties: [UInt8] = []
        while let event = try await events.next() {
            guard case .section(let index) = event else { continue }
            let section = header.sections[index]
            guard section.place == .shard else {
                ties += try await bytes(events)
                continue
            }
            guard let table = tables.first(where: { $0.name == section.name }) else {
                guard section.rows == 0 else { throw BackupError.unfit("there is no table \(section.name) here") }
                continue
            }
            if let column = section.columns.first(where: { !table.columns.contains($0) }) {
                throw BackupError.unfit("there is no column \(section.name).\(column) here")
            }
            let each = Staged(table: table, section: section, name: "restored_\(index)")
            try await fill(each, events, copy)
            staged.append(each)
        }
        do throws(BackupFileError) {
            return (staged, try BackupTie.read(ties))
        } catch {
            throw BackupError.file(error)
        }
    }

    private func fill(_ each: Staged, _ events: BackupEvents, _ copy: TenantCopy) async throws {
        try await copy.execute(unprepared: BackupStore.stage(each.table, each.section.columns, as: each.name))
        do {
            _ = try await copy.copyIn(BackupStore.copyIn(each.table, each.section.columns, into: each.name)) { end in
                while case .rows(let rows) = try await events.next() { try await end.write(rows) }
            }
        } catch PostgresError.server(let state, _, _) where state.hasPrefix("22") {
            throw BackupError.unfit("\(each.table.name): a value does not fit its column")
        }
        let content = try await BackupStore.content(each.table, each.section.columns, in: each.name, copy)
        guard content.rows == each.section.rows, content.digest == each.section.digest else {
            throw BackupError.unfit("\(each.table.name): the rows are not those that the header announces")
        }
    }

    private static let mostTies = 16 << 20

    private func bytes(_ events: BackupEvents) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while case .rows(let rows) = try await events.next() {
            bytes += rows
            guard bytes.count <= EstablishmentRestoring.mostTies else {
                throw BackupError.file(.unreadable("more roles than any school has"))
            }
        }
        return bytes
    }

    // MARK: The directory

    /// What the file says of who had which role, against what is so now. - Parameter putBack: adds what is missing.
    func reconcile(
        _ outcome: Outcome, in id: EstablishmentID, putBack: Bool
    ) async throws -> (missing: Int, restored: Int) {
        try await store.reconcile(outcome.ties, of: id, putBack: putBack)
    }
}
