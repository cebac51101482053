internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// A school's own files: the fallback where no academy feeds it, and for whom none knows.
extension FeedService {
    /// What a file is about.
    struct Table: Sendable {
        let establishment: Establishment
        let kind: FeedKind
        /// What the caller says of columns, by their names in lower case; remembered for the next file.
        let mapping: [String: CSVColumns.Field]
        /// Who is not in it is gone.
        let isComplete: Bool
    }

    /// Takes a table in and says what it would change.
    /// - Throws: `FeedError`; nothing was changed.
    func receive(_ order: Order, _ table: Table, _ bytes: [UInt8]) async throws -> FeedImport {
        let number = try await open(order, kind: "csv", of: table.establishment.id)
        return try await guarding(order, number) {
            let schools = FeedSchoolStore(admin.directory, admin.tenancy)
            let text = try Self.text(bytes)
            var known = try await schools.mapping(of: table.establishment.id, table.kind)
            known.merge(table.mapping) { $1 }
            let columns = CSVColumns(header: text.header, remembered: known)
            let missing = columns.missing(for: table.kind)
            guard missing.isEmpty else {
                throw FeedError.missingColumn(
                    "missing: \(missing.map(\.rawValue).joined(separator: ", ")); found: \(text.header.joined(separator: ", "))"
                )
            }
            try await schools.remember(table.mapping, of: table.establishment.id, table.kind)
            let uai = table.establishment.uai.rawValue
            let people = CSVPeople(text, columns, kind: table.kind, structure: uai)
            let scope = FeedScope(
                number: 0, domain: "csv-\(uai.lowercased())", source: "csv", isComplete: table.isComplete, academy: nil)
            for old in try await staging.add([scope], to: number) { try await staging.clear(old) }
            var anomalies = people.anomalies
            for (index, name) in text.header.enumerated() where columns.fields[index] == nil {
                anomalies.add(
                    FeedAnomaly(
                        .unknownAttribute, "a column that is not read", line: 1, column: String(name.prefix(60))))
            }
            let unknown = try await stage(people.entries, scope, table, number)
            anomalies.add(unknown.anomalies)
            return try await plan(
                order, number, [scope], anomalies, [table.kind: people.rejected + unknown.rejected],
                records: people.entries.count, onlyRemoving: table.kind)
        }
    }

    private static func text(_ bytes: [UInt8]) throws(FeedError) -> CSVText {
        do throws(CSVText.Refusal) {
            return try CSVText(bytes)
        } catch {
            if case .tooLarge = error { throw .tooLarge(error.description) }
            throw .unreadable(error.description)
        }
    }

    /// Stages the people of a table, with the children that guardians name.
    private func stage(
        _ entries: [CSVPeople.Entry], _ scope: FeedScope, _ table: Table, _ number: Int
    ) async throws -> (anomalies: FeedAnomalies, rejected: Int) {
        let pipe = FeedPipe<StageBlock>(capacity: .max)
        let writer = StageWriter(import: number) { try pipe.putWaiting($0) }
        let known = FeedKnownStore(admin.directory, admin.tenancy)
        var anomalies = FeedAnomalies()
        var rejected = 0
        var structure = FeedStructure(key: table.establishment.uai.rawValue)
        structure.uai = structure.key
        try writer.add(structure, scope: 0)
        if table.kind == .guardian {
            var children = try await load(Array(Set(entries.flatMap(\.children))).sorted(), known, scope)
            for entry in entries {
                let found = entry.children.filter { children[$0] != nil }
                for child in entry.children where children[child] == nil {
                    anomalies.add(
                        FeedAnomaly(
                            .unknownReference, "no such child in the school's own files", line: entry.line,
                            column: "child", key: child))
                }
                guard !found.isEmpty else {
                    rejected += 1
                    continue
                }
                for child in found
                where children[child]?.links.contains(where: { $0.guardian == entry.person.key }) == false {
                    children[child]?.links.append(FeedPerson.Link(guardian: entry.person.key, kinship: 0, level: 1))
                }
                try writer.add(entry.person, scope: 0)
            }
            for child in children.values.sorted(by: { $0.key < $1.key }) { try writer.add(child, scope: 0) }
        } else {
            // What a file of pupils does not tell of them, their guardians, stays.
            let before = try await load(entries.map(\.person.key), known, scope)
            for entry in entries {
                var person = entry.person
                person.links = before[person.key]?.links ?? []
                try writer.add(person, scope: 0)
            }
        }
        try writer.finish()
        pipe.finish()
        try await staging.receive(pipe) { _ in }
        return (anomalies, rejected)
    }

    private func load(
        _ keys: [String], _ known: FeedKnownStore, _ scope: FeedScope
    ) async throws -> [String: FeedPerson] {
        var people: [String: FeedPerson] = [:]
        for start in stride(from: 0, to: keys.count, by: FeedKnownStore.chunk) {
            let chunk = Array(keys[start..<min(keys.count, start + FeedKnownStore.chunk)])
            people.merge(try await known.people(chunk, of: scope.domain)) { $1 }
        }
        return people
    }

    /// The people of a school as a table.
    func export(_ establishment: Establishment, _ kind: FeedKind?) async throws -> [UInt8] {
        let roles: [Role] =
            switch kind {
            case .pupil: [.pupil]
            case .guardian: [.guardian]
            case .staff: [.teacher, .schoolLife, .head, .staff]
            case nil: [.pupil, .guardian, .teacher, .schoolLife, .head, .staff]
            }
        var writer = CSVWriter()
        try await FeedSchoolStore(admin.directory, admin.tenancy).write(roles, of: establishment.id, to: &writer)
        return writer.bytes
    }
}
