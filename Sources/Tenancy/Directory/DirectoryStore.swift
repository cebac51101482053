internal import Postgres
internal import Runtime

/// Reads the directory's tables into the values that nodes keep a copy of.
enum DirectoryStore {
    static let versions = PostgresStatement("select topic, version from directory_version")

    private static let establishments = PostgresStatement(
        """
        select id, uai, territory_id, name, kind, levels, department, city, time_zone, zone, shard_id, epoch, state, is_invented,
            modules_off
        from establishment where state <> 'closed'
        """)

    static let closedPlacement = PostgresStatement(
        "select shard_id, epoch from establishment where id = $1 and state = 'closed' and shard_id is not null")

    private static let formerCodes = PostgresStatement("select uai, establishment_id from establishment_former_uai")

    private static let ownHosts = PostgresStatement(
        """
        select h.host, h.establishment_id from establishment_host h join establishment e on e.id = h.establishment_id
        where e.state <> 'closed'
        """)

    private static let ownThemes = PostgresStatement(
        "select id, theme from establishment where theme is not null and state <> 'closed'")

    private static let territories = PostgresStatement(
        """
        select id, kind, parent_id, code, name, title, region, time_zone, theme,
            array(select host from territory_host h where h.territory_id = t.id order by is_primary desc, host),
            nullif(accessibility_contact, '')
        from territory t
        """)

    private static let departments = PostgresStatement(
        "select territory_id, code, name, academy, zone from territory_department order by code")

    private static let calendars = PostgresStatement(
        "select territory_id, school_year, zone, starts_on, ends_on from school_calendar order by school_year, zone")

    private static let holidays = PostgresStatement(
        "select territory_id, school_year, zone, name, kind, starts_on, ends_on from school_holiday")

    private static let terms = PostgresStatement(
        "select territory_id, school_year, zone, number, name, starts_on, ends_on from school_term")

    /// At most 40 a territory: what is in force now or will be.
    private static let news = PostgresStatement(
        """
        select territory_id, id, language, title, body, published_from, published_until
        from (select *, row_number() over (partition by territory_id order by published_from desc, id desc) as place
              from territory_news where published_until is null or published_until > now()) n
        where place <= 40 order by published_from desc, id desc
        """)

    /// The version comes first: what is read after it is at least as new, so that at worst the map is read once more.
    static let mapBatch = repeatable(
        versions, ShardStore.all, establishments, formerCodes, ownHosts, ownThemes)

    static let territoriesBatch = repeatable(versions, territories, departments, calendars, holidays, terms, news)

    static let versionsBatch = repeatable(versions)

    private static func repeatable(_ statements: PostgresStatement...) -> PostgresBatch {
        var batch = PostgresBatch()
        for statement in statements { batch.add(statement) }
        batch.isRepeatable = true
        return batch
    }

    static func version(of topic: String, in rows: PostgresRows) throws(PostgresError) -> Int64 {
        for row in rows where try row.text(0) == topic { return try row.int64(1) }
        return 0
    }

    // MARK: The map

    /// - Parameter log: told of rows that cannot be read; one of them does not take the others away.
    static func map(from results: [PostgresRows], log: Log) throws(PostgresError) -> ShardMap {
        var shards: [Shard] = []
        for row in results[1] {
            guard let shard = try ShardStore.shard(row) else {
                log.error("unreadable row of the directory", ("table", "shard"), ("id", .integer(try row.int(0))))
                continue
            }
            shards.append(shard)
        }
        var establishments: [Establishment] = []
        establishments.reserveCapacity(results[2].count)
        for row in results[2] {
            guard let establishment = try establishment(row) else {
                log.error(
                    "unreadable row of the directory", ("table", "establishment"), ("id", .integer(try row.int(0))))
                continue
            }
            establishments.append(establishment)
        }
        var former: [UAI: EstablishmentID] = [:]
        for row in results[3] {
            if let uai = UAI(rawValue: try row.text(0)) { former[uai] = try row.value(1) }
        }
        var hosts: [String: EstablishmentID] = [:]
        for row in results[4] { hosts[try row.text(0)] = try row.value(1) }
        var themes: [EstablishmentID: JSONText] = [:]
        for row in results[5] { themes[try row.value(0)] = try row.json(1) }
        return ShardMap(
            version: try version(of: "map", in: results[0]), establishments: establishments, shards: shards,
            former: former, hosts: hosts, themes: themes)
    }

