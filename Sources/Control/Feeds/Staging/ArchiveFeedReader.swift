internal import Archive
internal import Runtime
internal import XML

/// Reads an archive of AAF files from a pipe; runs on a thread that may block, and has what it reads interpreted on another:
/// each of the two is half of the work.
final class ArchiveFeedReader {
    private let number: Int
    private let input: FeedPipe<[UInt8]>
    private let output: FeedPipe<StageBlock>
    private let interpreters: BlockingPool
    private let limits: ArchiveLimits
    private let pieces = FeedPipe<FeedPiece>(capacity: 16)

    /// Records that are handed over at once.
    private static let batch = 128

    /// - Parameters:
    ///   - number: of the import.
    ///   - input: the archive as it comes.
    ///   - output: gets rows of the staging tables.
    ///   - interpreters: with a thread for each reader that runs at once.
    init(
        import number: Int, from input: FeedPipe<[UInt8]>, to output: FeedPipe<StageBlock>, interpreters: BlockingPool,
        limits: ArchiveLimits = ArchiveLimits()
    ) {
        self.number = number
        self.input = input
        self.output = output
        self.interpreters = interpreters
        self.limits = limits
    }

    /// Reads all of it. - Throws: `FeedError`, or why a pipe was given up.
    func read() throws -> FeedDelivery {
        let outcome = FeedPipe<FeedDelivery>(capacity: 1)
        interpreters.post { [number, pieces, output] in
            do {
                try outcome.putWaiting(FeedInterpreter(import: number, from: pieces, to: output).run())
                outcome.finish()
            } catch {
                // Also why the reader cannot go on.
                pieces.finish(throwing: error)
                outcome.finish(throwing: error)
            }
        } refused: {
            outcome.finish(throwing: FeedError.interrupted)
            pieces.finish(throwing: FeedError.interrupted)
        }
        do {
            try readArchive()
            // What follows the archive's end is read and forgotten, so that the sender comes to its own.
            while try input.takeWaiting() != nil {}
            pieces.finish()
        } catch {
            pieces.finish(throwing: error)
            throw error
        }
        guard let delivery = try outcome.takeWaiting() else { throw FeedError.interrupted }
        return delivery
    }

    private func readArchive() throws {
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
    }

    /// - Throws: `FeedError.unreadable` for a file that is cut short or is no XML: what is missing in it is not known.
    private func read(_ path: String, _ archive: ArchiveReader) throws {
        guard let name = AAFFileName(path: path) else { return try archive.read { _ in } }
        try pieces.putWaiting(.begin(name))
        var records: [AAFEntry] = []
        var failure: (any Error)?
        let handler = AAFReader { [pieces] entry in
            records.append(entry)
            guard records.count == Self.batch, failure == nil else { return }
            do {
                try pieces.putWaiting(.records(records))
            } catch {
                failure = error
            }
            records.removeAll(keepingCapacity: true)
        }
        do {
            let reader = try XMLReader(handler: handler)
            try archive.read { bytes in
                try reader.read(bytes)
                if let failure { throw failure }
            }
            try reader.finish()
            if let failure { throw failure }
            guard handler.isFeed else {
                throw FeedError.unreadable("\(name.name): its document is no ficAlimMENESR")
            }
            try pieces.putWaiting(.records(records))
            try pieces.putWaiting(.end(FeedPiece.Ending(handler, reader)))
        } catch let error as XMLError {
            if case .tooLarge = error { throw FeedError.tooLarge("\(name.name), \(error)") }
            throw FeedError.unreadable("\(name.name), \(error)")
        }
    }
}
