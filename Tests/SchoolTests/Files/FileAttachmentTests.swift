import HTTP
import Runtime
import Tenancy
import TestTenancy
import Testing

@testable import School

extension OnServers {
    @Suite struct FileAttachmentTests {
        private static let use = FilesFixture.use

        private func list(_ files: Files, _ item: UUID, _ context: TenantContext) async throws -> [StoredFile] {
            var batch = TenantBatch(context)
            files.addListing(of: [item], use: FileAttachmentTests.use, to: &batch)
            return try files.listing(try await files.tenancy.read(batch)[0])[item] ?? []
        }

        private func set(
            _ list: [FileID], _ item: UUID, by person: PersonID, _ files: Files, _ context: TenantContext
        ) async throws {
            try await files.tenancy.transaction(context) { transaction in
                try await files.set(list, of: item, use: FileAttachmentTests.use, by: person, in: transaction)
            }
        }

        @Test func anItemHasWhatItWasGivenLast() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            try await fixture.run { files, context in
                let item = UUID.v7()
                var sent: [FileID] = []
                for number in 0..<3 {
                    sent.append(
                        try await files.send(
                            FilesFixture.text(100 + number), named: "\(number).txt", by: person, in: context))
                }
                try await set([sent[1], sent[0]], item, by: person, files, context)
                try await set([sent[1], sent[0]], item, by: person, files, context)
                #expect(try await list(files, item, context).map(\.name) == ["1.txt", "0.txt"])
                try await set([sent[0], sent[2]], item, by: person, files, context)
                #expect(try await list(files, item, context).map(\.name) == ["0.txt", "2.txt"])
                #expect(try await files.file(sent[1], in: context) == nil)
                #expect(try await files.usage(in: context).used == 100 + 102)
                // What an item has does not expire, and is no upload any more.
                try fixture.platform.sql(
                    .shard(1), "update file set expires_at = now() - interval '1 s' where expires_at is not null")
                try await files.sweep(context, releasedFor: -1)
                #expect(try await list(files, item, context).count == 2)
                await #expect(throws: FileError.notFound) {
                    _ = try await files.upload(sent[0], of: [person], in: context)
                }
                try await files.tenancy.transaction(context) { transaction in
                    try await files.release(item, use: FileAttachmentTests.use, in: transaction)
                }
                #expect(try await list(files, item, context).isEmpty)
                #expect(try await files.usage(in: context).used == 0)
            }
            await fixture.node.stop()
        }

        @Test func onlyOnesOwnWholeFilesCanBeAttached() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            try await fixture.run { files, context in
                let (item, other) = (UUID.v7(), UUID.v7())
                let mine = try await files.send(FilesFixture.text(10), by: person, in: context)
                let unfinished = try await files.begin(
                    "b.txt", use: FileAttachmentTests.use, length: 5, reserved: 5, by: person, in: context)
                for wrong in [[unfinished.id], [FileID.new()], [mine, mine], [mine, unfinished.id]] {
                    await #expect(throws: FileError.notAttachable) {
                        try await set(wrong, item, by: person, files, context)
                    }
                }
                await #expect(throws: FileError.notAttachable) {
                    try await set([mine], item, by: .new(), files, context)
                }
                await #expect(throws: FileError.tooMany(limit: 3)) {
                    try await set((0..<4).map { _ in .new() }, item, by: person, files, context)
                }
                try await set([mine], item, by: person, files, context)
                await #expect(throws: FileError.notAttachable) {
                    try await set([mine], other, by: person, files, context)
                }
                #expect(try await list(files, item, context).map(\.id) == [mine])
            }
            await fixture.node.stop()
        }

        @Test func theOwnersTransactionDecides() async throws {
            struct Undone: Error {}
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            try await fixture.run { files, context in
                let item = UUID.v7()
                let file = try await files.send(FilesFixture.text(10), by: person, in: context)
                await #expect(throws: Undone.self) {
                    try await files.tenancy.transaction(context) { transaction in
                        try await files.set([file], of: item, use: FileAttachmentTests.use, by: person, in: transaction)
                        throw Undone()
                    }
                }
                #expect(try await list(files, item, context).isEmpty)
                #expect(try await files.file(file, in: context)?.owner == nil)
            }
            await fixture.node.stop()
        }

        @Test func aCopyHasTheSameContentAndLivesOnItsOwn() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            try await fixture.run { files, context in
                let (item, other) = (UUID.v7(), UUID.v7())
                let file = try await files.send(FilesFixture.text(500), by: person, in: context)
                try await set([file], item, by: person, files, context)
                try await files.tenancy.transaction(context) { transaction in
                    // What the item does not have is not given away.
                    let copies = [file, FileID.new()].enumerated().map {
                        Files.Copy($1, to: other, use: FileAttachmentTests.use, position: $0 + 1)
                    }
                    try await files.copy(copies, of: item, use: FileAttachmentTests.use, by: person, in: transaction)
                }
                try await set([], item, by: person, files, context)
                let copy = try await list(files, other, context)
                #expect(copy.count == 1)
                #expect(try await files.usage(in: context).used == 500)
                try await files.sweep(context, releasedFor: -1)
                #expect(try await files.response(copy[0], in: context).collectBody() == FilesFixture.text(500))
            }
            await fixture.node.stop()
        }

        @Test func anotherEstablishmentHasNothingOfIt() async throws {
            let fixture = try await FilesFixture.start()
            let neighbour = try await FilesFixture.start()
            let person = fixture.person
            let file = try await fixture.run { files, context in
                try await files.send(FilesFixture.text(500), by: person, in: context)
            }
            try await neighbour.run { files, context in
                let (found, used) = try await (files.file(file, in: context), files.usage(in: context).used)
                #expect(found == nil)
                #expect(used == 0)
                await #expect(throws: FileError.notFound) {
                    _ = try await files.upload(file, of: [person], in: context)
                }
                await #expect(throws: FileError.notAttachable) {
                    try await set([file], .v7(), by: person, files, context)
                }
            }
            await fixture.node.stop()
            await neighbour.node.stop()
        }
    }
}
