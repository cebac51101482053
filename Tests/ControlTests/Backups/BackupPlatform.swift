import Postgres
import Runtime
import Synchronization
import Tenancy
import TestTenancy
import Web

@testable import Control

/// Two shards and a directory, and schools with rows in every kind of table.
struct BackupPlatform {
    let platform: TestPlatform
    let node: TestNode

    private static let servers = SharedTestPlatform()

    static func with(_ body: (BackupPlatform) async throws -> Void) async throws {
        let platform = try await servers.platform()
        let node = try await platform.startNode(user: "preau_admin")
        do {
            try await body(BackupPlatform(platform: platform, node: node))
        } catch {
            await node.stop()
            throw error
        }
        await node.stop()
    }

    /// A school with a teacher's work, files and accounts, on a shard.
    func school(on shard: Int16 = 1) async throws -> EstablishmentID {
        let id = try platform.addEstablishment(on: shard)
        try platform.sql(
            .shard(shard),
            """
            insert into school_year values (\(id), 2026, '2026-09-01', '2027-07-03', 'current');
            insert into timetable values (\(id), 2026, 7);
            insert into person (establishment_id, id, role, given_name, family_name, birth_date)
                select \(id), \(BackupPlatform.person("n")), 'pupil', 'Élève ' || n, E'Inventé\\t"\\\\' || n, '2012-02-29'
                from generate_series(1, 100) n;
            insert into person (establishment_id, id, role, given_name, family_name)
                values (\(id), \(BackupPlatform.person("1001")), 'teacher', 'Ada', 'Inventée'),
                    (\(id), \(BackupPlatform.person("1002")), 'teacher', 'Blaise', 'Inventé');
            insert into teaching_group (establishment_id, id, school_year, kind, name)
                select \(id), \(BackupPlatform.person("2000 + n")), 2026, 'class', '6e' || n from generate_series(1, 2) n;
            insert into membership select \(id), 2026, g.id, p.id, 'pupil', '2026-09-01', null
                from teaching_group g, person p where g.establishment_id = \(id) and p.establishment_id = \(id)
                and g.name = '6e1' and p.role = 'pupil';
            insert into subject (establishment_id, id, code, name) values (\(id), \(BackupPlatform.person("3001")), 'MATHS', 'Maths');
            insert into diary select \(id), id, 2026, 5 from teaching_group where establishment_id = \(id);
            insert into lesson_record (establishment_id, id, school_year, group_id, subject_id, author_id, day, starts, title, content,
                annotation, published_at)
                select \(id), \(BackupPlatform.person("4000 + n")), 2026, \(BackupPlatform.person("2001")),
                    \(BackupPlatform.person("3001")), \(BackupPlatform.person("1001 + n % 2")), date '2026-09-07' + n, 480,
                    'Séance ' || n, E'ligne\\nautre', 'note privée', now() from generate_series(1, 20) n;
            insert into assignment (establishment_id, id, school_year, group_id, subject_id, author_id, given_on, due_on, kind, title,
                published_at)
                select \(id), \(BackupPlatform.person("5000 + n")), 2026, \(BackupPlatform.person("2001")),
                    \(BackupPlatform.person("3001")), \(BackupPlatform.person("1001")), '2026-09-07', '2026-09-14', 'exercise',
                    'Exercice ' || n, now() from generate_series(1, 10) n;
            insert into assignment_progress (establishment_id, pupil_id, assignment_id, due_on, state)
                select \(id), \(BackupPlatform.person("1")), \(BackupPlatform.person("5000 + n")), '2026-09-14', 'done'
                from generate_series(1, 5) n;
            insert into file_storage values (\(id), 600000, null);
            insert into file_content (establishment_id, id, sha256, size, media_type, reserved)
                select \(id), \(BackupPlatform.person("6000 + n")), sha256(convert_to('content ' || n, 'utf8')), 300000,
                    'application/pdf', 300000 from generate_series(1, 2) n;
            insert into file_chunk select \(id), \(BackupPlatform.person("6000 + n")), part,
                decode(repeat(md5(n::text || part), 4000), 'hex') from generate_series(1, 2) n, generate_series(0, 3) part;
            insert into file (establishment_id, id, content_id, use, owner_id, name, uploaded_by)
                select \(id), \(BackupPlatform.person("7000 + n")), \(BackupPlatform.person("6000 + n")), 'lesson_record',
                    \(BackupPlatform.person("4000 + n")), 'fiche ' || n || '.pdf', \(BackupPlatform.person("1001 + n % 2"))
                from generate_series(1, 2) n;
            insert into idempotency (establishment_id, account_id, key, request_hash, status, headers, body)
                select \(id), gen_random_uuid(), 'key ' || n, '\\x00ff', 201, '{"a": 1}', decode(repeat('00ff', 5000), 'hex')
                from generate_series(1, 20) n
            """)
        try platform.sql(
            .directory,
            """
            insert into account (id, login, given_name, family_name) values (gen_random_uuid(), 'ada.\(id)', 'Ada', 'Inventée'),
                (gen_random_uuid(), 'eleve.\(id)', 'Élève', 'Inventé');
            insert into profile (account_id, establishment_id, role, person_id)
                select id, \(id), 'teacher', \(BackupPlatform.person("1001")) from account where login = 'ada.\(id)';
            insert into profile (account_id, establishment_id, role, person_id)
                select id, \(id), 'pupil', \(BackupPlatform.person("1")) from account where login = 'eleve.\(id)'
            """)
        try await node.run { try await $0.refresh() }
        return id
    }

