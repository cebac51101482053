import Cryptography
import Runtime
import Tenancy
import TestSupport
import Testing
import Web

@testable import Control

@Suite struct BackupFormatTests {
    private static let cheap = Argon2id.Cost(memoryKiB: 64, passes: 1, lanes: 1)
    private static let passphrase = Array("une phrase inventée".utf8)

    private static func header(_ rows: [Int64]) throws -> BackupHeader {
        BackupHeader(
            uai: try #require(UAI(number: 770_001)), establishment: ["name": "Collège fictif"],
            madeAt: 1_800_000_000_000_000,
            shard: ShardID(rawValue: 1), schemaVersion: 7,
            sections: rows.enumerated().map { index, rows in
                BackupHeader.Section(
                    place: .shard, name: "table_\(index)", columns: ["id", "name"], rows: rows, digest: "\(index)")
            })
    }

    private static func line(_ number: Int) -> String { "\(number)\tÉlève inventé \(number)\n" }

    /// A small backup with three sections, one of them empty.
    private static func backup() throws -> [UInt8] {
        var writer = BackupWriter(try header([3, 0, 2]))
        var file = writer.begin()
        for (index, rows) in [3, 0, 2].enumerated() {
            file += writer.section(index)
            let text = Array((0..<rows).map(line).joined().utf8)
            file += writer.rows(Array(text.prefix(7)))
            file += writer.rows(Array(text.dropFirst(7)))
            file += writer.endSection(rows: Int64(rows))
        }
        return file + writer.end()
    }

    @discardableResult
    private static func read(_ file: [UInt8], pieces: Int = .max) throws -> [BackupReader.Event] {
        var reader = BackupReader()
        var events: [BackupReader.Event] = []
        var rest = file[...]
        while !rest.isEmpty {
            events += try reader.take(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        try reader.finish()
        return events
    }

    private static func text(_ events: [BackupReader.Event]) -> String {
        String(
            decoding: events.flatMap { event -> [UInt8] in if case .rows(let rows) = event { rows } else { [] } },
            as: UTF8.self)
    }

    @Test func bringsBackWhatWasWritten() throws {
        let file = try BackupFormatTests.backup()
        for pieces in [1, 2, 3, 13, 64, Int.max] {
            let events = try BackupFormatTests.read(file, pieces: pieces)
            #expect(events.first == .header(try BackupFormatTests.header([3, 0, 2])))
            #expect(events.last == .end)
            let expected = ([0, 1, 2] + [0, 1]).map(BackupFormatTests.line).joined()
            #expect(BackupFormatTests.text(events) == expected)
        }
    }

    @Test func largeRowsAreCutIntoFrames() throws {
        let row = [UInt8](repeating: 0x41, count: 3 * BackupFormat.longestRows + 5) + [0x0A]
        var writer = BackupWriter(try BackupFormatTests.header([1]))
        var file = writer.begin()
        file += writer.section(0)
        file += writer.rows(row)
        file += writer.endSection(rows: 1)
        file += writer.end()
        let events = try BackupFormatTests.read(file)
        #expect(events.count { if case .rows = $0 { true } else { false } } == 4)
        #expect(BackupFormatTests.text(events).utf8.count == row.count)
    }

    @Test func everyTruncationIsFound() throws {
        let file = try BackupFormatTests.backup()
        for length in 0..<file.count {
            #expect(throws: BackupFileError.self, "cut at \(length)") {
                try BackupFormatTests.read(Array(file.prefix(length)))
            }
        }
        #expect(throws: BackupFileError.self) { try BackupFormatTests.read(file + [0]) }
        #expect(throws: BackupFileError.self) { try BackupFormatTests.read(file + file) }
    }

    @Test func everyFlippedBitIsFound() throws {
        let file = try BackupFormatTests.backup()
        for index in file.indices {
            for bit in 0..<8 {
                var changed = file
                changed[index] ^= 1 << bit
                #expect(throws: BackupFileError.self, "bit \(bit) of byte \(index)") {
                    try BackupFormatTests.read(changed)
                }
            }
        }
    }

