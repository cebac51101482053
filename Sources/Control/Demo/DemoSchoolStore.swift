internal import Postgres
internal import Runtime
internal import School
internal import Tenancy

/// Writes a demonstration school to its shard. Everything is inserted "unless it is there", under the same identifiers each
/// time: run again, it changes nothing and keeps what people changed meanwhile.
enum DemoSchoolStore {
    static let anyChange = PostgresStatement(
        "select 1 from lesson_change where establishment_id = $1 and school_year = $2 limit 1")
    private static let schoolYear = PostgresStatement(
        """
        insert into school_year (establishment_id, year, starts_on, ends_on) values ($1, $2, $3, $4)
        on conflict do nothing
        """)
    private static let timetable = PostgresStatement(
        "insert into timetable (establishment_id, school_year) values ($1, $2) on conflict do nothing")
    private static let raiseVersion = PostgresStatement(
        "update timetable set version = version + 1 where establishment_id = $1 and school_year = $2")
    private static let people = PostgresStatement(
        """
        insert into person (establishment_id, id, role, given_name, family_name, source)
        select $1, *, 'demo' from unnest($2::uuid[], $3::text[], $4::text[], $5::text[])
        on conflict do nothing
        """)
    private static let groups = PostgresStatement(
        """
        insert into teaching_group (establishment_id, school_year, id, kind, name, level)
        select $1, $2, * from unnest($3::uuid[], $4::text[], $5::text[], $6::text[])
        on conflict do nothing
        """)
    private static let memberships = PostgresStatement(
        """
        insert into membership (establishment_id, school_year, group_id, person_id, role, starts_on)
        select $1, $2, m.group_id, m.person_id, m.role, $3
        from unnest($4::uuid[], $5::uuid[], $6::text[]) as m (group_id, person_id, role)
        on conflict do nothing
        """)
    private static let guardianships = PostgresStatement(
        """
        insert into guardianship (establishment_id, guardian_id, pupil_id, kind, starts_on)
        select $1, g.guardian_id, g.pupil_id, g.kind, $2
        from unnest($3::uuid[], $4::uuid[], $5::text[]) as g (guardian_id, pupil_id, kind)
        on conflict do nothing
        """)
    private static let subjects = PostgresStatement(
        """
        insert into subject (establishment_id, id, code, name, short_name)
        select $1, s.id, s.code, s.name, s.code from unnest($2::uuid[], $3::text[], $4::text[]) as s (id, code, name)
        on conflict do nothing
        """)
    private static let rooms = PostgresStatement(
        """
        insert into room (establishment_id, id, name) select $1, * from unnest($2::uuid[], $3::text[])
        on conflict do nothing
        """)
    private static let periods = PostgresStatement(
        """
        insert into timetable_period (establishment_id, school_year, position, label, starts, ends)
        select $1, $2, * from unnest($3::smallint[], $4::text[], $5::smallint[], $6::smallint[])
        on conflict do nothing
        """)
    private static let weeks = PostgresStatement(
        """
        insert into timetable_week (establishment_id, school_year, monday, kind)
        select $1, $2, * from unnest($3::date[], $4::text[])
        on conflict do nothing
        """)
    private static let closedDays = PostgresStatement(
        """
        insert into timetable_closed_day (establishment_id, school_year, day, label)
        select $1, $2, * from unnest($3::date[], $4::text[])
        on conflict do nothing
        """)
    private static let lessons = PostgresStatement(
        """
        insert into lesson (establishment_id, id, school_year, subject_id, weekday, starts, ends, cycle, valid_from,
            valid_until)
        select $1, l.id, $2, l.subject_id, l.weekday, l.starts, l.ends, l.cycle, $3, $4
        from unnest($5::uuid[], $6::uuid[], $7::smallint[], $8::smallint[], $9::smallint[], $10::text[])
            as l (id, subject_id, weekday, starts, ends, cycle)
        on conflict do nothing
        """)
    private static let lessonTeachers = PostgresStatement(
        """
        insert into lesson_teacher (establishment_id, lesson_id, person_id)
        select $1, * from unnest($2::uuid[], $3::uuid[]) on conflict do nothing
        """)
    private static let lessonGroups = PostgresStatement(
        """
        insert into lesson_group (establishment_id, lesson_id, group_id)
        select $1, * from unnest($2::uuid[], $3::uuid[]) on conflict do nothing
        """)
    private static let lessonRooms = PostgresStatement(
        """
        insert into lesson_room (establishment_id, lesson_id, room_id)
        select $1, * from unnest($2::uuid[], $3::uuid[]) on conflict do nothing
        """)

