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

    /// With the versions that tell whether what the node has is true, and what the pupil said of the work of these days: a
    /// look-up more in a statement costs less than a statement.
    private static let pupil = PostgresStatement(
        """
        select p.role, p.given_name, p.family_name, t.version, t.diary_version,
            (select string_agg(uuid_send(assignment_id) || case state when 'done' then '\\x02'::bytea else '\\x01' end, '')
                from assignment_progress where establishment_id = $1 and pupil_id = $2 and due_on between $4 and $5)
        from person p
        left join timetable t on t.establishment_id = $1 and t.school_year = $3
        where p.establishment_id = $1 and p.id = $2 and p.left_on is null
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
    private static let timetable = PostgresStatement(
        "select version from timetable where establishment_id = $1 and school_year = $2")
    private static let edition = PostgresStatement(
        "select diary_version from timetable where establishment_id = $1 and school_year = $2")
    private static let allVersions = PostgresStatement(
        "select group_id, version from diary where establishment_id = $1 and school_year = $2")
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
        /// In order, each once.
        package let groups: [GroupID]
        /// Of all the diaries of the school: see `DiaryVersions`.
        package let edition: Int64
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
        batch.add(DiaryStore.pupil, pupil.rawValue, year.rawValue, days.lowerBound, days.upperBound)
        batch.add(DiaryStore.memberships, pupil.rawValue, year.rawValue, days.lowerBound, days.upperBound)
        if let guardian { batch.add(DiaryStore.guardianship, guardian.rawValue, pupil.rawValue, today) }
        let results = try await tenancy.read(batch)
        guard let person = results[0].first, try person.text(0) == Role.pupil.rawValue,
            guardian == nil || !results[2].isEmpty
        else { throw HomeworkError.notFound }
        guard let timetable = try person.optionalInt64(3) else { throw TimetableError.noTimetable }
        return PupilStanding(
            name: try person.text(1) + " " + person.text(2), groups: try DiaryStore.groups(in: results[1]),
            edition: try person.int64(4), timetableVersion: timetable,
            progress: DiaryStore.progress(in: try person.optionalBytes(5) ?? []))
    }

    /// A pupil who left a group and came back is in it twice.
    private static func groups(in rows: PostgresRows) throws -> [GroupID] {
        var groups: [GroupID] = []
        for row in rows {
            let group = GroupID(rawValue: try row.uuid(0))
            if !groups.contains(group) { groups.append(group) }
        }
        return groups.sorted { $0.rawValue < $1.rawValue }
    }

    /// Identifiers of 16 bytes, each with what was said of it in one more: a row or a text for each costs the shard and the
    /// node more.
    private static func progress(in marks: [UInt8]) -> [AssignmentID: Assignment.Progress] {
        var progress: [AssignmentID: Assignment.Progress] = [:]
        progress.reserveCapacity(marks.count / 17)
        for start in stride(from: 0, to: marks.count - 16, by: 17) {
            guard let id = UUID(bytes: marks, at: start) else { continue }
            progress[AssignmentID(rawValue: id)] = marks[start + 16] == 2 ? .done : .started
        }
        return progress
    }

    /// The versions of all the diaries of a school's year, and the edition they are of.
    package func allVersions(
        _ context: TenantContext, year: SchoolYear
    ) async throws -> (edition: Int64, versions: [GroupID: Int64]) {
        var batch = TenantBatch(context)
        // First: what is written in between makes the versions newer than their edition, and the next reader, who is told the
        // newer edition, reads again.
        batch.add(DiaryStore.edition, year.rawValue)
        batch.add(DiaryStore.allVersions, year.rawValue)
        let results = try await tenancy.read(batch)
        let versions = try results[1].map { (GroupID(rawValue: try $0.uuid(0)), try $0.int64(1)) }
        return (try results[0].first?.int64(0) ?? 0, Dictionary(versions, uniquingKeysWith: max))
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
