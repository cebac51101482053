internal import Archive
internal import XML

/// The reading of one file of a feed.
final class AAFFile {
    private let name: AAFFileName
    private let scope: Int
    private let into: ArchiveFeedReader
    private var failure: (any Error)?
    init(name: AAFFileName, scope: Int, into reader: ArchiveFeedReader) {
        self.name = name
        self.scope = scope
        into = reader
    }

    /// - Throws: `FeedError.unreadable` for a file that is cut short or is no XML: what is missing in it is not known.
    func read(_ archive: ArchiveReader) throws {
        let handler = AAFReader { [unowned self] entry in take(entry) }
        let reader: XMLReader
        do {
            reader = try XMLReader(handler: handler)
            try archive.read { bytes in
                try reader.read(bytes)
                if let failure = self.failure { throw failure }
            }
            try reader.finish()
            if let failure { throw failure }
        } catch let error as XMLError {
            if case .tooLarge = error { throw FeedError.tooLarge("\(name.name), \(error)") }
            throw FeedError.unreadable("\(name.name), \(error)")
        }
        guard handler.isFeed else {
            throw FeedError.unreadable("\(name.name): its document is no ficAlimMENESR")
        }
        conclude(handler, reader)
    }

    private func conclude(_ handler: AAFReader, _ reader: XMLReader) {
        if let academy = handler.header.academy { into.delivery.scopes[scope].header.academy = academy }
        if let degree = handler.header.degree {
            into.delivery.scopes[scope].header.degree = degree
            if degree.hasPrefix("1") { into.delivery.scopes[scope].isFirstDegree = true }
        }
        for (attribute, count) in handler.unknownAttributes.sorted(by: { $0.key < $1.key }) {
            report(.unknownAttribute, "\(attribute) is not an attribute of the format (\(count) times)")
        }
        for line in handler.oversized {
            report(.badValue, "a record larger than any person", line: line)
            if let kind = name.content.kind { into.delivery.rejected[kind, default: 0] += 1 }
            rejectedWithoutKey(name.content.kind)
        }
        if reader.repairedBytes > 0 {
            report(.encoding, "\(reader.repairedBytes) bytes are not of the declared encoding; read as Windows-1252")
        }
    }

    private func report(
        _ code: FeedAnomaly.Code, _ message: String, line: Int? = nil, column: String? = nil, key: String? = nil
    ) {
        into.delivery.anomalies.add(
            FeedAnomaly(
                code, message, file: name.name, line: line, column: column, key: key.map { String($0.prefix(60)) }))
    }

    private func take(_ entry: AAFEntry) {
        guard failure == nil else { return }
        let meaning = AAFInterpreter.meaning(of: entry) { defect in
            report(
                defect.code, defect.message, line: entry.line, column: defect.attribute?.rawValue, key: entry.id)
        }
        do {
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
        } catch {
            failure = error
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
