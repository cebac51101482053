internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// The SQL of backups in the directory: an establishment's own row, who is tied to it, and sandboxes.
struct BackupDirectoryStore: Sendable {
    let directory: PostgresPool

    // MARK: What goes into a backup

    private static let described = PostgresStatement(
        """
        select to_jsonb(e) - array['id', 'shard_id', 'epoch', 'state', 'provisioning_job', 'merged_into', 'created_at',
            'updated_at'] from establishment e where id = $1
        """)

    /// The establishment's own row, without what is about its place.
    func description(of id: EstablishmentID) async throws -> JSON {
        guard let row = try await directory.query(BackupDirectoryStore.described, id).first else {
            throw TenancyError.unknownEstablishment(id)
        }
        return JSON(try row.json(0))
    }

    /// Columns of `ties`.
    static let tieColumns = ["login", "role", "person_id", "source", "valid_from", "valid_to"]

    /// Who has, or had, a role there. No password, no account: those are the platform's.
    func ties(of id: EstablishmentID) async throws -> (rows: Int, text: [UInt8]) {
        var text: [UInt8] = []
        let rows = try await directory.copyOut(
            """
            copy (select a.login, p.role, p.person_id, p.source, p.valid_from, p.valid_to
                from profile p join account a on a.id = p.account_id where p.establishment_id = \(id.rawValue)
                order by a.login, p.role, p.person_id) to stdout
            """, deadline: .seconds(60)
        ) { text += $0 }
        return (rows, text)
    }

    // MARK: Ties that come back

    /// What `ties` wrote, line by line, against what is here; with `putBack`, what is missing is put back for the accounts
    /// that still exist. Nothing is ever taken away.
    private static let missingTies = PostgresStatement(
        """
        with filed as (
            select a.id as account_id, t.role, t.person_id, t.source, t.valid_from, t.valid_to
            from unnest($2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[])
                as t (login, role, person_id, source, valid_from, valid_to) join account a on a.login = t.login
            where a.state <> 'closed'
        ), missing as (
            select f.* from filed f where not exists (select from profile p where p.account_id = f.account_id
                and p.establishment_id = $1 and p.role = f.role and p.person_id = f.person_id)
        ), added as (
            insert into profile (account_id, establishment_id, role, person_id, source, valid_from, valid_to)
            select account_id, $1, role, person_id, source, valid_from::date, nullif(valid_to, '')::date from missing where $8
            on conflict do nothing returning 1
        )
        select (select count(*) from missing), (select count(*) from added)
        """)

    func reconcile(
        _ ties: [BackupTie], of id: EstablishmentID, putBack: Bool
    ) async throws -> (missing: Int, restored: Int) {
        guard !ties.isEmpty else { return (0, 0) }
        let rows = try await directory.run(
            PostgresBatch(
                BackupDirectoryStore.missingTies, id, ties.map(\.login), ties.map(\.role), ties.map(\.person),
                ties.map(\.source), ties.map(\.from), ties.map(\.until), putBack), lane: .background)
        guard let row = rows[0].first else { return (0, 0) }
        return (try row.int(0), try row.int(1))
    }

    // MARK: People

    private static let persons = PostgresStatement(
        """
        select distinct p.person_id from profile p join account a on a.id = p.account_id
        where p.establishment_id = $1 and a.login = $2
        """)

    /// Whom an account is, or was, in an establishment.
    func persons(_ login: Login, in id: EstablishmentID) async throws -> [UUID] {
        try await directory.query(BackupDirectoryStore.persons, id, login.rawValue).map { try $0.uuid(0) }
    }

    // MARK: Moves

    private static let isMoving = PostgresStatement(
        "select exists (select from move where establishment_id = $1 and state not in ('done', 'aborted'))")

    func isMoving(_ id: EstablishmentID) async throws -> Bool {
        try await directory.query(BackupDirectoryStore.isMoving, id).first?.bool(0) ?? false
    }

    // MARK: Sandboxes

    // Until it is open it has a number of a job that does not exist: nobody else opens what is only half there.

