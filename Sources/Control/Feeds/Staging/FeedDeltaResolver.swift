/// Lays the records of a delta over what is known, and stages whole people: a delta is then compared like a complete feed, but
/// only for those it names.
struct FeedDeltaResolver {
    private let known: FeedKnownStore
    private let scopes: [FeedScope]
    private let writer: StageWriter

    private struct Key: Hashable {
        let scope: Int
        let key: String
    }

    private enum Standing {
        case person(FeedPerson)
        case removed(FeedKind)
    }

    init(_ known: FeedKnownStore, _ scopes: [FeedScope], _ writer: StageWriter) {
        self.known = known
        self.scopes = scopes
        self.writer = writer
    }

    /// - Returns: what could not be done, and how many of whom were refused.
    func stage(_ changes: [FeedDelivery.Change]) async throws -> (anomalies: FeedAnomalies, rejected: [FeedKind: Int]) {
        var anomalies = FeedAnomalies()
        var rejected: [FeedKind: Int] = [:]
        let bases = try await load(changes.filter { $0.kind != .guardian || $0.operation == .change }.map(key))
        var order: [Key] = []
        var standing: [Key: Standing] = [:]
        for change in changes {
            let key = key(change)
            if standing[key] == nil { order.append(key) }
            switch change.operation {
            case .whole: if let person = change.person { standing[key] = .person(person) }
            case .remove: standing[key] = .removed(change.kind)
            case .change:
                guard let entry = change.entry else { continue }
                var person = FeedPerson(kind: change.kind, key: change.key)
                if case .person(let present)? = standing[key] {
                    person = present
                } else if let base = bases[key] {
                    person = base
                }
                for defect in person.take(entry) {
                    anomalies.add(
                        FeedAnomaly(
                            defect.code, defect.message, file: change.file, line: entry.line,
                            column: defect.attribute?.rawValue, key: change.key))
                }
                if case .person(let person, _) = AAFInterpreter.checked(person, { _ in }) {
                    standing[key] = .person(person)
                } else {
                    rejected[change.kind, default: 0] += 1
                    anomalies.add(
                        FeedAnomaly(
                            .unknownPerson, "a change of somebody who is not known, without what nobody can be without",
                            file: change.file, line: entry.line, key: change.key))
                    if standing[key] == nil { order.removeLast() }
                }
            }
        }
        try await addFamilies(&order, &standing, bases)
        for key in order {
            switch standing[key] {
            case .person(let person): try writer.add(person, scope: key.scope)
            case .removed(let kind): try writer.addRemoved(key.key, kind: kind, scope: key.scope)
            case nil: break
            }
        }
        try writer.finish()
        return (anomalies, rejected)
    }

    private func key(_ change: FeedDelivery.Change) -> Key { Key(scope: change.scope, key: change.key) }

    /// Guardians of pupils who change are compared as well: where they belong follows from their children.
    private func addFamilies(
        _ order: inout [Key], _ standing: inout [Key: Standing], _ bases: [Key: FeedPerson]
    ) async throws {
        var wanted: Set<Key> = []
        for key in order {
            var links = bases[key]?.links ?? []
            if case .person(let person)? = standing[key] { links += person.links }
            for link in links { wanted.insert(Key(scope: key.scope, key: link.guardian)) }
        }
        let missing = wanted.filter { standing[$0] == nil }.sorted { ($0.scope, $0.key) < ($1.scope, $1.key) }
        for (key, person) in try await load(missing).sorted(by: {
            ($0.key.scope, $0.key.key) < ($1.key.scope, $1.key.key)
        }) {
            order.append(key)
            standing[key] = .person(person)
        }
    }

    private func load(_ keys: [Key]) async throws -> [Key: FeedPerson] {
        var people: [Key: FeedPerson] = [:]
        for (scope, keys) in Dictionary(grouping: keys, by: \.scope).sorted(by: { $0.key < $1.key }) {
            guard let domain = scopes.first(where: { $0.number == scope })?.domain else { continue }
            let distinct = Array(Set(keys.map(\.key))).sorted()
            for start in stride(from: 0, to: distinct.count, by: FeedKnownStore.chunk) {
                let chunk = Array(distinct[start..<min(distinct.count, start + FeedKnownStore.chunk)])
                for (key, person) in try await known.people(chunk, of: domain) {
                    people[Key(scope: scope, key: key)] = person
                }
            }
        }
        return people
    }
}