    /// SQL of the identifier with this number: the same in every school, which a shard must not mind.
    static func person(_ number: String) -> String {
        "('00000000-0000-7000-8000-' || lpad((\(number))::text, 12, '0'))::uuid"
    }

    // MARK: Backups

    func backup(_ id: EstablishmentID) async throws -> [UInt8] {
        let directory = node.directory
        return try await node.run { tenancy in
            let backup = EstablishmentBackup(tenancy, directory: directory)
            guard let establishment = tenancy.map[id] else { throw BackupError.notASandbox }
            let subject = try await backup.subject(establishment, now: 1_800_000_000_000_000)
            var file: [UInt8] = []
            try await backup.write(subject) { file += $0 }
            return file
        }
    }

    private final class Pieces {
        private var rest: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) { rest = bytes[...] }

        func next() -> [UInt8]? {
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(50_000) }
            return Array(rest.prefix(50_000))
        }
    }

    @discardableResult
    func restore(
        _ file: [UInt8], into id: EstablishmentID, persons: [UUID]? = nil,
        beforeCommit: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> EstablishmentRestoring.Outcome {
        let directory = node.directory
        return try await node.run { tenancy in
            var restoring = EstablishmentRestoring(tenancy, directory: directory)
            restoring.beforeCommit = beforeCommit
            let pieces = Pieces(file)
            let events = BackupEvents { pieces.next() }
            let header = try await events.header()
            let context = try tenancy.administrativeContext(for: id)
            if let persons {
                return try await restoring.bringBack(workOf: persons, in: context, header, events)
            }
            return try await restoring.replace(in: context, header, events)
        }
    }

    func sandbox(_ uai: UAI, of file: [UInt8], on shard: Int16? = nil) async throws {
        let directory = node.directory
        try await node.run { tenancy in
            let pieces = Pieces(file)
            let events = BackupEvents { pieces.next() }
            let header = try await events.header()
            let order = Sandboxes.Order(uai: uai, name: nil, shard: shard.map(ShardID.init(rawValue:)))
            _ = try await Sandboxes(tenancy, directory: directory).make(order, from: header, events)
        }
    }

    func remove(_ uai: UAI) async throws {
        let directory = node.directory
        try await node.run { try await Sandboxes($0, directory: directory).remove(uai) }
    }

    // MARK: What is there

    /// What every table of a shard holds of a school, but for its number and the versions: name, rows and digest, a line each.
    func content(_ id: EstablishmentID, on shard: Int16) throws -> String {
        let tables = try platform.sql(.shard(shard), "select name from preau_tenant_tables()").split(separator: "\n")
        let queries = tables.map {
            """
            select '\($0)', count(*), coalesce(sum(hashtextextended((to_jsonb(t) - 'establishment_id' - 'version' - 'diary_version')::text, 0)::numeric), 0)
            from \($0) t where establishment_id = \(id)
            """
        }
        return try platform.sql(.shard(shard), queries.joined(separator: " union all ") + " order by 1")
    }

    func rows(_ id: EstablishmentID, on shard: Int16) throws -> Int {
        try content(id, on: shard).split(separator: "\n").compactMap { Int($0.split(separator: "|")[1]) }.reduce(0, +)
    }
}
