internal import Postgres
package import Runtime
package import Tenancy

/// The diary's reading side for those who follow it: pupils, guardians, the school's staff.
///
/// Every statement's `$1` is the establishment, bound by `TenantBatch`.
package struct DiaryStore: Sendable {
    private let tenancy: Tenancy
    private let files: Files

    package init(_ tenancy: Tenancy, _ files: Files) {
        self.tenancy = tenancy
        self.files = files
    }

    /// With the timetable's version: one look-up more in a statement costs less than a statement.
    private static let person = PostgresStatement(
        """
        select role, given_name, family_name,
            (select version from timetable where establishment_id = $1 and school_year = $3)
        from person where establishment_id = $1 and id = $2 and left_on is null
        """)
    private static let memberships = PostgresStatement(
        """
        select m.group_id, coalesce(d.version, 0) from membership m
        left join diary d on d.establishment_id = $1 and d.group_id = m.group_id
        where m.establishment_id = $1 and m.person_id = $2 and m.school_year = $3 and m.role = 'pupil'
            and m.starts_on <= $5 and (m.ends_on is null or m.ends_on >= $4)
        """)
    private static let guardianship = PostgresStatement(
        """
        select pupil_id from guardianship
        where establishment_id = $1 and guardian_id = $2 and pupil_id = $3 and sees_data
            and starts_on <= $4 and (ends_on is null or ends_on >= $4)
        """)
    private static let timetable = PostgresStatement(
        "select version from timetable where establishment_id = $1 and school_year = $2")
    private static let progress = PostgresStatement(
        """
        select assignment_id, state from assignment_progress
        where establishment_id = $1 and pupil_id = $2 and due_on between $3 and $4
        """)
    private static let versions = PostgresStatement(
        "select coalesce(sum(version), 0)::bigint from diary where establishment_id = $1 and group_id = any ($2::uuid[])"
    )
    private static let records = PostgresStatement(
        """
        select id, group_id, subject_id, author_id, day, starts, lesson_id, change_id, title, content, annotation,
            published_at, revision, visa_id
        from lesson_record where establishment_id = $1 and group_id = any ($2::uuid[]) and day between $3 and $4
        order by day, starts, id limit 2000
        """)
    private static let assignments = PostgresStatement(
        """
        select id, group_id, subject_id, author_id, given_on, due_on, due_starts, due_lesson_id, kind, title, content,
            estimated_minutes, override_reason, published_at, revision, visa_id
        from assignment where establishment_id = $1 and group_id = any ($2::uuid[])
            and (due_on between $3 and $4 or given_on between $3 and $4)
        order by due_on, due_starts, id limit 2000
        """)

    /// What a request needs to know before it shows a pupil's diary, in one trip.
    package struct PupilStanding: Sendable {
        package let name: String
        /// In order.
        package let groups: [GroupID]
        /// Of the diaries of these groups, summed.
        package let version: Int64
        package let timetableVersion: Int64
        package let progress: [AssignmentID: Assignment.Progress]
    }

    /// - Parameter guardian: when a guardian asks: refused unless the pupil is his or hers today.
    /// - Throws: `HomeworkError.notFound` when there is no such pupil, or not for this guardian; `TimetableError.noTimetable`.
    package func standing(
        _ context: TenantContext, pupil: PersonID, guardian: PersonID?, year: SchoolYear,
        days: ClosedRange<CivilDate>, today: CivilDate
    ) async throws -> PupilStanding {
        var batch = TenantBatch(context)
        batch.add(DiaryStore.person, pupil.rawValue, year.rawValue)
        batch.add(DiaryStore.memberships, pupil.rawValue, year.rawValue, days.lowerBound, days.upperBound)
        batch.add(DiaryStore.progress, pupil.rawValue, days.lowerBound, days.upperBound)
        if let guardian { batch.add(DiaryStore.guardianship, guardian.rawValue, pupil.rawValue, today) }
        let results = try await tenancy.read(batch)
        guard let person = results[0].first, try person.text(0) == Role.pupil.rawValue,
            guardian == nil || !results[3].isEmpty
        else { throw HomeworkError.notFound }
        guard let timetable = try person.optionalInt64(3) else { throw TimetableError.noTimetable }
        let versions = try DiaryStore.versions(in: results[1])
        return PupilStanding(
            name: try person.text(1) + " " + person.text(2),
            groups: versions.keys.sorted { $0.rawValue < $1.rawValue }, version: versions.values.reduce(0, +),
            timetableVersion: timetable, progress: try DiaryStore.progress(in: results[2]))
    }

    /// A pupil who left a group and came back is in it twice.
    private static func versions(in rows: PostgresRows) throws -> [GroupID: Int64] {
        Dictionary(
            try rows.map { (GroupID(rawValue: try $0.uuid(0)), try $0.int64(1)) },
            uniquingKeysWith: { first, _ in first })
    }

    private static func progress(in rows: PostgresRows) throws -> [AssignmentID: Assignment.Progress] {
        Dictionary(
            try rows.map {
                (AssignmentID(rawValue: try $0.uuid(0)), Assignment.Progress(rawValue: try $0.text(1)) ?? .toDo)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The version of groups' diaries, and the timetable's.
    package func versions(
        _ context: TenantContext, groups: [GroupID], year: SchoolYear
    ) async throws -> (diary: Int64, timetable: Int64) {
        var batch = TenantBatch(context)
        batch.add(DiaryStore.versions, groups.map(\.rawValue))
        batch.add(DiaryStore.timetable, year.rawValue)
        let results = try await tenancy.read(batch)
        guard let timetable = results[1].first else { throw TimetableError.noTimetable }
        return (try results[0].first?.int64(0) ?? 0, try timetable.int64(0))
    }

    /// Reads a span whole, with the version it is of: the version is in the same transaction, before the rest.
    package func span(
        _ context: TenantContext, groups: [GroupID], days: ClosedRange<CivilDate>
    ) async throws -> DiarySpan {
        let ids = groups.map(\.rawValue)
        var batch = TenantBatch(context)
        batch.add(DiaryStore.versions, ids)
        batch.add(DiaryStore.records, ids, days.lowerBound, days.upperBound)
        batch.add(DiaryStore.assignments, ids, days.lowerBound, days.upperBound)
        let results = try await tenancy.read(batch)
        // Each statement sees what was committed before it: a write in between gives entries newer than the version, so the
        // next reader, who is told the newer version, reads again.
        let records = try results[1].map { try LessonRecord($0) }
        let assignments = try results[2].map { try Assignment($0) }
        return DiarySpan(
            version: try results[0].first?.int64(0) ?? 0, groups: groups, days: days, records: records,
            assignments: assignments,
            files: try await DiaryStore.files(of: records, assignments, files, tenancy, context))
    }

    /// The files of some entries, by entry.
    static func files(
        of records: [LessonRecord], _ assignments: [Assignment], _ files: Files, _ tenancy: Tenancy,
        _ context: TenantContext
    ) async throws -> [UUID: [StoredFile]] {
        guard !records.isEmpty || !assignments.isEmpty else { return [:] }
        var batch = TenantBatch(context)
        files.addListing(of: records.map(\.id.rawValue), use: .lessonRecord, to: &batch)
        files.addListing(of: assignments.map(\.id.rawValue), use: .assignment, to: &batch)
        let results = try await tenancy.read(batch)
        return try files.listing(results[0]).merging(try files.listing(results[1])) { first, _ in first }
    }
}

extension LessonRecord {
    /// The columns in the order of `DiaryStore`.
    init(_ row: PostgresRow) throws {
        guard let start = TimeOfDay(minutes: Int(try row.int16(5))) else { throw HomeworkError.notFound }
        self.init(
            id: LessonRecordID(rawValue: try row.uuid(0)), group: GroupID(rawValue: try row.uuid(1)),
            subject: SubjectID(rawValue: try row.uuid(2)),
            author: try row.optionalUUID(3).map { PersonID(rawValue: $0) },
            day: try row.date(4), start: start, lesson: try row.optionalUUID(6).map { LessonID(rawValue: $0) },
            change: try row.optionalUUID(7).map { LessonChangeID(rawValue: $0) }, title: try row.text(8),
            content: try row.text(9), annotation: try row.text(10), publishedAt: try row.timestamp(11).microseconds,
            revision: Int(try row.int32(12)), visa: try row.optionalUUID(13).map { VisaID(rawValue: $0) })
    }
}

extension Assignment {
    /// The columns in the order of `DiaryStore`.
    init(_ row: PostgresRow) throws {
        self.init(
            id: AssignmentID(rawValue: try row.uuid(0)), group: GroupID(rawValue: try row.uuid(1)),
            subject: SubjectID(rawValue: try row.uuid(2)),
            author: try row.optionalUUID(3).map { PersonID(rawValue: $0) },
            givenOn: try row.date(4), dueOn: try row.date(5),
            dueStart: row.isNull(6) ? nil : TimeOfDay(minutes: Int(try row.int16(6))),
            dueLesson: try row.optionalUUID(7).map { LessonID(rawValue: $0) },
            kind: Kind(rawValue: try row.text(8)) ?? .exercise, title: try row.text(9), content: try row.text(10),
            minutes: row.isNull(11) ? nil : Int(try row.int16(11)), overrideReason: try row.optionalText(12),
            publishedAt: try row.timestamp(13).microseconds, revision: Int(try row.int32(14)),
            visa: try row.optionalUUID(15).map { VisaID(rawValue: $0) })
    }
}