    @Test func framesCannotBeLeftOutDoubledOrSwapped() throws {
        let file = try BackupFormatTests.backup()
        var frames: [Range<Int>] = []
        var position = BackupFormat.preambleLength
        while position < file.count {
            let length: Int = file[position + 1..<position + 5].number()
            let end = position + BackupFormat.frameHeadLength + length + BackupFormat.checkLength
            frames.append(position..<end)
            position = end
        }
        #expect(frames.count > 8)
        for (index, frame) in frames.enumerated() {
            #expect(throws: BackupFileError.self) {
                try BackupFormatTests.read(Array(file[..<frame.lowerBound] + file[frame.upperBound...]))
            }
            #expect(throws: BackupFileError.self) {
                try BackupFormatTests.read(Array(file[..<frame.upperBound] + file[frame] + file[frame.upperBound...]))
            }
            guard index + 1 < frames.count, file[frame] != file[frames[index + 1]] else { continue }
            let next = frames[index + 1]
            #expect(throws: BackupFileError.self) {
                try BackupFormatTests.read(
                    Array(file[..<frame.lowerBound] + file[next] + file[frame] + file[next.upperBound...]))
            }
        }
    }

    /// Random damage of every kind: found, and never more than an error.
    @Test func randomDamageIsFound() throws {
        let file = try BackupFormatTests.backup()
        var generator = SeededNumbers(seed: 8)
        for _ in 0..<5000 {
            var changed = file
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: changed.indices, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: changed[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: changed.remove(at: index)
                case 2: changed.insert(UInt8.random(in: 0...255, using: &generator), at: index)
                case 3: changed.removeSubrange(index..<min(changed.count, index + 40))
                default: changed.replaceSubrange(index..<min(changed.count, index + 4), with: [0xFF, 0xFF, 0xFF, 0xFF])
                }
                if changed.isEmpty { break }
            }
            guard changed != file else { continue }
            #expect(throws: BackupFileError.self) {
                try BackupFormatTests.read(changed, pieces: Int.random(in: 1...200, using: &generator))
            }
        }
    }

    @Test func lengthsAreBounded() throws {
        var writer = BackupWriter(try BackupFormatTests.header([]))
        let preamble = writer.begin().prefix(BackupFormat.preambleLength)
        for kind in UInt8.min...UInt8.max {
            var reader = BackupReader()
            #expect(throws: BackupFileError.self) {
                // Refused by what it announces, before four gigabytes were waited for.
                _ = try reader.take(Array(preamble) + [kind, 0xFF, 0xFF, 0xFF, 0xFF])
            }
        }
    }

    @Test func newerVersionsAndOtherFilesAreTold() throws {
        var file = try BackupFormatTests.backup()
        file[9] = 2
        #expect(throws: BackupFileError.newerFormat(2)) { try BackupFormatTests.read(file) }
        #expect(throws: BackupFileError.notABackup) {
            try BackupFormatTests.read(Array("PK\u{3}\u{4} another file".utf8))
        }
        #expect(throws: BackupFileError.notABackup) { try BackupFormatTests.read([]) }
        var sealer = try SealedFile.Sealer(passphrase: BackupFormatTests.passphrase, cost: BackupFormatTests.cheap)
        let sealed = try sealer.take(file) + sealer.finish()
        #expect(throws: BackupFileError.sealed) { try BackupFormatTests.read(sealed) }
    }

    // MARK: Encrypted

    private static func seal(_ bytes: [UInt8], pieces: Int = 10_000) throws -> [UInt8] {
        var sealer = try SealedFile.Sealer(passphrase: passphrase, cost: cheap)
        var sealed: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            sealed += try sealer.take(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        return sealed + (try sealer.finish())
    }

    @discardableResult
    private static func open(
        _ sealed: [UInt8], _ passphrase: [UInt8] = passphrase, pieces: Int = 30_000
    ) throws -> [UInt8] {
        var opener = SealedFile.Opener(passphrase: passphrase)
        var bytes: [UInt8] = []
        var rest = sealed[...]
        while !rest.isEmpty {
            bytes += try opener.take(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        try opener.finish()
        return bytes
    }

    @Test func opensWhatItSealed() throws {
        let block = SealedFile.blockLength
        for count in [0, 1, block - 1, block, block + 1, 3 * block] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            #expect(try BackupFormatTests.open(BackupFormatTests.seal(bytes)) == bytes, "\(count) bytes")
        }
    }

    @Test func theWrongPassphraseOpensNothing() throws {
        let sealed = try BackupFormatTests.seal(try BackupFormatTests.backup())
        #expect(throws: BackupFileError.wrongPassphrase) {
            try BackupFormatTests.open(sealed, Array("une autre phrase".utf8))
        }
    }

    @Test func sealedBlocksCannotBeChangedLeftOutSwappedOrCutOff() throws {
        let bytes = (0..<3 * SealedFile.blockLength + 100).map { UInt8(truncatingIfNeeded: $0 &* 17) }
        let sealed = try BackupFormatTests.seal(bytes)
        let whole = 4 + SealedFile.blockLength + 28
        let start = SealedFile.preambleLength
        func block(_ index: Int) -> ArraySlice<UInt8> {
            sealed[start + index * whole..<min(sealed.count, start + (index + 1) * whole)]
        }
        let preamble = sealed[..<start]
        let mixed: [[UInt8]] = [
            Array(preamble + block(1) + block(0) + block(2) + block(3)),
            Array(preamble + block(0) + block(2) + block(3)), Array(preamble + block(0) + block(1) + block(2)),
            Array(preamble + block(0) + block(1) + block(2) + block(3) + block(3)), Array(preamble + block(3)),
            Array(preamble),
        ]
        for file in mixed { #expect(throws: BackupFileError.self) { try BackupFormatTests.open(file) } }
        // The end of one file at the end of another of the same passphrase.
        let other = try BackupFormatTests.seal(bytes)
        #expect(throws: BackupFileError.self) {
            try BackupFormatTests.open(Array(sealed[..<(start + 3 * whole)] + other[(start + 3 * whole)...]))
        }
        for index in [0, 8, 9, 10, 12, 17, 21, 24, 39, start, start + 3, start + 4, start + 20, sealed.count - 1] {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: BackupFileError.self, "byte \(index)") { try BackupFormatTests.open(changed) }
        }
        for length in [0, 5, start - 1, start, start + 2, start + whole, sealed.count - 1] {
            #expect(throws: BackupFileError.self, "cut at \(length)") {
                try BackupFormatTests.open(Array(sealed.prefix(length)))
            }
        }
    }

    /// A file cannot ask for more memory or time than one sign-in of an imported password.
    @Test func theCostThatAFileAsksForIsBounded() throws {
        var sealed = try BackupFormatTests.seal([1, 2, 3])
        sealed.replaceSubrange(12..<16, with: [0x7F, 0xFF, 0xFF, 0xFF])
        #expect(throws: BackupFileError.damaged(frame: 0)) { try BackupFormatTests.open(sealed) }
    }

    // MARK: Tables and roles

    @Test func tablesComeAfterWhatTheyReferTo() {
        func table(_ name: String, _ targets: [String]) -> TenantTable {
            TenantTable(
                name: name, sql: name, columns: ["id"], quoted: ["id": "id"], nullable: [], key: ["id"],
                foreignKeys: targets.map { .init(columns: ["x"], target: $0, targetColumns: ["id"]) }, versions: []
            )
        }
        let tables = [
            table("c", ["b", "a"]), table("b", ["a", "b"]), table("a", []), table("d", ["e"]), table("e", ["d"]),
        ]
        let names = TenantTable.ordered(tables).map(\.name)
        #expect(names.prefix(3) == ["a", "b", "c"])
        // A circle is no reason not to end.
        #expect(Set(names) == ["a", "b", "c", "d", "e"])
    }

    @Test func rolesAreReadAsCOPYWritesThem() throws {
        let text =
            "a.b\tpupil\t0198c5a4-0000-7000-8000-000000000001\tmanual\t2026-09-01\t\\N\n"
            + "c\thead\t0198c5a4-0000-7000-8000-000000000002\twith\\ttab\\\\\t2026-09-01\t2026-10-01\n"
        let ties = try BackupTie.read(Array(text.utf8))
        #expect(ties.map(\.login) == ["a.b", "c"])
        #expect(ties.map(\.until) == ["", "2026-10-01"])
        #expect(ties[1].source == "with\ttab\\")
        for broken in ["a\tb\n", "a\tpupil\tx\tmanual\t2026-09-01\t\\N\n", "\\N\tpupil\t\\N\tm\t2026-09-01\t\\N\n"] {
            #expect(throws: BackupFileError.self) { try BackupTie.read(Array(broken.utf8)) }
        }
    }
}