    /// Adds what is missing of `school`, in one transaction.
    static func write(
        _ school: DemoSchool, calendar: SchoolCalendar, _ context: TenantContext, _ tenancy: Tenancy
    ) async throws {
        let year = school.year.rawValue
        var batch = TenantBatch(context)
        batch.add(schoolYear, year, school.firstDay, school.lastDay)
        batch.add(timetable, year)
        batch.add(
            people, school.people.map(\.id.rawValue), school.people.map(\.role.rawValue), school.people.map(\.given),
            school.people.map(\.family))
        batch.add(
            groups, year, school.groups.map(\.id.rawValue), school.groups.map { $0.isClass ? "class" : "group" },
            school.groups.map(\.name), school.groups.map(\.level))
        let pupils = school.groups.flatMap { group in group.pupils.map { (group.id.rawValue, $0.rawValue, "pupil") } }
        let members = pupils + school.mainTeachers.map { ($0.group.rawValue, $0.teacher.rawValue, "main_teacher") }
        batch.add(memberships, year, school.firstDay, members.map(\.0), members.map(\.1), members.map(\.2))
        batch.add(
            guardianships, school.firstDay, school.guardianships.map(\.guardian.rawValue),
            school.guardianships.map(\.pupil.rawValue), school.guardianships.map(\.kind))
        batch.add(
            subjects, school.subjects.map(\.id.rawValue), school.subjects.map(\.code), school.subjects.map(\.name))
        batch.add(rooms, school.rooms.map(\.id.rawValue), school.rooms.map(\.name))
        add(calendar, of: school, to: &batch)
        add(school.lessons, of: school, to: &batch)
        batch.add(raiseVersion, year)
        _ = try await tenancy.write(batch)
    }

    private static func add(_ calendar: SchoolCalendar, of school: DemoSchool, to batch: inout TenantBatch) {
        let year = school.year.rawValue
        let periods = DemoSchool.periods
        batch.add(
            self.periods, year, periods.indices.map { Int16($0) }, periods.map(\.label),
            periods.map { Int16($0.starts) },
            periods.map { Int16($0.ends) })
        let weeks = WeekCalendar.alternating(from: school.firstDay, to: school.lastDay) { date in
            calendar.holiday(on: date) != nil || date < school.firstDay || date > school.lastDay
        }
        batch.add(self.weeks, year, weeks.map(\.monday), weeks.map(\.kind.rawValue))
        var closed: [(CivilDate, String)] = []
        var date = school.firstDay
        while date <= school.lastDay {
            if let holiday = calendar.holiday(on: date) { closed.append((date, holiday.name)) }
            date = date + 1
        }
        batch.add(closedDays, year, closed.map(\.0), closed.map(\.1))
    }

    private static func add(_ lessons: [Lesson], of school: DemoSchool, to batch: inout TenantBatch) {
        batch.add(
            self.lessons, school.year.rawValue, school.firstDay, school.lastDay, lessons.map(\.id.rawValue),
            lessons.map(\.subject.rawValue), lessons.map { Int16($0.weekday) },
            lessons.map { Int16($0.span.start.minutes) }, lessons.map { Int16($0.span.end.minutes) },
            lessons.map(\.cycle.rawValue))
        let teachers = lessons.flatMap { lesson in lesson.teachers.map { (lesson.id.rawValue, $0.rawValue) } }
        let groups = lessons.flatMap { lesson in lesson.groups.map { (lesson.id.rawValue, $0.rawValue) } }
        let rooms = lessons.flatMap { lesson in lesson.rooms.map { (lesson.id.rawValue, $0.rawValue) } }
        batch.add(lessonTeachers, teachers.map(\.0), teachers.map(\.1))
        batch.add(lessonGroups, groups.map(\.0), groups.map(\.1))
        batch.add(lessonRooms, rooms.map(\.0), rooms.map(\.1))
    }
}
