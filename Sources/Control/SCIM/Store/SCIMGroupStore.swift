internal import Postgres
internal import Runtime
internal import Tenancy

/// Classes and groups of an establishment's current year, on its shard.
enum SCIMGroupStore {
    /// No school has more.
    private static let most = 5000

    private static let columns =
        """
        g.id, g.name, g.kind, g.level from teaching_group g join school_year y
        on y.establishment_id = $1 and y.year = g.school_year and y.state = 'current' where g.establishment_id = $1
        """
    private static let all = PostgresStatement(
        unsafeSQL: "select \(columns) order by g.kind, g.name, g.id limit \(most)")
    private static let several = PostgresStatement(unsafeSQL: "select \(columns) and g.id = any ($2)")
    private static let one = PostgresStatement(unsafeSQL: "select \(columns) and g.id = $2")
    private static let lock = PostgresStatement(
        "select name, kind, level from teaching_group where establishment_id = $1 and id = $2 for update")
    private static let members = PostgresStatement(
        """
        select distinct group_id, person_id from membership
        where establishment_id = $1 and group_id = any ($2) and (ends_on is null or ends_on >= current_date)
        order by group_id, person_id
        """)
    private static let schoolYear = PostgresStatement(
        """
        insert into school_year (establishment_id, year, starts_on, ends_on) select $1, $2, $3, $4
        where not exists (select from school_year where establishment_id = $1 and state = 'current')
        on conflict do nothing
        """)
    private static let create = PostgresStatement(
        """
        insert into teaching_group (establishment_id, id, school_year, kind, name, level)
        select $1, $2, y.year, $3, $4, $5 from school_year y where y.establishment_id = $1 and y.state = 'current'
        on conflict do nothing returning id
        """)
    private static let change = PostgresStatement(
        "update teaching_group set name = $3, kind = $4, level = $5 where establishment_id = $1 and id = $2")
    private static let join = PostgresStatement(
        """
        insert into membership (establishment_id, school_year, group_id, person_id, role, starts_on, source)
        select $1, g.school_year, g.id, n.person_id, n.role, $5::date, 'scim'
        from teaching_group g, unnest($3::uuid[], $4::text[]) as n (person_id, role)
        where g.establishment_id = $1 and g.id = $2
        on conflict (establishment_id, group_id, person_id, starts_on) do update set ends_on = null, role = excluded.role
        """)
    /// Who came today was never there.
    private static let leaveAtOnce = PostgresStatement(
        """
        delete from membership where establishment_id = $1 and group_id = $2 and person_id = any ($3) and starts_on >= $4::date
        """)
    private static let leave = PostgresStatement(
        """
        update membership set ends_on = $4::date - 1
        where establishment_id = $1 and group_id = $2 and person_id = any ($3) and starts_on < $4::date
            and (ends_on is null or ends_on >= $4::date)
        """)
    /// Whether anything but members hangs on it.
    private static let isUsed = PostgresStatement(
        """
        select exists (select from lesson_group where establishment_id = $1 and group_id = $2)
            or exists (select from lesson_change_group where establishment_id = $1 and group_id = $2)
            or exists (select from lesson_record where establishment_id = $1 and group_id = $2)
            or exists (select from assignment where establishment_id = $1 and group_id = $2)
            or exists (select from teaching_assignment where establishment_id = $1 and group_id = $2)
        """)
    private static let remove = PostgresStatement("delete from teaching_group where establishment_id = $1 and id = $2")
    private static let raiseVersion = PostgresStatement(
        "update timetable set version = version + 1 where establishment_id = $1")

    struct Row: Sendable, Equatable {
        let id: UUID
        var name: String
        var kind: String
        var level: String
    }

    static func groups(_ context: TenantContext, _ tenancy: Tenancy) async throws(TenancyError) -> [Row] {
        try rows(try await tenancy.read(TenantBatch(context, all))[0])
    }

    static func groups(
        _ ids: [UUID], _ context: TenantContext, _ tenancy: Tenancy
    ) async throws(TenancyError) -> [Row] {
        try rows(try await tenancy.read(TenantBatch(context, several, ids))[0])
    }

