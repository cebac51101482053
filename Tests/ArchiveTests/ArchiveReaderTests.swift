import Compression
import Testing

@testable import Archive

@Suite struct ArchiveReaderTests {
    /// A tar of plain files, as `tar --format=ustar` writes it.
    static func tar(_ files: [(name: String, content: [UInt8])], type: UInt8 = 48) -> [UInt8] {
        var all: [UInt8] = []
        for (name, content) in files {
            var header = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, at offset: Int) {
                for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
            }
            func octal(_ number: Int, _ digits: Int) -> String {
                let text = String(number, radix: 8)
                return String(repeating: "0", count: digits - text.count) + text
            }
            put(name, at: 0)
            put("0000644", at: 100)
            put("0000000", at: 108)
            put("0000000", at: 116)
            put(octal(content.count, 11), at: 124)
            put("00000000000", at: 136)
            put("        ", at: 148)
            header[156] = type
            put("ustar\u{0}00", at: 257)
            put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
            all += header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
        }
        return all + [UInt8](repeating: 0, count: 1024)
    }

    private func read(_ bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits(), piece: Int = 1000) throws -> [String:
        [UInt8]]
    {
        var position = 0
        let reader = try ArchiveReader(limits: limits) {
            let end = min(bytes.count, position + piece)
            defer { position = end }
            return Array(bytes[position..<end])
        }
        var files: [String: [UInt8]] = [:]
        while let name = try reader.nextFile() {
            var content: [UInt8] = []
            try reader.read { content.append(contentsOf: $0) }
            files[name] = content
        }
        return files
    }

    @Test func readsTarWithAndWithoutGzip() throws {
        let files: [(name: String, content: [UInt8])] = [
            ("a.xml", Array("one".utf8)), ("b/c.xml", [UInt8](repeating: 7, count: 5000)),
        ]
        let tar = Self.tar(files)
        for bytes in [tar, try Gzip.compress(tar)] {
            let found = try read(bytes)
            #expect(found["a.xml"] == files[0].content)
            #expect(found["b/c.xml"] == files[1].content)
        }
    }

    @Test(arguments: [100, 600, 4000]) func refusesAnArchiveThatIsCutShort(kept: Int) throws {
        let packed = try Gzip.compress(
            Self.tar([("a.xml", (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) })]))
        #expect(throws: ArchiveError.self) { try read(Array(packed.prefix(min(kept, packed.count - 20)))) }
    }

    @Test func refusesABomb() throws {
        let bomb = try Gzip.compress(Self.tar([("zero.xml", [UInt8](repeating: 0, count: 4 << 20))]), level: 9)
        let limits = ArchiveLimits(ratio: 100, freeBytes: 1 << 20)
        #expect(throws: ArchiveError.bomb) { try read(bomb, limits: limits) }
    }

    @Test func refusesLinksAndTooMuch() throws {
        #expect(throws: ArchiveError.self) { try read(Self.tar([("link", [])], type: 50)) }
        let many = Self.tar((0..<20).map { ("f\($0)", []) })
        #expect(throws: ArchiveError.self) { try read(many, limits: ArchiveLimits(entries: 10)) }
        let large = Self.tar([("a", [UInt8](repeating: 1, count: 2000))])
        #expect(throws: ArchiveError.self) { try read(large, limits: ArchiveLimits(bytes: 1000)) }
    }

    @Test func refusesWhatIsNoArchive() {
        #expect(throws: ArchiveError.self) { try read(Array("this is not an archive, however long it may be".utf8)) }
    }

    private struct Broken: Error {}

    @Test func tellsWhatItsSourceFailedWith() throws {
        let tar = Self.tar([("a.xml", [UInt8](repeating: 1, count: 50_000))])
        var calls = 0
        let reader = try ArchiveReader {
            calls += 1
            if calls > 3 { throw Broken() }
            return Array(tar[(calls - 1) * 4000..<calls * 4000])
        }
        #expect(throws: ArchiveError.self) {
            while try reader.nextFile() != nil { try reader.read { _ in } }
        }
        #expect(reader.sourceFailure is Broken)
    }

    /// What is written is read again, and is the same every time.
    @Test func readsWhatIsWritten() throws {
        let files = [
            "a.csv": Array("x;y\r\n".utf8), "empty.csv": [], "large.csv": (0..<300_000).map { UInt8($0 % 251) },
        ]
        func write() throws -> [UInt8] {
            let writer = try ArchiveWriter()
            for (name, content) in files.sorted(by: { $0.key < $1.key }) { try writer.add(name, content) }
            return try writer.finish()
        }
        let bytes = try write()
        #expect(bytes.starts(with: [0x50, 0x4b, 3, 4]) && bytes.count < 100_000)
        let again = try write()
        #expect(bytes == again)
        let found = try read(bytes)
        #expect(found == files)
    }
}
