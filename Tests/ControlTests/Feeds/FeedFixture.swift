import Foundation
import Identity
import Postgres
import Runtime
import Tenancy
import TestSupport
import TestTenancy

@testable import Control

/// A platform with one territory that takes feeds, and the service on it.
struct FeedFixture: Sendable {
    let platform: TestPlatform
    let node: TestNode
    let pool: BlockingPool
    let interpreters: BlockingPool

    static let servers = SharedTestPlatform()
    static let territory = TerritoryID(rawValue: "seine-et-marne")

    static func with(_ body: (FeedFixture) async throws -> Void) async throws {
        let platform = try await servers.platform()
        try platform.sql(
            .directory,
            """
            set session_replication_role = replica;
            truncate territory, territory_host, territory_department, school_calendar, establishment, account, profile, audit,
                feed_import, feed_scope, feed_person, feed_profile, feed_departure, feed_link, feed_structure, login_name,
                feed_step, feed_stage_person, feed_stage_link, feed_stage_structure, feed_stage_subject, feed_unit, feed_mapping,
                establishment_former_uai
                cascade;
            set session_replication_role = origin;
            insert into territory (id, kind, code, name) values ('seine-et-marne', 'department', '77', 'Seine-et-Marne'),
                ('val-fictif', 'department', '94', 'Val-Fictif'), ('lointain', 'department', '69', 'Lointain-Fictif');
            insert into territory_department values ('seine-et-marne', '77', 'Seine-et-Marne', 'Créteil', 'C'),
                ('val-fictif', '94', 'Val-Fictif', 'Créteil', 'C'), ('lointain', '69', 'Lointain', 'Lyon', 'A');
            update directory_version set version = version + 1
            """)
        for number in 1...2 {
            try platform.sql(
                .shard(Int16(number)), "truncate placement, school_year, person cascade; truncate subject, room cascade"
            )
        }
        let node = try await platform.startNode(user: "preau_admin")
        let fixture = FeedFixture(
            platform: platform, node: node, pool: try BlockingPool(name: "feed", threads: 2, queue: 8),
            interpreters: try BlockingPool(name: "interpret", threads: 2, queue: 8))
        do {
            try await body(fixture)
        } catch {
            await node.stop()
            throw error
        }
        await node.stop()
        await Task.detached {
            fixture.pool.stop()
            fixture.interpreters.stop()
        }.value
    }

    /// The files of an invented academy, packed.
    static func archive(_ change: (inout GeneratorSettings) -> Void) throws -> [UInt8] {
        var settings = GeneratorSettings()
        settings.people = 300
        settings.schoolSize = 60
        change(&settings)
        let folder = FileManager.default.temporaryDirectory.path + "/preau-feed-\(Foundation.UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var generator = AAFGenerator(settings)
        _ = try generator.write(to: folder) { _ in }
        return try pack(folder)
    }

    static func pack(_ folder: String) throws -> [UInt8] {
        let tar = folder + ".tar"
        defer { try? FileManager.default.removeItem(atPath: tar) }
        _ = try TestShell.run(["/bin/tar", "-C", folder, "-cf", tar, "."])
        return Array(try Data(contentsOf: URL(fileURLWithPath: tar)))
    }

