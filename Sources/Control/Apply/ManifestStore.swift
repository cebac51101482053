internal import Postgres
internal import Tenancy
internal import Web

/// The directory's tables as manifests see them. This file reads, `ManifestStore+Writing.swift` writes.
enum ManifestStore {
    /// One at a time: two applications would each plan on what the other is about to change. (20557 is the moves'.)
    static let lock = PostgresStatement("select pg_advisory_xact_lock(20558, 1)")

    private static let territories = PostgresStatement(
        "select id, kind, code, name, title, region, parent_id, time_zone, theme, defaults, accessibility_contact from territory order by id"
    )

    private static let hosts = PostgresStatement("select host, territory_id, is_primary from territory_host")

    private static let departments = PostgresStatement(
        "select territory_id, code, name, academy, zone from territory_department")

    private static let calendars = PostgresStatement(
        "select territory_id, school_year, zone, starts_on, ends_on from school_calendar")

    private static let holidays = PostgresStatement(
        "select territory_id, school_year, zone, kind, name, starts_on, ends_on from school_holiday")

    private static let terms = PostgresStatement(
        "select territory_id, school_year, zone, number, name, starts_on, ends_on from school_term")

    private static let news = PostgresStatement(
        """
        select territory_id, language, title, body, published_from, published_until from territory_news
        where source = 'manifest'
        """)

    private static let rules = PostgresStatement(
        "select territory_id, scope_kind, scope, kind, name, document, source = 'console' from rule")

    private static let quotas = PostgresStatement(
        """
        select territory_id, scope_kind, scope, case when isfinite(valid_from) then valid_from end, rate, ceil,
            source = 'console'
        from quota
        """)

    private static let establishments = PostgresStatement(
        """
        select uai, territory_id, name, kind, levels, department, city, time_zone, zone, is_invented, state, shard_id,
            coalesce(theme, 'null'), array(select host from establishment_host h where h.establishment_id = e.id order by host)
        from establishment e order by uai
        """)

    private static let shards = PostgresStatement(
        """
        select s.id, s.state, s.weight, count(e.id) from shard s
        left join establishment e on e.shard_id = s.id and e.state <> 'closed'
        group by s.id order by s.id
        """)

    static let reading = [
        territories, hosts, departments, calendars, holidays, terms, news, rules, quotas, establishments, shards,
    ]

    /// Everything, in one trip whatever the number of establishments.
    static func state(from results: ArraySlice<PostgresRows>) throws(ApplyError) -> DirectoryState {
        do throws(PostgresError) {
            return try decoded(Array(results))
        } catch {
            throw .directory(error)
        }
    }

    private static func decoded(_ results: [PostgresRows]) throws(PostgresError) -> DirectoryState {
        var state = DirectoryState()
        for row in results[0] { state.rows.territories.append(try territory(row)) }
        for row in results[1] {
            state.rows.hosts.append(
                HostRow(host: try row.text(0), territory: try row.text(1), isPrimary: try row.bool(2)))
        }
        for row in results[2] {
            state.rows.departments.append(
                DepartmentRow(
                    territory: try row.text(0), code: try row.text(1), name: try row.text(2), academy: try row.text(3),
                    zone: try row.text(4)))
        }
        try decodeCalendars(results, into: &state.rows)
        for row in results[6] {
            state.rows.news.append(
                NewsRow(
                    territory: try row.text(0), language: try row.text(1), title: try row.text(2),
                    body: try row.text(3),
                    from: try row.timestamp(4).microseconds, until: try row.optionalTimestamp(5)?.microseconds))
        }
        try decodeRules(results, into: &state)
        for row in results[9] {
            let establishment = try establishment(row)
            state.rows.establishments.append(establishment)
            state.placements[establishment.uai] = DirectoryState.Placement(
                state: Establishment.State(rawValue: try row.text(10)) ?? .closed,
                shard: try row.optionalInt16(11).map(ShardID.init(rawValue:)))
        }
        for row in results[10] {
            state.shards.append(
                DirectoryState.ShardLoad(
                    id: ShardID(rawValue: try row.int16(0)), state: Shard.State(rawValue: try row.text(1)) ?? .retired,
                    weight: try row.int(2), load: try row.int(3)))
        }
        return state
    }

    private static func territory(_ row: PostgresRow) throws(PostgresError) -> TerritoryRow {
        TerritoryRow(
            id: try row.text(0), kind: try row.text(1), code: try row.text(2), name: try row.text(3),
            title: try row.text(4), region: try row.text(5), parent: try row.optionalText(6),
            timeZone: try row.text(7), theme: try json(row, 8), defaults: try json(row, 9),
            accessibilityContact: try row.text(10))
    }

    private static func establishment(_ row: PostgresRow) throws(PostgresError) -> EstablishmentRow {
        EstablishmentRow(
            uai: try row.text(0), territory: try row.text(1), name: try row.text(2), kind: try row.text(3),
            levels: try row.array(4), department: try row.text(5), city: try row.text(6), timeZone: try row.text(7),
            zone: try row.text(8), isInvented: try row.bool(9), theme: try json(row, 12), hosts: try row.array(13))
    }

    private static func decodeCalendars(
        _ results: [PostgresRows], into rows: inout DirectoryRows
    ) throws(PostgresError) {
        for row in results[3] {
            rows.calendars.append(
                CalendarRow(
                    territory: try row.text(0), year: try row.int(1), zone: try row.text(2), startsOn: try row.date(3),
                    endsOn: try row.date(4)))
        }
        for row in results[4] {
            rows.holidays.append(
                HolidayRow(
                    territory: try row.text(0), year: try row.int(1), zone: try row.text(2), kind: try row.text(3),
                    name: try row.text(4), startsOn: try row.date(5), endsOn: try row.date(6)))
        }
        for row in results[5] {
            rows.terms.append(
                TermRow(
                    territory: try row.text(0), year: try row.int(1), zone: try row.text(2), number: try row.int(3),
                    name: try row.text(4), startsOn: try row.date(5), endsOn: try row.date(6)))
        }
    }

    private static func decodeRules(
        _ results: [PostgresRows], into state: inout DirectoryState
    ) throws(PostgresError) {
        for row in results[7] {
            let rule = RuleRow(
                territory: try row.optionalText(0) ?? "", scopeKind: try row.text(1), scope: try row.text(2),
                kind: try row.text(3), name: try row.text(4), document: try json(row, 5))
            if try row.bool(6) { state.consoleRules.insert(rule.key) } else { state.rows.rules.append(rule) }
        }
        for row in results[8] {
            let quota = QuotaRow(
                territory: try row.optionalText(0) ?? "", scopeKind: try row.text(1), scope: try row.text(2),
                from: try row.optionalDate(3), rate: try row.int(4), ceil: try row.int(5))
            if try row.bool(6) { state.consoleQuotas.insert(quota.key) } else { state.rows.quotas.append(quota) }
        }
    }

    private static func json(_ row: PostgresRow, _ column: Int) throws(PostgresError) -> JSON {
        var parser = JSONParser(Array(try row.json(column).text.utf8))
        do {
            return try parser.parse().ordered
        } catch {
            throw .decoding(column: column, expected: "JSON")
        }
    }
}
