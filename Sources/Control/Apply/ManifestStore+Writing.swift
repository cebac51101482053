internal import Postgres
internal import Runtime
internal import Web

extension ManifestStore {
    /// Every change of a plan, in an order in which no constraint is in the way: one trip, one transaction.
    static func writing(_ plan: Plan, by actor: AuditActor, requestID: String) -> PostgresBatch {
        var batch = PostgresBatch()
        freeHosts(plan, in: &batch)
        addTerritories(plan, to: &batch)
        addCalendars(plan, to: &batch)
        addNews(plan, to: &batch)
        addRules(plan, to: &batch)
        addEstablishments(plan, to: &batch)
        addTraces(plan, actor, requestID, to: &batch)
        return batch
    }

    // MARK: Territories

    private static let upsertTerritories = PostgresStatement(
        """
        insert into territory (id, kind, code, name, title, region, parent_id, time_zone, theme, defaults,
            accessibility_contact)
        select id, kind, code, name, title, region, parent, time_zone, theme::jsonb, defaults::jsonb, contact
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::text[])
            as r (id, kind, code, name, title, region, parent, time_zone, theme, defaults, contact)
        on conflict (id) do update set kind = excluded.kind, code = excluded.code, name = excluded.name,
            title = excluded.title, region = excluded.region, parent_id = excluded.parent_id,
            time_zone = excluded.time_zone, theme = excluded.theme, defaults = excluded.defaults,
            accessibility_contact = excluded.accessibility_contact, updated_at = now()
        """)

    private static let deleteHosts = PostgresStatement("delete from territory_host where host = any ($1)")

    private static let insertHosts = PostgresStatement(
        """
        insert into territory_host (host, territory_id, is_primary)
        select * from unnest($1::text[], $2::text[], $3::boolean[])
        """)

    private static let deleteDepartments = PostgresStatement(
        """
        delete from territory_department where (territory_id, code) in
            (select * from unnest($1::text[], $2::text[]))
        """)

    private static let insertDepartments = PostgresStatement(
        """
        insert into territory_department (territory_id, code, name, academy, zone)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        """)

    private static func addTerritories(_ plan: Plan, to batch: inout PostgresBatch) {
        let territories = plan.territories.upserted
        if !territories.isEmpty {
            batch.add(
                upsertTerritories, territories.map(\.id), territories.map(\.kind), territories.map(\.code),
                territories.map(\.name), territories.map(\.title), territories.map(\.region),
                territories.map(\.parent), territories.map(\.timeZone), territories.map(\.theme.serialized),
                territories.map(\.defaults.serialized), territories.map(\.accessibilityContact))
        }
        // Whatever changes hands or place is taken away first: a host name is unique, and so is a first one.
        if !plan.hosts.outdated.isEmpty { batch.add(deleteHosts, plan.hosts.outdated.map(\.host)) }
        let hosts = plan.hosts.upserted
        if !hosts.isEmpty {
            batch.add(insertHosts, hosts.map(\.host), hosts.map(\.territory), hosts.map(\.isPrimary))
        }
        let gone = plan.departments.outdated
        if !gone.isEmpty { batch.add(deleteDepartments, gone.map(\.territory), gone.map(\.code)) }
        let departments = plan.departments.upserted
        if !departments.isEmpty {
            batch.add(
                insertDepartments, departments.map(\.territory), departments.map(\.code), departments.map(\.name),
                departments.map(\.academy), departments.map(\.zone))
        }
    }

    // MARK: Calendars

    private static let upsertCalendars = PostgresStatement(
        """
        insert into school_calendar (territory_id, school_year, zone, starts_on, ends_on)
        select * from unnest($1::text[], $2::smallint[], $3::text[], $4::date[], $5::date[])
        on conflict (territory_id, school_year, zone) do update set starts_on = excluded.starts_on,
            ends_on = excluded.ends_on
        """)

    private static let deleteCalendars = PostgresStatement(
        """
        delete from school_calendar where (territory_id, school_year, zone) in
            (select * from unnest($1::text[], $2::smallint[], $3::text[]))
        """)

    private static let deleteHolidays = PostgresStatement(
        """
        delete from school_holiday where (territory_id, school_year, zone, starts_on) in
            (select * from unnest($1::text[], $2::smallint[], $3::text[], $4::date[]))
        """)

    private static let insertHolidays = PostgresStatement(
        """
        insert into school_holiday (territory_id, school_year, zone, kind, name, starts_on, ends_on)
        select * from unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::date[], $7::date[])
        """)

    private static let deleteTerms = PostgresStatement(
        """
        delete from school_term where (territory_id, school_year, zone, number) in
            (select * from unnest($1::text[], $2::smallint[], $3::text[], $4::smallint[]))
        """)

    private static let insertTerms = PostgresStatement(
        """
        insert into school_term (territory_id, school_year, zone, number, name, starts_on, ends_on)
        select * from unnest($1::text[], $2::smallint[], $3::text[], $4::smallint[], $5::text[], $6::date[], $7::date[])
        """)

