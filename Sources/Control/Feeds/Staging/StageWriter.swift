internal import Cryptography
internal import Runtime
internal import Tenancy
internal import Web

/// Writes people, establishments and subjects as rows of the staging tables: one row for each establishment of a person.
final class StageWriter {
    private static let block = 256 << 10

    private let number: Int
    private let emit: (StageBlock) throws -> Void
    private var rows = StageBlock.Table.allCases.map { _ in CopyRow() }
    private var ordinal = 0
    private(set) var people = 0

    /// A class or group of a structure, whoever is in it.
    private struct PlaceKey: Hashable {
        let scope: Int
        let structure: String
        let kind: FeedPerson.Place.Kind
        let code: String
    }

    private struct PlaceNames {
        var label: String?
        /// How many of its pupils are of which level.
        var levels: [String: Int] = [:]
    }

    private var places: [PlaceKey: PlaceNames] = [:]

    /// - Parameters:
    ///   - number: of the import.
    ///   - emit: gets blocks of rows.
    init(import number: Int, _ emit: @escaping (StageBlock) throws -> Void) {
        self.number = number
        self.emit = emit
    }

    /// Sends what is left.
    func finish() throws {
        try sendPlaces()
        for table in StageBlock.Table.allCases { try send(table, ifMoreThan: 0) }
    }

    private func sendPlaces() throws {
        for (key, names) in places {
            // Of two levels with as many pupils each, always the same one.
            let level = names.levels.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
            rows[StageBlock.Table.place.rawValue].write { row in
                row.add(number)
                row.add(key.scope)
                row.add(key.structure)
                row.add(key.kind.rawValue)
                row.add(key.code)
                row.add(names.label)
                row.add(level)
            }
            try send(.place, ifMoreThan: StageWriter.block)
        }
        places = [:]
    }

    private func note(_ person: FeedPerson, _ scope: Int) {
        for place in person.places {
            let key = PlaceKey(scope: scope, structure: place.structure, kind: place.kind, code: place.code)
            var names = places[key] ?? PlaceNames()
            if let label = place.label, names.label.map({ label < $0 }) ?? true { names.label = label }
            if place.part == .pupil, !person.level.isEmpty { names.levels[person.level, default: 0] += 1 }
            places[key] = names
        }
    }

    private func send(_ table: StageBlock.Table, ifMoreThan size: Int) throws {
        guard rows[table.rawValue].count > size else { return }
        try emit(StageBlock(table: table, bytes: rows[table.rawValue].takeAll()))
    }

    // MARK: People

    func add(_ person: FeedPerson, scope: Int) throws {
        ordinal += 1
        people += 1
        note(person, scope)
        switch person.kind {
        case .guardian: addRow(person, in: "", role: "guardian", scope)
        case .pupil:
            addRow(person, in: person.structure ?? "", role: "pupil", scope)
            // Lessons taken in another establishment of a group of schools.
            for structure in Self.others(person) { addRow(person, in: structure, role: "pupil", scope) }
            addLinks(of: person, scope)
        case .staff:
            for structure in Self.structures(ofStaff: person) {
                addRow(person, in: structure, role: Self.role(of: person, in: structure).rawValue, scope)
            }
        }
        try send(.person, ifMoreThan: Self.block)
        try send(.link, ifMoreThan: Self.block)
    }

    private static func others(_ person: FeedPerson) -> [String] {
        var others: [String] = []
        for place in person.places where place.structure != person.structure && !others.contains(place.structure) {
            others.append(place.structure)
        }
        return others
    }

    /// Where somebody works: by their functions and classes, else by what the record names first.
    static func structures(ofStaff person: FeedPerson) -> [String] {
        var structures: [String] = []
        let named =
            person.functions.filter { $0.code != "-" }.map(\.structure) + person.places.map(\.structure)
            + person.assignments.map(\.structure)
        for structure in named where !structures.contains(structure) { structures.append(structure) }
        return structures.isEmpty ? Array(person.otherStructures.prefix(1)) : structures
    }

    static func role(of person: FeedPerson, in structure: String) -> Role {
        let functions = person.functions.filter { $0.structure == structure && $0.code != "-" }
        if let role = AAFValues.strongest(functions.map { AAFValues.role(ofFunction: $0.code) ?? .staff }) {
            return role == .staff && person.teaches && hasLessons(person, structure) ? .teacher : role
        }
        return person.teaches || hasLessons(person, structure) ? .teacher : .staff
    }

    private static func hasLessons(_ person: FeedPerson, _ structure: String) -> Bool {
        person.places.contains { $0.structure == structure }
            || person.assignments.contains { $0.structure == structure }
    }

    /// Somebody who is gone: compared with what is known of them, and with nothing else.
    func addRemoved(_ key: String, kind: FeedKind, scope: Int) throws {
        ordinal += 1
        addRow(FeedPerson(kind: kind, key: key), in: " ", role: "removed", scope)
        try send(.person, ifMoreThan: Self.block)
    }

    /// Somebody whose record cannot be taken: not compared, and not gone either.
    func addKept(_ key: String, kind: FeedKind, scope: Int) throws {
        ordinal += 1
        addRow(FeedPerson(kind: kind, key: key), in: " ", role: "kept", scope)
        try send(.person, ifMoreThan: Self.block)
    }

