internal import Postgres
internal import Tenancy

/// Establishments in the directory, as the control plane changes them. Every change moves the map's version in its own
/// transaction, which every node is notified of.
enum EstablishmentStore {
    /// A row, closed ones included, which the map leaves out.
    struct Row: Sendable {
        let id: EstablishmentID
        let uai: UAI
        let territory: TerritoryID
        let name: String
        let city: String
        let zone: String
        let state: Establishment.State
        let modulesOff: [String]
        let hasShard: Bool
    }

    private static let byUAI = PostgresStatement(
        """
        select id, uai, territory_id, name, city, zone, state, modules_off, shard_id is not null from establishment
        where uai = $1
        union all
        select e.id, e.uai, e.territory_id, e.name, e.city, e.zone, e.state, e.modules_off, e.shard_id is not null
        from establishment_former_uai f join establishment e on e.id = f.establishment_id where f.uai = $1
        limit 1
        """)

    /// By its code, or one that it had before.
    static func find(_ uai: UAI, in directory: PostgresPool) async throws(PostgresError) -> Row? {
        guard let row = try await directory.run(PostgresBatch(byUAI, uai.rawValue))[0].first,
            let state = Establishment.State(rawValue: try row.text(6))
        else { return nil }
        return Row(
            id: try row.value(0), uai: try row.value(1), territory: try row.value(2), name: try row.text(3),
            city: try row.text(4), zone: try row.text(5), state: state, modulesOff: try row.array(7),
            hasShard: try row.bool(8))
    }

    /// The row comes back only when it was in one of the states that this may start from. One that was closed into another
    /// stays closed; reopened while a job closes it into another, it is left alone by that job.
    static let setState = PostgresStatement(
        """
        update establishment set state = $2, merging_into = null, updated_at = now() where id = $1 and state = any ($3)
            and ($2 <> 'active' or shard_id is not null) and merged_into is null returning id
        """)

    /// Null leaves as it is.
    static let change = PostgresStatement(
        """
        update establishment set name = coalesce($2, name), city = coalesce($3, city), zone = coalesce($4, zone),
            modules_off = coalesce($5, modules_off), updated_at = now() where id = $1
        """)

    /// Null: its territory's.
    static let setTheme = PostgresStatement(
        "update establishment set theme = $2::text::jsonb, updated_at = now() where id = $1")
    static let keepHosts = PostgresStatement(
        "delete from establishment_host where establishment_id = $1 and not host = any ($2::text[])")
    /// A closed establishment keeps its own until somebody else wants them.
    static let freeClosedHosts = PostgresStatement(
        """
        delete from establishment_host h using establishment e
        where e.id = h.establishment_id and e.state = 'closed' and h.host = any ($1::text[])
        """)
    /// One that is another's refuses the whole (23505).
    static let addHosts = PostgresStatement(
        """
        insert into establishment_host (host, establishment_id)
        select distinct r.host, $1::integer from unnest($2::text[]) as r (host)
        where not exists (select from establishment_host o where o.host = r.host and o.establishment_id = $1)
        """)

    static let setUAI = PostgresStatement("update establishment set uai = $2, updated_at = now() where id = $1")
    static let keepFormerUAI = PostgresStatement(
        """
        insert into establishment_former_uai (uai, establishment_id) values ($1, $2)
        on conflict (uai) do update set until = now()
        """)
    /// One that goes back to an earlier code of its own.
    static let forgetFormerUAI = PostgresStatement(
        "delete from establishment_former_uai where uai = $1 and establishment_id = $2")

    // MARK: Provisioning

    /// What is new, placed; what is there already stays as it is.
    static let insert = PostgresStatement(
        """
        insert into establishment (uai, territory_id, name, kind, levels, department, city, time_zone, zone, is_invented, shard_id,
            provisioning_job)
        select uai, $1, name, kind, string_to_array(levels, ','), department, city, time_zone, zone, is_invented, shard, $2
        from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::boolean[], $12::smallint[])
            as r (uai, name, kind, levels, department, city, time_zone, zone, is_invented, shard)
        on conflict (uai) do nothing
        """)

    /// Which of these codes this job provisions, and which are somebody else's.
    static let mine = PostgresStatement(
        """
        select id, uai, provisioning_job is not distinct from $2 and state = 'provisioning' from establishment
        where uai = any ($1)
        """)

    static let loads = PostgresStatement(
        """
        select s.id, s.weight, count(e.id) from shard s left join establishment e on e.shard_id = s.id and e.state <> 'closed'
        where s.state = 'active' and s.weight > 0 group by s.id order by s.id
        """)

    static let open = PostgresStatement(
        """
        update establishment set state = 'active', provisioning_job = null, updated_at = now()
        where id = any ($1) and state = 'provisioning' and provisioning_job = $2 returning id
        """)

    /// Of what a school has from its first day: the year, the hours, the weeks, usual subjects.
    enum Reference {
        static let schoolYear = PostgresStatement(
            """
            insert into school_year (establishment_id, year, starts_on, ends_on) values ($1, $2, $3, $4)
            on conflict do nothing
            """)
        static let timetable = PostgresStatement(
            "insert into timetable (establishment_id, school_year) values ($1, $2) on conflict do nothing")
        static let periods = PostgresStatement(
            """
            insert into timetable_period (establishment_id, school_year, position, label, starts, ends)
            select $1, $2, * from unnest($3::smallint[], $4::text[], $5::smallint[], $6::smallint[])
            on conflict do nothing
            """)
        static let weeks = PostgresStatement(
            """
            insert into timetable_week (establishment_id, school_year, monday, kind)
            select $1, $2, * from unnest($3::date[], $4::text[]) on conflict do nothing
            """)
        static let closedDays = PostgresStatement(
            """
            insert into timetable_closed_day (establishment_id, school_year, day, label)
            select $1, $2, * from unnest($3::date[], $4::text[]) on conflict do nothing
            """)
        static let subjects = PostgresStatement(
            """
            insert into subject (establishment_id, id, code, name, short_name)
            select $1, s.id, s.code, s.name, s.code from unnest($2::uuid[], $3::text[], $4::text[]) as s (id, code, name)
            on conflict do nothing
            """)
        /// The self-test: what a node would read on the first day.
        static let check = PostgresStatement(
            """
            select (select count(*) from school_year where establishment_id = $1 and state = 'current'),
                (select count(*) from timetable_week where establishment_id = $1 and school_year = $2),
                (select count(*) from subject where establishment_id = $1)
            """)
    }
}