    private static func addCalendars(_ plan: Plan, to batch: inout PostgresBatch) {
        let calendars = plan.calendars.upserted
        if !calendars.isEmpty {
            batch.add(
                upsertCalendars, calendars.map(\.territory), calendars.map(\.year), calendars.map(\.zone),
                calendars.map(\.startsOn), calendars.map(\.endsOn))
        }
        let oldHolidays = plan.holidays.outdated
        if !oldHolidays.isEmpty {
            batch.add(
                deleteHolidays, oldHolidays.map(\.territory), oldHolidays.map(\.year), oldHolidays.map(\.zone),
                oldHolidays.map(\.startsOn))
        }
        let holidays = plan.holidays.upserted
        if !holidays.isEmpty {
            batch.add(
                insertHolidays, holidays.map(\.territory), holidays.map(\.year), holidays.map(\.zone),
                holidays.map(\.kind), holidays.map(\.name), holidays.map(\.startsOn), holidays.map(\.endsOn))
        }
        let oldTerms = plan.terms.outdated
        if !oldTerms.isEmpty {
            batch.add(
                deleteTerms, oldTerms.map(\.territory), oldTerms.map(\.year), oldTerms.map(\.zone),
                oldTerms.map(\.number))
        }
        let terms = plan.terms.upserted
        if !terms.isEmpty {
            batch.add(
                insertTerms, terms.map(\.territory), terms.map(\.year), terms.map(\.zone), terms.map(\.number),
                terms.map(\.name), terms.map(\.startsOn), terms.map(\.endsOn))
        }
        let gone = plan.calendars.removed
        if !gone.isEmpty {
            batch.add(deleteCalendars, gone.map(\.territory), gone.map(\.year), gone.map(\.zone))
        }
    }

    // MARK: News

    private static let deleteNews = PostgresStatement(
        """
        delete from territory_news where source = 'manifest' and (territory_id, language, title) in
            (select * from unnest($1::text[], $2::text[], $3::text[]))
        """)

    private static let insertNews = PostgresStatement(
        """
        insert into territory_news (id, territory_id, language, title, body, published_from, published_until, source)
        select id, territory, language, title, body, published_from, published_until, 'manifest'
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
            as r (id, territory, language, title, body, published_from, published_until)
        """)

    private static func addNews(_ plan: Plan, to batch: inout PostgresBatch) {
        let gone = plan.news.outdated
        if !gone.isEmpty {
            batch.add(deleteNews, gone.map(\.territory), gone.map(\.language), gone.map(\.title))
        }
        let news = plan.news.upserted
        guard !news.isEmpty else { return }
        batch.add(
            insertNews, news.map { _ in UUID.v7() }, news.map(\.territory), news.map(\.language), news.map(\.title),
            news.map(\.body), news.map { PostgresTimestamp(microseconds: $0.from) },
            news.map { $0.until.map(PostgresTimestamp.init(microseconds:)) })
    }

    // MARK: Rules and quotas

    private static let deleteRules = PostgresStatement(
        """
        delete from rule where source = 'manifest' and (scope_kind, scope, kind, name) in
            (select * from unnest($1::text[], $2::text[], $3::text[], $4::text[]))
        """)

    private static let insertRules = PostgresStatement(
        """
        insert into rule (territory_id, scope_kind, scope, kind, name, document, source)
        select territory, scope_kind, scope, kind, name, document::jsonb, 'manifest'
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
            as r (territory, scope_kind, scope, kind, name, document)
        """)

    private static let deleteQuotas = PostgresStatement(
        """
        delete from quota where source = 'manifest' and (scope_kind, scope, valid_from) in
            (select scope_kind, scope, coalesce(valid_from, '-infinity')
             from unnest($1::text[], $2::text[], $3::date[]) as r (scope_kind, scope, valid_from))
        """)

    private static let insertQuotas = PostgresStatement(
        """
        insert into quota (territory_id, scope_kind, scope, valid_from, rate, ceil, source)
        select territory, scope_kind, scope, coalesce(valid_from, '-infinity'), rate, ceil, 'manifest'
        from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::bigint[], $6::bigint[])
            as r (territory, scope_kind, scope, valid_from, rate, ceil)
        """)

    private static func addRules(_ plan: Plan, to batch: inout PostgresBatch) {
        let oldRules = plan.rules.outdated
        if !oldRules.isEmpty {
            batch.add(
                deleteRules, oldRules.map(\.scopeKind), oldRules.map(\.scope), oldRules.map(\.kind),
                oldRules.map(\.name))
        }
        let rules = plan.rules.upserted
        if !rules.isEmpty {
            batch.add(
                insertRules, rules.map(\.territory), rules.map(\.scopeKind), rules.map(\.scope), rules.map(\.kind),
                rules.map(\.name), rules.map(\.document.serialized))
        }
        let oldQuotas = plan.quotas.outdated
        if !oldQuotas.isEmpty {
            batch.add(deleteQuotas, oldQuotas.map(\.scopeKind), oldQuotas.map(\.scope), oldQuotas.map(\.from))
        }
        let quotas = plan.quotas.upserted
        if !quotas.isEmpty {
            batch.add(
                insertQuotas, quotas.map(\.territory), quotas.map(\.scopeKind), quotas.map(\.scope),
                quotas.map(\.from), quotas.map(\.rate), quotas.map(\.ceil))
        }
    }
}

extension JSON {
    /// For a `::jsonb` cast.
    var serialized: String { String(decoding: bytes, as: UTF8.self) }
}
