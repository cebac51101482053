import Runtime
import Tenancy
import Testing
import Web

@testable import Control

@Suite struct BackupRepositoryTests {
    private static let passphrase = Array("une phrase inventée".utf8)

    private static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    private static func cut(_ bytes: [UInt8], pieces: Int) -> [[UInt8]] {
        var cutter = BlockCutter()
        var blocks: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            blocks += cutter.take(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        return blocks + (cutter.finish().map { [$0] } ?? [])
    }

    @Test func blocksFollowFromTheContentAlone() {
        let content = BackupRepositoryTests.bytes(2_000_000, seed: 8)
        let blocks = BackupRepositoryTests.cut(content, pieces: 65_536)
        #expect(blocks.count > 3)
        #expect(Array(blocks.joined()) == content)
        #expect(blocks.dropLast().allSatisfy { (BlockCutter.least...BlockCutter.most).contains($0.count) })
        #expect(BackupRepositoryTests.cut(content, pieces: 777) == blocks)
        // A row more at the beginning changes the first block and no other.
        let later = BackupRepositoryTests.cut(Array("a row more\n".utf8) + content, pieces: 65_536)
        #expect(Set(later).subtracting(blocks).count <= 2)
    }

    /// A backup of one table with these rows.
    private static func backup(_ rows: [UInt8]) throws -> [UInt8] {
        let text = rows + [0x0A]
        let count = Int64(text.count { $0 == 0x0A })
        var writer = BackupWriter(
            BackupHeader(
                uai: try #require(UAI(number: 770_001)), establishment: [:], madeAt: 1, shard: ShardID(rawValue: 1),
                schemaVersion: 7,
                sections: [.init(place: .shard, name: "t", columns: ["c"], rows: count, digest: "0")]))
        return writer.begin() + writer.section(0) + writer.rows(text) + writer.endSection(rows: count) + writer.end()
    }

    @Test func aSecondBackupSendsWhatIsNewAndBothComeBack() throws {
        let (repository, key) = try BackupRepository.make(passphrase: BackupRepositoryTests.passphrase)
        var objects: [String: [UInt8]] = [:]
        func store(_ file: [UInt8], known: Set<String>, moment: String) throws -> (StoredBackup, StoredBackup.Storing) {
            var storing = StoredBackup.Storing(repository, known: known)
            for each in try storing.take(file) { objects[each.place] = each.object }
            return (try storing.finish(moment: moment), storing)
        }
        let content = BackupRepositoryTests.bytes(2_000_000, seed: 4)
        let first = try BackupRepositoryTests.backup(content)
        let second = try BackupRepositoryTests.backup(content + BackupRepositoryTests.bytes(1000, seed: 5))
        let (one, all) = try store(first, known: [], moment: "one")
        let (two, few) = try store(second, known: Set(one.blocks), moment: "two")
        #expect(all.newBlocks == all.blocks && all.blocks > 3)
        #expect(few.newBlocks == 1)

        // Somebody else opens it with the passphrase and nothing more.
        let again = try BackupRepository.open(key, passphrase: BackupRepositoryTests.passphrase)
        for (stored, moment, file) in [(one, "one", first), (two, "two", second)] {
            let opened = try again.open(backup: try repository.seal(stored), "0770001H", moment)
            var back: [UInt8] = []
            try opened.assemble(
                fetch: { name in
                    try again.open(block: objects[BackupRepository.place(of: name)] ?? [], name)
                }, to: { back += $0 })
            #expect(BackupRepositoryTests.rows(of: back) == BackupRepositoryTests.rows(of: file))
        }
        #expect(throws: BackupFileError.wrongPassphrase) {
            try BackupRepository.open(key, passphrase: Array("une autre phrase".utf8))
        }
    }

    private static func rows(of file: [UInt8]) -> [UInt8]? {
        var reader = BackupReader()
        guard let events = try? reader.take(file), (try? reader.finish()) != nil else { return nil }
        return events.flatMap { event -> [UInt8] in if case .rows(let rows) = event { rows } else { [] } }
    }

    @Test func objectsCannotBeChangedOrTakenForOthers() throws {
        let (repository, _) = try BackupRepository.make(passphrase: BackupRepositoryTests.passphrase)
        let (one, two) = (Array("un bloc".utf8), Array("un autre".utf8))
        let (first, second) = (repository.name(of: one), repository.name(of: two))
        let object = try repository.seal(one, as: first)
        #expect(try repository.open(block: object, first) == one)
        #expect(throws: BackupFileError.self) { try repository.open(block: object, second) }
        for index in object.indices {
            var changed = object
            changed[index] ^= 1
            #expect(throws: BackupFileError.self) { try repository.open(block: changed, first) }
        }
        let index = try repository.seal(index: ["a", "b"], of: "0770001H")
        #expect(try repository.open(index: index, of: "0770001H") == ["a", "b"])
        #expect(throws: BackupFileError.self) { try repository.open(index: index, of: "0770002J") }
        // Names say nothing of what they name.
        #expect(!repository.place("0770001H", "a").contains("0770001H"))
    }

    /// As botocore 1.44 signs the same request.
    @Test func signsAsTheStoresExpect() {
        let signature = S3Signature(
            accessKey: "CLEFINVENTEE", secretKey: "secret/Invente+0123456789", region: "fr-par")
        let headers = signature.headers(
            "PUT", host: "s3.example.fr", path: "/sauvegardes/preau/blocks/ab/abcd",
            body: Array("contenu inventé".utf8),
            moment: "20261126T083000Z")
        #expect(
            headers.first { $0.name == "Authorization" }?.value
                == "AWS4-HMAC-SHA256 Credential=CLEFINVENTEE/20261126/fr-par/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=017e18d8727960c5bbf081bddf38bd55f3b6fd72ce4196750ae0fa99feb7aed9"
        )
    }
}
