internal import Archive
internal import XML

/// Reads an archive of such files from a pipe, on a thread that may block, and writes rows of the staging tables to another.
final class RosterReader {
    enum Format: String, Sendable {
        case oneRoster = "oneroster"
        case siecle
    }

    private let format: Format
    private let input: FeedPipe<[UInt8]>
    private let writer: StageWriter
    /// All files together: a region's roster has less, and memory is bounded by it.
    private static let mostBytes = 64 << 20

    init(_ format: Format, import number: Int, from input: FeedPipe<[UInt8]>, to output: FeedPipe<StageBlock>) {
        self.format = format
        self.input = input
        writer = StageWriter(import: number) { try output.putWaiting($0) }
    }

    /// Reads all of it. - Throws: `FeedError`, or why a pipe was given up.
    func read() throws -> FeedDelivery {
        let roster: Roster
        do {
            let archive = try ArchiveReader { [input] in try input.takeWaiting() ?? [] }
            do {
                roster = try format == .oneRoster ? readTables(archive) : readDocuments(archive)
            } catch let error as ArchiveError {
                if let failure = archive.sourceFailure { throw failure }
                throw error
            }
        } catch let error as ArchiveError {
            switch error {
            case .bomb, .tooLarge: throw FeedError.tooLarge(error.description)
            case .damaged, .refused: throw FeedError.unreadable(error.description)
            }
        }
        while try input.takeWaiting() != nil {}
        for structure in roster.structures { try writer.add(structure, scope: 0) }
        for subject in roster.subjects { try writer.add(subject, scope: 0) }
        for person in roster.people { try writer.add(person, scope: 0) }
        for person in roster.kept { try writer.addKept(person.key, kind: person.kind, scope: 0) }
        try writer.finish()
        return delivery(of: roster)
    }

    private func delivery(of roster: Roster) -> FeedDelivery {
        var delivery = FeedDelivery()
        var scope = FeedDelivery.Scope(folder: "")
        scope.origin = FeedDelivery.Origin(
            domain: roster.domain, source: roster.source, isComplete: roster.isComplete)
        delivery.scopes = [scope]
        delivery.anomalies = roster.anomalies
        delivery.rejected = roster.rejected
        delivery.withoutKey = roster.withoutKey
        delivery.silentAbout = roster.silentAbout
        delivery.records = writer.people
        return delivery
    }

    /// `users.csv` of `export/users.csv`.
    private static func fileName(_ path: String) -> String {
        path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    }

    private func readTables(_ archive: ArchiveReader) throws -> Roster {
        var files: [String: [UInt8]] = [:]
        var size = 0
        while let path = try archive.nextFile() {
            let name = RosterReader.fileName(path)
            guard name.hasSuffix(".csv") else {
                try archive.read { _ in }
                continue
            }
            guard files[name] == nil else { throw FeedError.unreadable("\(name) is there twice") }
            var bytes: [UInt8] = []
            try archive.read { piece in
                size += piece.count
                guard size <= RosterReader.mostBytes else {
                    throw FeedError.tooLarge("more than \(RosterReader.mostBytes >> 20) MB of tables")
                }
                bytes.append(contentsOf: piece)
            }
            files[name] = bytes
        }
        return try OneRosterFeed(files).roster
    }

    private func readDocuments(_ archive: ArchiveReader) throws -> Roster {
        let feed = SiecleFeed()
        while let path = try archive.nextFile() {
            let name = RosterReader.fileName(path)
            guard name.hasSuffix(".xml") else {
                try archive.read { _ in }
                continue
            }
            do {
                let document = SiecleDocument(file: name, into: feed)
                let reader = try XMLReader(handler: document, limits: XMLLimits(bytes: RosterReader.mostBytes))
                try archive.read { try reader.read($0) }
                try reader.finish()
                try document.close()
            } catch let error as XMLError {
                if case .tooLarge = error { throw FeedError.tooLarge("\(name), \(error)") }
                throw FeedError.unreadable("\(name), \(error)")
            }
        }
        return try feed.roster()
    }
}
