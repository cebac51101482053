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
        try await receive(order, table) { try await self.text(of: bytes) }
    }

    /// - Parameter text: the file, as it is to be taken.
    func receive(
        _ order: Order, _ table: Table, text: () async throws -> CSVText
    ) async throws -> FeedImport {
        let number = try await open(order, kind: "csv", of: table.establishment.id)
        return try await guarding(order, number) {
            let schools = FeedSchoolStore(admin.directory, admin.tenancy)
            let text = try await text()
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
            let people = try await people(in: text, columns, table.kind, table.establishment)
            let scope = FeedService.scope(of: table.establishment, isComplete: table.isComplete)
            for old in try await staging.add([scope], to: number) { try await staging.clear(old) }
            var anomalies = people.anomalies
            for (index, name) in text.header.enumerated() where columns.fields[index] == nil {
                anomalies.add(
                    FeedAnomaly(
                        .unknownAttribute, "a column that is not read", line: 1, column: String(name.prefix(60))))
            }
            let unknown = try await stage(people, scope, table, number)
            anomalies.add(unknown.anomalies)
            return try await plan(
                order, number, [scope], anomalies, [table.kind: people.rejected + unknown.rejected],
                records: people.entries.count, keeping: Set(FeedKind.allCases).subtracting([table.kind]),
                withoutKey: table.isComplete ? [table.kind: people.withoutKey] : [:])
        }
    }

    /// Whose keys those of a school's own files are.
    static func scope(of establishment: Establishment, isComplete: Bool) -> FeedScope {
        FeedScope(
            number: 0, domain: "csv-\(establishment.uai.rawValue.lowercased())", source: "csv", isComplete: isComplete,
            academy: nil)
    }

    /// Reads a file, on a thread that may take its time. - Throws: `FeedError`.
    func text(of bytes: [UInt8]) async throws -> CSVText {
        do {
            return try await pool.run { try CSVText(bytes) }
        } catch let error as CSVText.Refusal {
            if case .tooLarge = error { throw FeedError.tooLarge(error.description) }
            throw FeedError.unreadable(error.description)
        }
    }

    /// The same for the people in it.
    func people(
        in text: CSVText, _ columns: CSVColumns, _ kind: FeedKind, _ establishment: Establishment
    ) async throws -> CSVPeople {
        let uai = establishment.uai.rawValue
        return try await pool.run { CSVPeople(text, columns, kind: kind, structure: uai) }
    }

    /// The children whom a table of guardians names.
    struct Children: Sendable {
        /// By their keys, whole.
        fileprivate(set) var people: [String: FeedPerson] = [:]
        /// Of each entry, the keys that are known.
        fileprivate(set) var found: [[String]] = []
        /// Those that are not: where in the entries, and what was named; nil for a child named by name.
        fileprivate(set) var unknown: [(entry: Int, key: String?, reason: CSVFault.Reason)] = []
    }

    /// Looks the children of guardians up among the pupils of the school's own files.
    func children(of entries: [CSVPeople.Entry], _ scope: FeedScope) async throws -> Children {
        let known = FeedKnownStore(admin.directory, admin.tenancy)
        var children = Children()
        let named = try await known.pupils(
            named: Array(Set(entries.flatMap(\.namedChildren))).sorted(), of: scope.domain)
        let wanted = entries.flatMap(\.children) + named.values.flatMap { $0 }
        children.people = try await load(Array(Set(wanted)).sorted(), known, scope)
        for (index, entry) in entries.enumerated() {
            var found = entry.children.filter { children.people[$0] != nil }
            for base in entry.namedChildren {
                let keys = (named[base] ?? []).filter { children.people[$0] != nil }
                if keys.count == 1 {
                    found += keys
                } else {
                    children.unknown.append((index, nil, keys.isEmpty ? .unknownChild : .severalChildren))
                }
            }
            for child in entry.children where children.people[child] == nil {
                children.unknown.append((index, child, .unknownChild))
            }
            children.found.append(found)
        }
        return children
    }

    /// Stages the people of a table, with the children that guardians name.
    private func stage(
        _ people: CSVPeople, _ scope: FeedScope, _ table: Table, _ number: Int
    ) async throws -> (anomalies: FeedAnomalies, rejected: Int) {
        let entries = people.entries
        let pipe = FeedPipe<StageBlock>(capacity: .max)
        let writer = StageWriter(import: number) { try pipe.putWaiting($0) }
        var anomalies = FeedAnomalies()
        var rejected = 0
        var structure = FeedStructure(key: table.establishment.uai.rawValue)
        structure.uai = structure.key
        try writer.add(structure, scope: 0)
        if table.kind == .guardian {
            var children = try await children(of: entries, scope)
            for unknown in children.unknown {
                let message =
                    unknown.reason == .severalChildren
                    ? "several children of that name: say their date of birth"
                    : "no such child in the school's own files"
                anomalies.add(
                    FeedAnomaly(
                        .unknownReference, message, line: entries[unknown.entry].line, column: "child", key: unknown.key
                    ))
            }
            for (entry, found) in zip(entries, children.found) {
                guard !found.isEmpty else {
                    rejected += 1
                    try writer.addKept(entry.person.key, kind: .guardian, scope: 0)
                    continue
                }
                for child in found
                where children.people[child]?.links.contains(where: { $0.guardian == entry.person.key }) == false {
                    children.people[child]?.links.append(
                        FeedPerson.Link(guardian: entry.person.key, kinship: 0, level: 1))
                }
                try writer.add(entry.person, scope: 0)
            }
            for child in children.people.values.sorted(by: { $0.key < $1.key }) { try writer.add(child, scope: 0) }
        } else {
            // What a file of pupils does not tell of them, their guardians, stays.
            let known = FeedKnownStore(admin.directory, admin.tenancy)
            let before = try await load(entries.map(\.person.key), known, scope)
            for entry in entries {
                var person = entry.person
                person.links = before[person.key]?.links ?? []
                try writer.add(person, scope: 0)
            }
        }
        for key in people.kept { try writer.addKept(key, kind: table.kind, scope: 0) }
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
