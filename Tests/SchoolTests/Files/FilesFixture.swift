import Runtime
import Tenancy
import TestTenancy

@testable import School

/// Files of one invented establishment, as a node has them.
struct FilesFixture {
    let platform: TestPlatform
    let node: TestNode
    let establishment: EstablishmentID
    let person: PersonID
    static let use = FileUse("test_use", largest: 2_000_000, most: 3, types: .schoolwork)

    static func start(on shard: Int16 = 1) async throws -> FilesFixture {
        let platform = try await TestPlatform.shared.platform()
        let establishment = try platform.addEstablishment(on: shard)
        let person = PersonID.new()
        try platform.sql(
            .shard(shard),
            """
            insert into person (establishment_id, id, role, given_name, family_name)
                values (\(establishment), '\(person)', 'teacher', 'Ada', 'Exemple')
            """)
        return FilesFixture(
            platform: platform, node: try await platform.startNode(), establishment: establishment, person: person)
    }

    /// Runs on the node's loop with its files.
    func run<Value: Sendable>(
        on other: TestNode? = nil, cache: FilePieceCache? = nil, spool: FileSpool? = nil,
        _ body: @escaping @Sendable (Files, TenantContext) async throws -> Value
    ) async throws -> Value {
        let node = other ?? node
        let establishment = establishment
        let pool = try BlockingPool(name: "types", threads: 1, queue: 16)
        let types = FileTypeDetector(pool: pool)
        let spool = spool ?? FileSpool(directory: "/tmp", capacity: 0, pool: pool, metrics: Metrics())
        let cache = cache ?? FilePieceCache(metrics: Metrics())
        return try await node.loop.run {
            let files = Files(loop: node.loop, tenancy: node.tenancy, types: types, cache: cache, spool: spool)
            return try await body(files, try node.tenancy.context(for: establishment))
        }
    }

    func count(_ table: String, _ condition: String = "true") throws -> Int {
        Int(
            try platform.sql(
                .shard(1), "select count(*) from \(table) where establishment_id = \(establishment) and \(condition)"))
            ?? -1
    }

    /// Text that is no other type, of any length.
    static func text(_ length: Int, seed: UInt8 = 0) -> [UInt8] {
        (0..<length).map {
            UInt8(ascii: "a") + UInt8(truncatingIfNeeded: ($0 &* 31 &+ $0 / 977) % 26 &+ Int(seed) % 3) % 26
        }
    }
}

extension Files {
    /// Sends bytes in pieces, as the network would.
    func send(
        _ bytes: [UInt8], named name: String = "leçon.txt", use: FileUse = FilesFixture.use, by person: PersonID,
        in context: TenantContext
    ) async throws -> FileID {
        let upload = try await begin(
            name, use: use, length: bytes.count, reserved: bytes.count, by: person, in: context)
        var receiving = try FileReceiving(upload, use: use, self, context)
        try await receiving.receive(Files.pieces(bytes[...]))
        try await receiving.complete()
        return upload.id
    }

    static func pieces(_ bytes: ArraySlice<UInt8>, of length: Int = 50_000) -> () async throws -> [UInt8]? {
        var rest = bytes
        return {
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(length) }
            return Array(rest.prefix(length))
        }
    }
}
