internal import Postgres
package import Runtime
package import Tenancy

/// The timetable's reading side: its only SQL beside `TimetableEditStore`.
///
/// Every statement's `$1` is the establishment, bound by `TenantBatch`.
package struct TimetableStore: Sendable {
    private let tenancy: Tenancy

    package init(_ tenancy: Tenancy) { self.tenancy = tenancy }

    private static let version = PostgresStatement(
        "select version from timetable where establishment_id = $1 and school_year = $2")
    /// With the version of the timetable beside: one statement less on what everybody asks for in the morning.
    private static let person = PostgresStatement(
        """
        select role, given_name, family_name,
            (select t.version from timetable t where t.establishment_id = $1 and t.school_year = $3)
        from person where establishment_id = $1 and id = $2 and left_on is null
        """)
    private static let memberships = PostgresStatement(
        """
        select group_id from membership
        where establishment_id = $1 and person_id = $2 and school_year = $3 and role = 'pupil'
            and starts_on <= $5 and (ends_on is null or ends_on >= $4)
        """)
    private static let guardianship = PostgresStatement(
        """
        select pupil_id from guardianship
        where establishment_id = $1 and guardian_id = $2 and pupil_id = $3 and sees_data
            and starts_on <= $4 and (ends_on is null or ends_on >= $4)
        """)
    private static let children = PostgresStatement(
        """
        select p.id, p.given_name, p.family_name from guardianship g
        join person p on p.establishment_id = $1 and p.id = g.pupil_id and p.left_on is null
        where g.establishment_id = $1 and g.guardian_id = $2 and g.sees_data
            and g.starts_on <= $3 and (g.ends_on is null or g.ends_on >= $3)
        order by p.given_name, p.family_name, p.id limit 50
        """)
    private static let periods = PostgresStatement(
        """
        select label, starts, ends from timetable_period
        where establishment_id = $1 and school_year = $2 order by position
        """)
    private static let weeks = PostgresStatement(
        "select monday, kind from timetable_week where establishment_id = $1 and school_year = $2")
    private static let closedDays = PostgresStatement(
        "select day, label from timetable_closed_day where establishment_id = $1 and school_year = $2")
    private static let subjects = PostgresStatement(
        "select id, name, coalesce(nullif(short_name, ''), code) from subject where establishment_id = $1")
    private static let rooms = PostgresStatement("select id, name from room where establishment_id = $1")
    private static let groups = PostgresStatement(
        """
        select id, name, kind = 'class', level from teaching_group
        where establishment_id = $1 and school_year = $2
        """)
    private static let staff = PostgresStatement(
        """
        select id, given_name, family_name from person
        where establishment_id = $1 and role in ('teacher', 'school_life', 'head', 'staff')
        """)
    private static let lessons = PostgresStatement(
        """
        select l.id, l.subject_id, l.weekday, l.starts, l.ends, l.cycle, l.valid_from, l.valid_until, l.revision,
            array(select t.person_id from lesson_teacher t where t.establishment_id = $1 and t.lesson_id = l.id order by 1),
            array(select g.group_id from lesson_group g where g.establishment_id = $1 and g.lesson_id = l.id order by 1),
            array(select r.room_id from lesson_room r where r.establishment_id = $1 and r.lesson_id = l.id order by 1)
        from lesson l where l.establishment_id = $1 and l.school_year = $2
        """)
    private static let changes = PostgresStatement(
        """
        select c.id, c.kind, c.lesson_id, c.day, c.new_day, c.new_starts, c.new_ends, c.subject_id, c.public_note,
            c.private_reason, c.published_at,
            array(select t.person_id from lesson_change_teacher t
                where t.establishment_id = $1 and t.change_id = c.id order by 1),
            array(select g.group_id from lesson_change_group g
                where g.establishment_id = $1 and g.change_id = c.id order by 1),
            array(select r.room_id from lesson_change_room r
                where r.establishment_id = $1 and r.change_id = c.id order by 1)
        from lesson_change c where c.establishment_id = $1 and c.school_year = $2
        """)

    /// What a request needs to know before it shows a pupil's timetable, in one trip.
    package struct PupilStanding: Sendable {
        package let name: String
        package let groups: [GroupID]
        package let version: Int64
    }

    /// The pupil, the groups of a span of days, and the timetable's version.
    /// - Parameter guardian: when a guardian asks: refused unless the pupil is his or hers today.
    /// - Throws: `TimetableError.notFound` when there is no such pupil, or not for this guardian; `.noTimetable`.
    package func standing(
        _ context: TenantContext, pupil: PersonID, guardian: PersonID?, year: SchoolYear, from: CivilDate,
        to: CivilDate,
        today: CivilDate
    ) async throws -> PupilStanding {
        var batch = TenantBatch(context)
        batch.add(TimetableStore.person, pupil.rawValue, year.rawValue)
        batch.add(TimetableStore.memberships, pupil.rawValue, year.rawValue, from, to)
        if let guardian { batch.add(TimetableStore.guardianship, guardian.rawValue, pupil.rawValue, today) }
        let results = try await tenancy.read(batch)
        guard let person = results[0].first, try person.text(0) == Role.pupil.rawValue,
            guardian == nil || !results[2].isEmpty
        else { throw TimetableError.notFound }
        return PupilStanding(
            name: try person.text(1) + " " + person.text(2),
            groups: try results[1].map { GroupID(rawValue: try $0.uuid(0)) },
            version: try TimetableStore.version(beside: person))
    }

    /// A member of staff's name, and the timetable's version.
    package func standing(
        _ context: TenantContext, staff: PersonID, year: SchoolYear
    ) async throws -> (name: String, version: Int64) {
        var batch = TenantBatch(context)
        batch.add(TimetableStore.person, staff.rawValue, year.rawValue)
        let results = try await tenancy.read(batch)
        guard let person = results[0].first, let role = Role(rawValue: try person.text(0)), role != .pupil,
            role != .guardian
        else { throw TimetableError.notFound }
        return (try person.text(1) + " " + person.text(2), try TimetableStore.version(beside: person))
    }

    /// The timetable's version alone, for what belongs to nobody: a class, a room.
    package func version(_ context: TenantContext, year: SchoolYear) async throws -> Int64 {
        var batch = TenantBatch(context)
        batch.add(TimetableStore.version, year.rawValue)
        return try TimetableStore.version(in: try await tenancy.read(batch)[0])
    }

    package struct Child: Hashable, Sendable {
        package let id: PersonID
        package let name: String
    }

    /// The pupils a guardian may follow in one establishment, at most fifty.
    package func children(_ context: TenantContext, of guardian: PersonID, today: CivilDate) async throws -> [Child] {
        var batch = TenantBatch(context)
        batch.add(TimetableStore.children, guardian.rawValue, today)
        return try await tenancy.read(batch)[0].map { row in
            Child(id: PersonID(rawValue: try row.uuid(0)), name: try row.text(1) + " " + row.text(2))
        }
    }

    /// Reads a timetable whole. The version is read first and last: when a write came between, what was read in between is
    /// not of one moment, and is read again.
    /// - Throws: `TimetableError.noTimetable` when the establishment has none for that year.
    package func timetable(_ context: TenantContext, year: SchoolYear) async throws -> Timetable {
        var batch = TenantBatch(context)
        batch.add(TimetableStore.version, year.rawValue)
        batch.add(TimetableStore.periods, year.rawValue)
        batch.add(TimetableStore.weeks, year.rawValue)
        batch.add(TimetableStore.closedDays, year.rawValue)
        batch.add(TimetableStore.subjects)
        batch.add(TimetableStore.rooms)
        batch.add(TimetableStore.groups, year.rawValue)
        batch.add(TimetableStore.staff)
        batch.add(TimetableStore.lessons, year.rawValue)
        batch.add(TimetableStore.changes, year.rawValue)
        batch.add(TimetableStore.version, year.rawValue)
        var attempt = 0
        while true {
            let results = try await tenancy.read(batch)
            let version = try TimetableStore.version(in: results[0])
            attempt += 1
            // Ten writes in a row, each within the milliseconds of a read, is an import: the last reading will do, since a
            // request that finds a newer version reads again.
            if try version == TimetableStore.version(in: results[10]) || attempt == 10 {
                return try TimetableStore.decode(results, version: version, year: year)
            }
        }
    }

    private static func version(beside person: PostgresRow) throws -> Int64 {
        guard let version = try person.optionalInt64(3) else { throw TimetableError.noTimetable }
        return version
    }

    private static func version(in rows: PostgresRows) throws -> Int64 {
        guard let row = rows.first else { throw TimetableError.noTimetable }
        return try row.int64(0)
    }

    private static func decode(_ results: [PostgresRows], version: Int64, year: SchoolYear) throws -> Timetable {
        Timetable(
            version: version, year: year,
            periods: try results[1].map { Period(label: try $0.text(0), span: try span($0, 1)) },
            calendar: WeekCalendar(
                try results[2].map { (monday: try $0.date(0), kind: WeekKind(rawValue: try $0.text(1)) ?? .off) }),
            closedDays: try table(results[3]) { (try $0.date(0), try $0.text(1)) },
            subjects: try table(results[4]) { row in
                (SubjectID(rawValue: try row.uuid(0)), Timetable.Named(name: try row.text(1), short: try row.text(2)))
            },
            rooms: try table(results[5]) { row in (RoomID(rawValue: try row.uuid(0)), try row.text(1)) },
            groups: try table(results[6]) { row in
                (
                    GroupID(rawValue: try row.uuid(0)),
                    Timetable.Group(name: try row.text(1), isClass: try row.bool(2), level: try row.text(3))
                )
            },
            teachers: try table(results[7]) { row in
                (PersonID(rawValue: try row.uuid(0)), try row.text(1) + " " + row.text(2))
            },
            lessons: try results[8].map(lesson), changes: try results[9].map(change))
    }

    private static func lesson(_ row: PostgresRow) throws -> Lesson {
        Lesson(
            id: LessonID(rawValue: try row.uuid(0)), subject: SubjectID(rawValue: try row.uuid(1)),
            teachers: try row.array(9, of: UUID.self).map { PersonID(rawValue: $0) },
            groups: try row.array(10, of: UUID.self).map { GroupID(rawValue: $0) },
            rooms: try row.array(11, of: UUID.self).map { RoomID(rawValue: $0) }, weekday: Int(try row.int16(2)),
            span: try span(row, 3), cycle: WeekCycle(rawValue: try row.text(5)) ?? .every, from: try row.date(6),
            until: try row.date(7), revision: Int(try row.int32(8)))
    }

    private static func change(_ row: PostgresRow) throws -> LessonChange {
        LessonChange(
            id: LessonChangeID(rawValue: try row.uuid(0)),
            kind: LessonChange.Kind(rawValue: try row.text(1)) ?? .cancelled,
            lesson: try row.optionalUUID(2).map { LessonID(rawValue: $0) }, date: try row.date(3),
            newDate: try row.optionalDate(4), newSpan: row.isNull(5) ? nil : try span(row, 5),
            rooms: try row.array(13, of: UUID.self).map { RoomID(rawValue: $0) },
            teachers: try row.array(11, of: UUID.self).map { PersonID(rawValue: $0) },
            groups: try row.array(12, of: UUID.self).map { GroupID(rawValue: $0) },
            subject: try row.optionalUUID(7).map { SubjectID(rawValue: $0) }, publicNote: try row.text(8),
            privateReason: try row.text(9), publishedAt: try row.timestamp(10).microseconds)
    }

    /// Two columns of minutes; the table's own check keeps them in order.
    private static func span(_ row: PostgresRow, _ column: Int) throws -> TimeSpan {
        guard let start = TimeOfDay(minutes: Int(try row.int16(column))),
            let end = TimeOfDay(minutes: Int(try row.int16(column + 1))), let span = TimeSpan(start, end)
        else { throw TimetableError.invalid(field: "span") }
        return span
    }

    private static func table<Key: Hashable, Value>(
        _ rows: PostgresRows, _ entry: (PostgresRow) throws -> (Key, Value)
    ) throws -> [Key: Value] {
        Dictionary(try rows.map(entry), uniquingKeysWith: { $1 })
    }
}
