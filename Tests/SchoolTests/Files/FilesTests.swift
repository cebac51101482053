import Cryptography
import HTTP
import Postgres
import Runtime
import Tenancy
import TestTenancy
import Testing

@testable import School

extension OnServers {
    @Suite struct FilesTests {
        private struct Broken: Error {}

        @Test func whatWentInComesOut() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            let bytes = FilesFixture.text(700_001)
            let outcome = try await fixture.run { files, context in
                let id = try await files.send(bytes, by: person, in: context)
                guard let file = try await files.file(id, in: context) else { throw Broken() }
                let whole = try await files.response(file, in: context).collectBody()
                guard case .seekable(_, let write) = try files.response(file, in: context).body else { throw Broken() }
                var part = Response(status: .ok)
                part.body = .stream(length: nil) { try await write(262_000..<530_000, $0) }
                return (file, whole, try await part.collectBody())
            }
            let (file, whole, part) = outcome
            #expect(whole == bytes)
            #expect(part == Array(bytes[262_000..<530_000]))
            #expect(file.sha256 == SHA256.hash(bytes))
            #expect(file.mediaType == "text/plain")
            #expect(file.size == bytes.count)
            #expect(file.owner == nil)
            await fixture.node.stop()
        }

        /// Cut at awkward places, each part by another node than the one before.
        @Test func anotherNodeGoesOn() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            let bytes = FilesFixture.text(900_000, seed: 1)
            let second = try await fixture.platform.startNode()
            let id = try await fixture.run { files, context in
                try await files.begin(
                    "a.txt", use: FilesFixture.use, length: bytes.count, reserved: bytes.count, by: person, in: context
                ).id
            }
            let cuts = [0, 1, 262_143, 262_144, 262_145, 600_000, 900_000]
            for (index, range) in zip(cuts, cuts.dropFirst()).map({ $0..<$1 }).enumerated() {
                let node = index.isMultiple(of: 2) ? second : fixture.node
                let reached = try await fixture.run(on: node) { files, context in
                    let upload = try await files.upload(id, of: [person], in: context)
                    var receiving = try FileReceiving(upload, use: FilesFixture.use, files, context)
                    let next = Files.pieces(bytes[range])
                    do {
                        // The connection is lost after the last piece: what came is kept all the same.
                        try await receiving.receive {
                            guard let piece = try await next() else { throw Broken() }
                            return piece
                        }
                    } catch is Broken {}
                    if receiving.offset == bytes.count { try await receiving.complete() }
                    return receiving.offset
                }
                #expect(reached == range.upperBound)
            }
            let file = try await fixture.run { try await $0.file(id, in: $1) }
            #expect(file?.sha256 == SHA256.hash(bytes))
            await second.stop()
            await fixture.node.stop()
        }

        @Test func twoWritersOfOneUploadDoNotMixTheirBytes() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            let outcome = try await fixture.run { files, context in
                let upload = try await files.begin(
                    "a.txt", use: FilesFixture.use, length: 10, reserved: 10, by: person, in: context)
                var first = try FileReceiving(upload, use: FilesFixture.use, files, context)
                var second = try FileReceiving(upload, use: FilesFixture.use, files, context)
                try await first.receive(Files.pieces(Array("aaaaa".utf8)[...]))
                do {
                    try await second.receive(Files.pieces(Array("bbbbbb".utf8)[...]))
                    return (nil as FileError?, first.offset)
                } catch let error as FileError {
                    return (error, first.offset)
                }
            }
            #expect(outcome.0 == .offsetMismatch(at: 0))
            #expect(outcome.1 == 5)
            #expect(try fixture.count("file_chunk", "bytes = 'aaaaa'") == 1)
            await fixture.node.stop()
        }

        @Test func oneContentIsKeptOnce() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            let bytes = FilesFixture.text(300_000)
            try await fixture.run { files, context in
                let first = try await files.send(bytes, named: "a.txt", by: person, in: context)
                let second = try await files.send(bytes, named: "b.txt", by: person, in: context)
                let known = try await (files.file(first, in: context), files.file(second, in: context))
                #expect(known.0?.content == known.1?.content)
                #expect(known.1?.name == "b.txt")
                #expect(try await files.usage(in: context).used == 300_000)
                // One of two goes: the other is still whole. Both gone: nothing is counted, and the sweep takes the bytes.
                try await files.abandon(first, in: context)
                #expect(try await files.usage(in: context).used == 300_000)
                try await files.abandon(second, in: context)
                #expect(try await files.usage(in: context).used == 0)
                try await files.sweep(context, releasedFor: -1)
            }
            #expect(try fixture.count("file_chunk") == 0)
            #expect(try fixture.count("file_content") == 0)
            await fixture.node.stop()
        }

        /// A content whose last file went comes back when somebody sends it again before the sweep.
        @Test func whatComesBackIsCountedAgain() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            try await fixture.run { files, context in
                let bytes = FilesFixture.text(1000)
                try await files.abandon(files.send(bytes, by: person, in: context), in: context)
                let again = try await files.send(bytes, by: person, in: context)
                #expect(try await files.usage(in: context).used == 1000)
                try await files.sweep(context, releasedFor: -1)
                guard let file = try await files.file(again, in: context) else { throw Broken() }
                #expect(try await files.response(file, in: context).collectBody() == bytes)
            }
            await fixture.node.stop()
        }

        @Test func theQuotaHolds() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            try fixture.platform.sql(
                .shard(1),
                "insert into file_storage (establishment_id, quota) values (\(fixture.establishment), 1500)")
            try await fixture.run { files, context in
                func begin() async throws -> FileUpload {
                    try await files.begin(
                        "a.txt", use: FilesFixture.use, length: 1000, reserved: 1000, by: person, in: context)
                }
                let first = try await begin()
                await #expect(throws: FileError.storageFull) { _ = try await begin() }
                try await files.abandon(first.id, in: context)
                _ = try await begin()
            }
            await fixture.node.stop()
        }

        @Test func limitsOfAUse() async throws {
            let fixture = try await FilesFixture.start()
            let person = fixture.person
            try await fixture.run { files, context in
                let pictures = FileUse("pictures", largest: 500_000, most: 1, types: .images)
                await #expect(throws: FileError.typeRefused) {
                    _ = try await files.send(FilesFixture.text(10), use: pictures, by: person, in: context)
                }
                await #expect(throws: FileError.typeRefused) {
                    _ = try await files.send(FilesFixture.text(400_000), use: pictures, by: person, in: context)
                }
                await #expect(throws: FileError.tooLarge(limit: 500_000)) {
                    _ = try await files.send(FilesFixture.text(500_001), use: pictures, by: person, in: context)
                }
                await #expect(throws: FileError.typeRefused) {
                    let program = Array("MZ".utf8) + [UInt8](repeating: 0, count: 200)
                    _ = try await files.send(program, named: "photo.jpg", by: person, in: context)
                }
                // A form does not say how long a file is: more than was declared is refused as it comes.
                let upload = try await files.begin(
                    "a.txt", use: FilesFixture.use, length: 5, reserved: 5, by: person, in: context)
                var receiving = try FileReceiving(upload, use: FilesFixture.use, files, context)
                await #expect(throws: FileError.tooLarge(limit: 2_000_000)) {
                    try await receiving.receive(Files.pieces(Array("123456".utf8)[...]))
                }
            }
            await fixture.node.stop()
        }
    }
}