    static func group(_ id: UUID, _ context: TenantContext, _ tenancy: Tenancy) async throws(TenancyError) -> Row? {
        try rows(try await tenancy.read(TenantBatch(context, one, id))[0]).first
    }

    private static func rows(_ rows: PostgresRows) throws(TenancyError) -> [Row] {
        do throws(PostgresError) {
            return try rows.map { row throws(PostgresError) in
                Row(id: try row.uuid(0), name: try row.text(1), kind: try row.text(2), level: try row.text(3))
            }
        } catch { throw .database(error) }
    }

    /// The people of each group.
    static func members(
        of groups: [UUID], _ context: TenantContext, _ tenancy: Tenancy
    ) async throws(TenancyError) -> [UUID: [UUID]] {
        let rows = try await tenancy.read(TenantBatch(context, members, groups))[0]
        var found: [UUID: [UUID]] = [:]
        do throws(PostgresError) {
            for row in rows { found[try row.uuid(0), default: []].append(try row.uuid(1)) }
        } catch { throw .database(error) }
        return found
    }

    /// Somebody who joins: their person, and the part that goes with their role.
    struct Joining: Sendable, Hashable {
        let person: UUID
        let role: String

        var part: String { role == "pupil" ? "pupil" : "teacher" }
    }

    /// Makes a group with its members. - Returns: false when there is one of that number or name already.
    static func create(
        _ row: Row, _ joining: [Joining], calendar: SchoolCalendar, today: CivilDate, _ context: TenantContext,
        _ tenancy: Tenancy
    ) async throws -> Bool {
        try await tenancy.transaction(context) { transaction in
            var batch = TenantBatch(
                context, schoolYear, calendar.schoolYear.rawValue, calendar.days.lowerBound, calendar.days.upperBound)
            batch.add(create, row.id, row.kind, row.name, row.level)
            guard try await !transaction.run(batch)[1].isEmpty else { return false }
            _ = try await transaction.run(joins(row.id, joining, today, context))
            return true
        }
    }

    /// Changes a group unless it is not what `old` and `people` say any more. - Returns: false when it is not.
    static func change(
        _ old: Row, _ people: [UUID], to new: Row, joining: [Joining], leaving: [UUID], today: CivilDate,
        _ context: TenantContext, _ tenancy: Tenancy
    ) async throws -> Bool {
        try await tenancy.transaction(context) { transaction in
            guard try await isUnchanged(old, people, transaction) else { return false }
            var batch = TenantBatch(context, change, old.id, new.name, new.kind, new.level)
            batch.add(leaveAtOnce, old.id, leaving, today)
            batch.add(leave, old.id, leaving, today)
            _ = try await transaction.run(batch)
            _ = try await transaction.run(joins(old.id, joining, today, context))
            return true
        }
    }

    enum Removal: Sendable {
        case done
        case changed
        case inUse
    }

    static func remove(
        _ old: Row, _ people: [UUID], _ context: TenantContext, _ tenancy: Tenancy
    ) async throws -> Removal {
        try await tenancy.transaction(context) { transaction in
            guard try await isUnchanged(old, people, transaction) else { return .changed }
            guard try await !transaction.query(isUsed, old.id)[0].bool(0) else { return .inUse }
            var batch = TenantBatch(context, remove, old.id)
            batch.add(raiseVersion)
            _ = try await transaction.run(batch)
            return .done
        }
    }

    private static func isUnchanged(
        _ old: Row, _ people: [UUID], _ transaction: TenantTransaction
    ) async throws -> Bool {
        guard let row = try await transaction.query(lock, old.id).first else { return false }
        let there = Row(id: old.id, name: try row.text(0), kind: try row.text(1), level: try row.text(2))
        let members = try await transaction.query(members, [old.id]).map { try $0.uuid(1) }
        return there == old && Set(members) == Set(people)
    }

    private static func joins(
        _ group: UUID, _ joining: [Joining], _ today: CivilDate, _ context: TenantContext
    ) -> TenantBatch {
        var batch = TenantBatch(context, join, group, joining.map(\.person), joining.map(\.part), today)
        batch.add(raiseVersion)
        return batch
    }
}
