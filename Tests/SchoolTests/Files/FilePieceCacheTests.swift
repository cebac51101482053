import HTTP
import Runtime
import Tenancy
import TestTenancy
import Testing

@testable import School

extension OnServers {
    @Suite struct FilePieceCacheTests {
        @Test func isBoundedAndKeepsTenantsApart() async throws {
            let (one, other) = (try await FilesFixture.start(), try await FilesFixture.start())
            let cache = FilePieceCache(capacity: 1000, metrics: Metrics())
            let (mine, theirs) = try await (one.run { $1 }, other.run { $1 })
            let contents = (0..<5).map { _ in FileContentID.new() }
            for content in contents { cache.keep([UInt8](repeating: 1, count: 300), content, 0, in: mine) }
            #expect(cache.held == 900)
            #expect(cache.find(contents[1], 0, in: mine) == nil)
            #expect(cache.find(contents[4], 0, in: mine)?.count == 300)
            #expect(cache.find(contents[4], 1, in: mine) == nil)
            #expect(cache.find(contents[4], 0, in: theirs) == nil)
            #expect(cache.takes(250))
            #expect(!cache.takes(251))
            await one.node.stop()
            await other.node.stop()
        }

        /// The second time, and a part of it, without the shard.
        @Test func whatWasSentOnceNeedsNoShard() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            let bytes = FilesFixture.text(600_000)
            try await fixture.run { files, context in
                let id = try await files.send(bytes, by: person, in: context)
                let file = try #require(try await files.file(id, in: context))
                #expect(try await files.response(file, in: context).collectBody() == bytes)
                try fixture.platform.sql(
                    .shard(1), "delete from file_chunk where establishment_id = \(fixture.establishment)")
                #expect(try await files.response(file, in: context).collectBody() == bytes)
            }
            await fixture.node.stop()
        }
    }
}
