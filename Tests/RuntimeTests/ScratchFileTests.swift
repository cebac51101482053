import Glibc
import Testing

@testable import Runtime

@Suite struct ScratchFileTests {
    @Test func givesBackWhatItTook() throws {
        let file = try ScratchFile(in: "/tmp")
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try file.write(bytes, at: 50_000)
        #expect(file.readAtOnce(50_000..<150_000) == bytes)
        #expect(file.read(60_000..<60_010) == Array(bytes[10_000..<10_010]))
        // Past its end, in part and in whole.
        #expect(file.read(149_999..<150_001) == nil)
        #expect(file.readAtOnce(200_000..<200_001) == nil)
    }

    @Test func hasNoNameAndNeedsADirectory() throws {
        let directory = "/tmp/preau-scratch-\(getpid())"
        mkdir(directory, 0o700)
        defer { rmdir(directory) }
        let file = try ScratchFile(in: directory)
        try file.write([1], at: 0)
        // Empty while the file lives.
        #expect(rmdir(directory) == 0)
        #expect(file.read(0..<1) == [1])
        #expect(throws: RuntimeError.self) { try ScratchFile(in: directory) }
    }
}
