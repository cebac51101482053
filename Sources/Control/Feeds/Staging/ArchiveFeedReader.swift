internal import Archive
internal import XML

/// Reads an archive of AAF files from a pipe and writes rows of the staging tables to another; runs on a thread that may block.
final class ArchiveFeedReader {
    private let input: FeedPipe<[UInt8]>
    private let limits: ArchiveLimits
    let writer: StageWriter
    var delivery = FeedDelivery()
    private var scopeNumbers: [String: Int] = [:]

    /// More deliveries in one archive than there are academies, twice.
    private static let mostScopes = 200

    init(
        import number: Int, from input: FeedPipe<[UInt8]>, to output: FeedPipe<StageBlock>,
        limits: ArchiveLimits = ArchiveLimits()
    ) {
        self.input = input
        self.limits = limits
        writer = StageWriter(import: number) { try output.putWaiting($0) }
    }

    /// Reads all of it. - Throws: `FeedError`, or why a pipe was given up.
    func read() throws -> FeedDelivery {
        do {
            let archive = try ArchiveReader(limits: limits) { [input] in try input.takeWaiting() ?? [] }
            do {
                while let path = try archive.nextFile() { try read(path, archive) }
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
        guard !delivery.scopes.isEmpty else {
            throw FeedError.unreadable("no file of a feed in the archive: …_Eleve_0000.xml, …_EtabEducNat_0000.xml")
        }
        for scope in delivery.scopes where !scope.isDelta {
            for missing in AAFFileName.missing(in: scope.names) {
                delivery.anomalies.add(FeedAnomaly(.missingFile, missing, file: scope.names.first?.prefix))
            }
        }
        // What follows the archive's end is read and forgotten, so that the sender comes to its own.
        while try input.takeWaiting() != nil {}
        try writer.finish()
        delivery.records = writer.people
        return delivery
    }

    private func read(_ path: String, _ archive: ArchiveReader) throws {
        guard let name = AAFFileName(path: path) else { return try archive.read { _ in } }
        let number = try scope(of: name)
        try AAFFile(name: name, scope: number, into: self).read(archive)
    }

    private func scope(of name: AAFFileName) throws -> Int {
        let key = name.folder + "/" + name.prefix
        if let number = scopeNumbers[key] {
            delivery.scopes[number].names.append(name)
            return number
        }
        guard delivery.scopes.count < Self.mostScopes else { throw FeedError.tooLarge("too many deliveries at once") }
        var scope = FeedDelivery.Scope(folder: name.folder)
        scope.isDelta = name.isDelta
        scope.isFirstDegree = name.prefix.uppercased().contains("1D")
        scope.names = [name]
        delivery.scopes.append(scope)
        scopeNumbers[key] = delivery.scopes.count - 1
        return delivery.scopes.count - 1
    }
}