    private static func establishment(_ row: PostgresRow) throws(PostgresError) -> Establishment? {
        guard let uai = UAI(rawValue: try row.text(1)), let territory = TerritoryID(rawValue: try row.text(2)),
            let kind = Establishment.Kind(rawValue: try row.text(4)),
            let timeZone = try? SchoolTimeZone.named(try row.text(8)),
            let state = Establishment.State(rawValue: try row.text(12))
        else { return nil }
        let shard = try row.optional(10, as: ShardID.self)
        let epoch = try row.int64(11)
        return Establishment(
            id: try row.value(0), uai: uai, territory: territory, name: try row.text(3), kind: kind,
            levels: try row.array(5), department: try row.text(6), city: try row.text(7), timeZone: timeZone,
            zone: try row.text(9), placement: shard.map { .init(shard: $0, epoch: epoch) }, state: state,
            isInvented: try row.bool(13), modulesOff: Set(try row.array(14, of: String.self)))
    }

    // MARK: Territories

    /// - Parameter log: told of rows that cannot be read; one of them does not take the others away.
    static func territories(from results: [PostgresRows], log: Log) throws(PostgresError) -> Territories {
        var departments: [String: [Territory.Department]] = [:]
        for row in results[2] {
            departments[try row.text(0), default: []].append(
                .init(code: try row.text(1), name: try row.text(2), academy: try row.text(3), zone: try row.text(4)))
        }
        let calendars = try calendars(from: results)
        var news: [String: [Territory.News]] = [:]
        for row in results[6] {
            news[try row.text(0), default: []].append(
                .init(
                    id: try row.uuid(1), language: try row.text(2), title: try row.text(3), body: try row.text(4),
                    publishedFrom: try row.timestamp(5).microseconds,
                    publishedUntil: try row.optionalTimestamp(6)?.microseconds))
        }
        var territories: [Territory] = []
        for row in results[1] {
            let name = try row.text(0)
            guard let id = TerritoryID(rawValue: name), let kind = Territory.Kind(rawValue: try row.text(1)),
                let timeZone = try? SchoolTimeZone.named(try row.text(7))
            else {
                log.error("unreadable row of the directory", ("table", "territory"), ("id", .text(name)))
                continue
            }
            let title = try row.text(5)
            territories.append(
                Territory(
                    id: id, kind: kind, parent: try row.optional(2), code: try row.text(3), name: try row.text(4),
                    title: title.isEmpty ? try row.text(4) : title, region: try row.text(6),
                    departments: departments[name] ?? [], timeZone: timeZone, hosts: try row.array(9),
                    theme: try row.json(8), calendars: calendars[name] ?? [], news: news[name] ?? [],
                    accessibilityContact: try row.optionalText(10)))
        }
        return Territories(version: try version(of: "territories", in: results[0]), all: territories)
    }

    private struct CalendarKey: Hashable {
        let territory: String
        let schoolYear: Int16
        let zone: String

        init(_ row: PostgresRow) throws(PostgresError) {
            territory = try row.text(0)
            schoolYear = try row.int16(1)
            zone = try row.text(2)
        }
    }

    private static func calendars(from results: [PostgresRows]) throws(PostgresError) -> [String: [SchoolCalendar]] {
        var holidays: [CalendarKey: [SchoolCalendar.Holiday]] = [:]
        for row in results[4] {
            guard let kind = SchoolCalendar.HolidayKind(rawValue: try row.text(4)) else { continue }
            holidays[try CalendarKey(row), default: []].append(
                .init(name: try row.text(3), kind: kind, days: try row.date(5)...(try row.date(6))))
        }
        var terms: [CalendarKey: [SchoolCalendar.Term]] = [:]
        for row in results[5] {
            terms[try CalendarKey(row), default: []].append(
                .init(number: try row.int(3), name: try row.text(4), days: try row.date(5)...(try row.date(6))))
        }
        var calendars: [String: [SchoolCalendar]] = [:]
        for row in results[3] {
            let key = try CalendarKey(row)
            calendars[key.territory, default: []].append(
                SchoolCalendar(
                    schoolYear: SchoolYear(rawValue: key.schoolYear), zone: key.zone,
                    days: try row.date(3)...(try row.date(4)), holidays: holidays[key] ?? [], terms: terms[key] ?? []))
        }
        return calendars
    }
}