    /// Files of a delivery written by hand. - Parameter files: by content, what stands in `ficAlimMENESR`.
    static func delivery(
        _ files: [(content: String, inner: String)], delta: Bool = false, academy: String = "24", cut: Int = 0
    ) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.path + "/preau-feed-\(Foundation.UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (content, inner) in files {
            let text =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- codeAcademieExport=\"\(academy)\" -->\n<ficAlimMENESR>\n\(inner)\n</ficAlimMENESR>\n"
            let name = "ENT2DVA_X_\(delta ? "Delta" : "Complet")_20260901_\(content)_0000.xml"
            try Data(text.utf8.dropLast(cut)).write(to: URL(fileURLWithPath: folder + "/" + name))
        }
        return try pack(folder)
    }

    private func service(_ tenancy: Tenancy) throws -> FeedService {
        let admin = AdminService(
            loop: node.loop, directory: node.directory, tenancy: tenancy,
            keyring: try Keyring(Keyring.newLine(id: "test")),
            hasher: try PasswordHasher(pool: pool, metrics: node.metrics), isProduction: false,
            endSessions: { _ in }, migrate: { _, _ in .migrated(from: 1, to: 1) })
        return FeedService(admin, pool: pool, interpreters: interpreters)
    }

    private final class Bytes: @unchecked Sendable {
        // Safety: read by one task.
        private var rest: ArraySlice<UInt8>
        init(_ bytes: [UInt8]) { rest = bytes[...] }
        func next() -> [UInt8]? {
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(60_000) }
            return Array(rest.prefix(60_000))
        }
    }

    /// Sends an archive; what comes back is planned.
    func plan(
        _ archive: [UInt8], into territory: TerritoryID? = FeedFixture.territory, dryRun: Bool = false,
        academy: String? = nil
    ) async throws -> FeedImport {
        try await node.run { [self] tenancy in
            let bytes = Bytes(archive)
            let order = FeedService.Order(
                id: .v7(), territory: territory, academy: academy, isDryRun: dryRun,
                actor: AuditActor(kind: .system, name: "test"))
            return try await service(tenancy).receive(order) { bytes.next() }
        }
    }

    /// Sends a school's own complete table; what comes back is planned.
    func plan(_ table: String, of uai: String, _ kind: FeedKind) async throws -> FeedImport {
        try await node.run { [self] tenancy in
            try await tenancy.refresh()
            let order = FeedService.Order(
                id: .v7(), territory: FeedFixture.territory, academy: nil, isDryRun: false,
                actor: AuditActor(kind: .system, name: "test"))
            guard let establishment = UAI(rawValue: uai).flatMap({ tenancy.map[$0] }) else {
                throw FeedError.unknownImport
            }
            return try await service(tenancy).receive(
                order, FeedService.Table(establishment: establishment, kind: kind, mapping: [:], isComplete: true),
                Array(table.utf8))
        }
    }

    /// Carries a plan out to its end.
    func finish(_ feed: FeedImport, accept: Bool = false) async throws -> FeedImport {
        try await node.run { [self] tenancy in
            let service = try service(tenancy)
            var feed = feed
            while feed.state != .done {
                feed = try await service.step(
                    feed.id, accepts: accept, by: AuditActor(kind: .system, name: "test"))
            }
            return feed
        }
    }

    /// How many were suspended and erased.
    func upkeep() async throws -> [Int] {
        try await node.run { [self] tenancy in
            let done = try await FeedUpkeep(service(tenancy)).run()
            return [done.suspended, done.erased]
        }
    }

    @discardableResult
    func run(_ archive: [UInt8], accept: Bool = false) async throws -> Numbers {
        let planned = try await plan(archive)
        let done = try await finish(planned, accept: accept)
        return try Numbers(done)
    }

    /// The answer's numbers.
    struct Numbers: CustomStringConvertible {
        private let json: [String: Any]

        init(_ feed: FeedImport) throws {
            json = try JSONSerialization.jsonObject(with: Data(feed.result.utf8)) as? [String: Any] ?? [:]
        }

        func callAsFunction(_ who: String, _ what: String) -> Int { (json[who] as? [String: Int])?[what] ?? -1 }
        var codes: [String] { (json["anomalies"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String } }
        var guards: Int { (json["guards"] as? [Any])?.count ?? -1 }
        var isEmpty: Bool {
            ["pupils", "guardians", "contacts", "staff", "establishments"].allSatisfy { who in
                ["added", "changed", "disappeared"].allSatisfy { self(who, $0) == 0 }
            }
        }
        var description: String { "\(json.filter { $0.key != "plan" })" }
    }

    func count(_ sql: String) throws -> Int { Int(try platform.sql(.directory, sql)) ?? -1 }

    /// Summed over the shards.
    func shards(_ sql: String) throws -> Int {
        try (1...2).map { Int(try platform.sql(.shard(Int16($0)), sql)) ?? 0 }.reduce(0, +)
    }
}
