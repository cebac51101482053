/// One file of a feed: what its records say, record by record.
final class AAFFile {
    private let name: AAFFileName
    private let scope: Int
    private let into: FeedInterpreter

    init(name: AAFFileName, scope: Int, into interpreter: FeedInterpreter) {
        self.name = name
        self.scope = scope
        into = interpreter
    }

    func end(_ ending: FeedPiece.Ending) {
        if let academy = ending.header.academy { into.delivery.scopes[scope].header.academy = academy }
        if let degree = ending.header.degree {
            into.delivery.scopes[scope].header.degree = degree
            if degree.hasPrefix("1") { into.delivery.scopes[scope].isFirstDegree = true }
        }
        for (attribute, count) in ending.unknownAttributes.sorted(by: { $0.key < $1.key }) {
            report(.unknownAttribute, "\(attribute) is not an attribute of the format (\(count) times)")
        }
        for line in ending.oversized {
            report(.badValue, "a record larger than any person", line: line)
            if let kind = name.content.kind { into.delivery.rejected[kind, default: 0] += 1 }
            rejectedWithoutKey(name.content.kind)
        }
        if ending.repairedBytes > 0 {
            report(.encoding, "\(ending.repairedBytes) bytes are not of the declared encoding; read as Windows-1252")
        }
    }

    private func report(
        _ code: FeedAnomaly.Code, _ message: String, line: Int? = nil, column: String? = nil, key: String? = nil
    ) {
        into.delivery.anomalies.add(
            FeedAnomaly(
                code, message, file: name.name, line: line, column: column, key: key.map { String($0.prefix(60)) }))
    }

    /// - Throws: `FeedError.tooLarge`, or why the rows are not wanted any more.
    func take(_ entry: AAFEntry) throws {
        let meaning = AAFInterpreter.meaning(of: entry) { defect in
            report(
                defect.code, defect.message, line: entry.line, column: defect.attribute?.rawValue, key: entry.id)
        }
        switch meaning {
        case .nothing: break
        case .rejected(let kind, let keys):
            if let kind { into.delivery.rejected[kind, default: 0] += 1 }
            try keep(keys, kind ?? name.content.kind)
        case .subject(let subject): try into.writer.add(subject, scope: scope)
        case .structure(let structure, let operation):
            if let academy = structure.academy { into.delivery.scopes[scope].academies.insert(academy) }
            if operation != .remove { try into.writer.add(structure, scope: scope) }
        case .person(let person, let operation): try take(person, operation, entry)
        }
    }

    /// What cannot be taken says at least that somebody is still there. A delta is silent about all whom it does not name.
    private func keep(_ keys: [String], _ kind: FeedKind?) throws {
        guard !into.delivery.scopes[scope].isDelta, let kind else { return }
        if keys.isEmpty { rejectedWithoutKey(kind) }
        for key in keys { try into.writer.addKept(key, kind: kind, scope: scope) }
    }

    private func rejectedWithoutKey(_ kind: FeedKind?) {
        guard !into.delivery.scopes[scope].isDelta, let kind else { return }
        into.delivery.withoutKey[kind, default: 0] += 1
    }

    private func take(_ person: FeedPerson, _ operation: FeedOperation, _ entry: AAFEntry) throws {
        guard into.delivery.scopes[scope].isDelta else {
            // A complete feed has nothing to change or remove.
            guard operation == .whole else {
                report(.badValue, "a change in a complete feed", line: entry.line, key: entry.id)
                return try keep([person.key], person.kind)
            }
            return try into.writer.add(person, scope: scope)
        }
        guard into.delivery.changes.count < FeedDelivery.mostChanges else {
            throw FeedError.tooLarge("more than \(FeedDelivery.mostChanges) changes in one delta: send a complete feed")
        }
        into.delivery.changes.append(
            FeedDelivery.Change(
                scope: scope, kind: person.kind, key: person.key, operation: operation,
                person: operation == .whole ? person : nil, entry: operation == .change ? entry : nil,
                file: name.name))
    }
}
