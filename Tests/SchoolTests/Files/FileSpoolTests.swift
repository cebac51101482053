import HTTP
import Runtime
import Tenancy
import TestTenancy
import Testing

@testable import School

extension OnServers {
    @Suite struct FileSpoolTests {
        private static func spool(_ capacity: Int, in directory: String = "/tmp") throws -> FileSpool {
            FileSpool(
                directory: directory, capacity: capacity,
                pool: try BlockingPool(name: "spool", threads: 1, queue: 16), metrics: Metrics())
        }

        /// What is kept is there once the disk has it.
        private static func settle(_ spool: FileSpool, _ expected: Int) async throws {
            for _ in 0..<500 where spool.held != expected { try await Task.sleep(for: .milliseconds(10)) }
            #expect(spool.held == expected)
        }

        @Test func isBoundedAndKeepsTenantsApart() async throws {
            let (one, other) = (try await FilesFixture.start(), try await FilesFixture.start())
            let (mine, theirs) = try await (one.run { $1 }, other.run { $1 })
            let spool = try FileSpoolTests.spool(1000)
            let contents = (0..<4).map { _ in FileContentID.new() }
            for content in contents.prefix(3) {
                spool.keep([UInt8](repeating: 7, count: 300), content, 2, at: 600, in: mine)
            }
            try await FileSpoolTests.settle(spool, 900)
            #expect(await spool.find(contents[0], 2, 600..<900, in: mine) == [UInt8](repeating: 7, count: 300))
            #expect(await spool.find(contents[0], 2, 610..<612, in: mine) == [7, 7])
            #expect(await spool.find(contents[0], 1, 300..<600, in: mine) == nil)
            #expect(await spool.find(contents[0], 2, 600..<900, in: theirs) == nil)
            // The one that was not asked for the longest goes.
            spool.keep([UInt8](repeating: 8, count: 300), contents[3], 0, at: 0, in: mine)
            for _ in 0..<500 where await spool.find(contents[3], 0, 0..<300, in: mine) == nil {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(await spool.find(contents[1], 2, 600..<900, in: mine) == nil)
            #expect(await spool.find(contents[0], 2, 600..<900, in: mine) != nil)
            #expect(spool.held == 900)
            await one.node.stop()
            await other.node.stop()
        }

        /// A disk that is not there costs the spool, not the download.
        @Test func withoutADiskNothingIsKept() async throws {
            let fixture = try await FilesFixture.start()
            let context = try await fixture.run { $1 }
            let spool = try FileSpoolTests.spool(1000, in: "/nowhere/at/all")
            let content = FileContentID.new()
            spool.keep([1, 2, 3], content, 0, at: 0, in: context)
            try await Task.sleep(for: .milliseconds(100))
            #expect(await spool.find(content, 0, 0..<3, in: context) == nil)
            #expect(spool.held == 0)
            await fixture.node.stop()
        }

        /// A large file, whole and in part, the second time without the shard.
        @Test func whatWasSentOnceNeedsNoShard() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            let bytes = FilesFixture.text(600_000)
            // Nothing is small here: what the cache of pieces does not take is the spool's.
            let pieces = FilePieceCache(capacity: 4, metrics: Metrics())
            let spool = try FileSpoolTests.spool(1 << 20)
            try await fixture.run(cache: pieces, spool: spool) { files, context in
                let id = try await files.send(bytes, by: person, in: context)
                let file = try #require(try await files.file(id, in: context))
                let first = try await files.response(file, in: context).collectBody()
                #expect(first == bytes)
            }
            try await FileSpoolTests.settle(spool, 600_000)
            try fixture.platform.sql(
                .shard(1), "delete from file_chunk where establishment_id = \(fixture.establishment)")
            try await fixture.run(cache: pieces, spool: spool) { files, context in
                let id = try fixture.platform.sql(
                    .shard(1), "select id from file where establishment_id = \(fixture.establishment)")
                let number = try #require(UUID(id))
                let file = try #require(try await files.file(FileID(rawValue: number), in: context))
                let second = try await files.response(file, in: context).collectBody()
                #expect(second == bytes)
            }
            await fixture.node.stop()
        }
    }
}