    private static let sandbox = PostgresStatement(
        "select id, settings ? 'sandbox_of', state from establishment where uai = $1")
    private static let makeSandbox = PostgresStatement(
        """
        insert into establishment (uai, territory_id, name, kind, levels, department, city, time_zone, zone, is_invented, shard_id,
            settings, modules_off, provisioning_job)
        select $1, territory_id, $2, kind, levels, department, city, time_zone, zone, is_invented, $3,
            jsonb_build_object('sandbox_of', $4::text, 'sandbox_moment', $5::text), modules_off,
            gen_random_uuid()
        from establishment where id = $6 returning id
        """)
    /// For an establishment that this platform does not have.
    private static let makeForeignSandbox = PostgresStatement(
        """
        insert into establishment (uai, territory_id, name, kind, levels, department, city, time_zone, zone, is_invented, shard_id,
            settings, provisioning_job)
        select $1, t.id, $2, d ->> 'kind', array(select jsonb_array_elements_text(d -> 'levels')), d ->> 'department', d ->> 'city',
            d ->> 'time_zone', d ->> 'zone', (d ->> 'is_invented')::boolean, $3,
            jsonb_build_object('sandbox_of', $4::text, 'sandbox_moment', $5::text), gen_random_uuid()
        from (select $6::text::jsonb as d) f join territory t on t.id = d ->> 'territory_id' returning id
        """)
    private static let openSandbox = PostgresStatement(
        """
        update establishment set state = 'active', provisioning_job = null, updated_at = now()
        where id = $1 and state = 'provisioning' and settings ? 'sandbox_of'
        """)
    private static let shutSandbox = PostgresStatement(
        """
        update establishment set state = 'provisioning', provisioning_job = gen_random_uuid(), updated_at = now()
        where id = $1 and settings ? 'sandbox_of'
        """)
    private static let forgetMandates = PostgresStatement(
        """
        delete from administrator m using establishment e
        where m.establishment_id = $1 and e.id = $1 and e.settings ? 'sandbox_of'
        """)
    private static let forgetSandbox = PostgresStatement(
        "delete from establishment where id = $1 and settings ? 'sandbox_of'")

    private static let closeSandbox = PostgresStatement(
        "update establishment set state = 'closed', updated_at = now() where id = $1 and settings ? 'sandbox_of'")

    struct Sandbox: Sendable {
        let id: EstablishmentID
        let isSandbox: Bool
        let state: String
    }

    /// The establishment with this code, closed ones included.
    func sandbox(_ uai: UAI) async throws -> Sandbox? {
        guard let row = try await directory.query(BackupDirectoryStore.sandbox, uai.rawValue).first else { return nil }
        return Sandbox(
            id: EstablishmentID(rawValue: try row.int32(0)), isSandbox: try row.bool(1), state: try row.text(2))
    }

    /// A new row, not open yet. - Returns: nil when its territory is not one of this platform.
    func makeSandbox(
        _ uai: UAI, name: String, on shard: ShardID, of header: BackupHeader, original: EstablishmentID?
    ) async throws -> EstablishmentID? {
        let moment = Timestamp.iso8601(microseconds: header.madeAt)
        let rows =
            if let original {
                try await directory.query(
                    BackupDirectoryStore.makeSandbox, uai.rawValue, name, shard.rawValue, header.uai.rawValue, moment,
                    original)
            } else {
                try await directory.query(
                    BackupDirectoryStore.makeForeignSandbox, uai.rawValue, name, shard.rawValue, header.uai.rawValue,
                    moment, header.establishment.serialized)
            }
        return try rows.first.map { EstablishmentID(rawValue: try $0.int32(0)) }
    }

    func openSandbox(_ id: EstablishmentID) async throws {
        _ = try await directory.query(BackupDirectoryStore.openSandbox, id)
    }

    func shutSandbox(_ id: EstablishmentID) async throws {
        _ = try await directory.query(BackupDirectoryStore.shutSandbox, id)
    }

    /// One that something else of the directory refers to, such as a move, stays as a closed one.
    func forgetSandbox(_ id: EstablishmentID) async throws {
        var batch = PostgresBatch(BackupDirectoryStore.forgetMandates, id)
        batch.add(BackupDirectoryStore.forgetSandbox, id)
        do {
            _ = try await directory.run(batch)
        } catch {
            guard error.violatedConstraint != nil else { throw error }
            _ = try await directory.query(BackupDirectoryStore.closeSandbox, id)
        }
    }
}
