internal import Tenancy
internal import Web

/// One backup in a repository: its header, and the names of each section's blocks in their order.
package struct StoredBackup: Sendable {
    package let uai: String
    package let moment: String
    private let header: BackupHeader
    private let sections: [[String]]

    private static let mostBlocks = 1_000_000

    var json: JSON {
        [
            "header": header.json,
            "sections": .array(sections.map { .array($0.map { .string($0) }) }),
        ]
    }

    /// Every block's name.
    package var blocks: [String] { sections.flatMap(\.self) }

    init(_ bytes: [UInt8], uai: String, moment: String) throws {
        var parser = JSONParser(bytes, depthLimit: 16, valueLimit: StoredBackup.mostBlocks)
        guard let json = try? parser.parse(), let header = json["header"], let sections = json["sections"]?.elements
        else { throw BackupFileError.damaged(frame: 0) }
        self.header = try BackupHeader(header.bytes)
        self.sections = sections.map { $0.elements?.compactMap(\.text) ?? [] }
        self.uai = uai
        self.moment = moment
        guard self.sections.count == self.header.sections.count, self.header.uai.rawValue == uai else {
            throw BackupFileError.damaged(frame: 0)
        }
    }

    private init(_ header: BackupHeader, _ sections: [[String]], moment: String) {
        (self.header, self.sections, self.moment, uai) = (header, sections, moment, header.uai.rawValue)
    }

    /// Takes a backup apart as it comes.
    package struct Storing {
        private let repository: BackupRepository
        private var reader = BackupReader()
        private var header: BackupHeader?
        private var sections: [[String]] = []
        private var cutter = BlockCutter()
        private var known: Set<String>
        package private(set) var blocks = 0
        package private(set) var newBlocks = 0
        package private(set) var newBytes = 0

        /// - Parameter known: blocks that are there already.
        package init(_ repository: BackupRepository, known: Set<String>) {
            self.repository = repository
            self.known = known
        }

        /// - Returns: objects to keep, by their places, that are not there yet.
        package mutating func take(_ bytes: [UInt8]) throws -> [(place: String, object: [UInt8])] {
            var objects: [(place: String, object: [UInt8])] = []
            for event in try reader.take(bytes) {
                switch event {
                case .header(let header): self.header = header
                case .section: sections.append([])
                case .rows(let rows): for block in cutter.take(rows) { try keep(block, &objects) }
                case .sectionEnd: if let rest = cutter.finish() { try keep(rest, &objects) }
                case .end: break
                }
            }
            return objects
        }

        private mutating func keep(_ block: [UInt8], _ objects: inout [(place: String, object: [UInt8])]) throws {
            let name = repository.name(of: block)
            sections[sections.count - 1].append(name)
            blocks += 1
            guard known.insert(name).inserted else { return }
            newBlocks += 1
            newBytes += block.count
            objects.append((BackupRepository.place(of: name), try repository.seal(block, as: name)))
        }

        /// Once the backup was whole: what describes it, to be kept after all of its blocks.
        package func finish(moment: String) throws -> StoredBackup {
            try reader.finish()
            guard let header else { throw BackupFileError.cutOff }
            return StoredBackup(header, sections, moment: moment)
        }
    }

    /// Puts the backup together again.
    /// - Parameters:
    ///   - fetch: gives the block of a name. - sink: takes the backup's bytes.
    package func assemble(
        fetch: (String) throws -> [UInt8], to sink: ([UInt8]) throws -> Void
    ) throws {
        var writer = BackupWriter(header)
        try sink(writer.begin())
        for (index, names) in sections.enumerated() {
            try sink(writer.section(index))
            for name in names { try sink(writer.rows(try fetch(name))) }
            try sink(writer.endSection(rows: header.sections[index].rows))
        }
        try sink(writer.end())
    }
}