    private func addRow(_ person: FeedPerson, in structure: String, role: String, _ scope: Int) {
        let places = person.places.filter { $0.structure == structure }
        let fed = Self.details(of: person, in: structure, places)
        let klass =
            person.kind == .pupil ? places.first { $0.kind == .klass }.map { $0.label ?? $0.code } ?? "" : ""
        let birth = person.birthDate?.description
        let base = LoginRule.base(given: person.givenName, family: person.familyName)
        let links = structure == person.structure ? person.links : []
        let digest = Self.digest(
            [person.familyName, person.givenName, birth ?? "", role, klass, fed]
                + links.map { "\($0.guardian) \($0.kinship) \($0.level) \($0.financial) \($0.contact) \($0.payment)" })
        rows[StageBlock.Table.person.rawValue].write { row in
            row.add(number)
            row.add(scope)
            row.add(person.key)
            row.add(structure)
            row.add(person.kind.rawValue)
            row.add(role)
            row.add(ordinal)
            row.add(person.familyName)
            row.add(person.givenName)
            row.add(birth)
            row.add(person.ine)
            row.add(base)
            row.add(klass)
            row.add(fed)
            row.add(digest)
        }
    }

    private func addLinks(of person: FeedPerson, _ scope: Int) {
        for (position, link) in person.links.enumerated() {
            rows[StageBlock.Table.link.rawValue].write { row in
                row.add(number)
                row.add(scope)
                row.add(person.key)
                row.add(link.guardian)
                row.add(person.structure ?? "")
                for value in [link.kinship, link.level, link.financial, link.contact, link.payment, position] {
                    row.add(max(-1, min(value, 30_000)))
                }
                row.add(ordinal)
            }
        }
    }

    /// The details as the shard keeps them: also enough to lay a later change over.
    static func details(of person: FeedPerson, in structure: String, _ places: [FeedPerson.Place]) -> String {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            for (name, value) in person.details.sorted(by: { $0.key < $1.key }) {
                writer.key(escaping: name)
                writer.write(value)
            }
            if let ine = person.ine { writer.field("ine", ine) }
            if !person.level.isEmpty { writer.field("level", person.level) }
            if person.teaches { writer.field("teaches", true) }
            if let own = person.structure, own != structure { writer.field("structure", own) }
            if !places.isEmpty {
                writer.array("places", places) { writer, place in
                    writer.object { writer in
                        writer.field("k", place.kind.rawValue)
                        writer.field("c", place.code)
                        if let label = place.label { writer.field("n", label) }
                        writer.field("r", place.part.rawValue)
                        if let from = place.from { writer.field("f", from) }
                        if let until = place.until { writer.field("u", until) }
                    }
                }
            }
            let assignments = person.assignments.filter { $0.structure == structure }
            if !assignments.isEmpty {
                writer.array("teaches_what", assignments) { writer, assignment in
                    writer.object { writer in
                        writer.field("k", assignment.kind.rawValue)
                        writer.field("c", assignment.code)
                        writer.field("s", assignment.subject)
                    }
                }
            }
            let functions = person.functions.filter { $0.structure == structure }
            if !functions.isEmpty {
                writer.array("functions", functions) { writer, function in
                    writer.object { writer in
                        writer.field("code", function.code)
                        writer.field("name", function.label)
                        writer.field("discipline", function.discipline)
                    }
                }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    // MARK: Establishments and subjects

    func add(_ structure: FeedStructure, scope: Int) throws {
        ordinal += 1
        var groups = JSONWriter()
        groups.array(structure.groups) { writer, group in
            writer.object { writer in
                writer.field("k", group.kind.rawValue)
                writer.field("c", group.code)
                writer.field("n", group.label)
            }
        }
        let text = String(decoding: groups.bytes, as: UTF8.self)
        let digest = Self.digest([structure.uai, structure.name, structure.type, structure.city, text])
        rows[StageBlock.Table.structure.rawValue].write { row in
            row.add(number)
            row.add(scope)
            row.add(structure.key)
            row.add(ordinal)
            row.add(structure.uai)
            row.add(structure.name)
            row.add(structure.type)
            row.add(structure.city)
            row.add(structure.academy ?? "")
            row.add(text)
            row.add(digest)
            row.addNull()
        }
        try send(.structure, ifMoreThan: Self.block)
    }

    func add(_ subject: FeedSubject, scope: Int) throws {
        rows[StageBlock.Table.subject.rawValue].write { row in
            row.add(number)
            row.add(scope)
            row.add(subject.code)
            row.add(subject.name)
        }
        try send(.subject, ifMoreThan: Self.block)
    }

    /// A fingerprint as PostgreSQL reads a UUID.
    private static func digest(_ parts: [String]) -> String {
        var bytes: [UInt8] = []
        for part in parts {
            bytes.append(contentsOf: part.utf8)
            bytes.append(0)
        }
        let hash = SHA256.hash(bytes)
        func half(_ start: Int) -> UInt64 { hash[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        return UUID(high: half(0), low: half(8)).description
    }
}

extension CopyRow {
    /// Writes one row.
    mutating func write(_ body: (inout CopyRow) -> Void) {
        body(&self)
        end()
    }
}
