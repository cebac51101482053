internal import Postgres
package import Runtime
package import Tenancy

/// What teachers and the head are told besides the entries: totals, load, and everything one teacher wrote.
package struct TeacherDiaryStore: Sendable {
    private let tenancy: Tenancy
    private let files: Files

    package init(_ tenancy: Tenancy, _ files: Files) {
        self.tenancy = tenancy
        self.files = files
    }

    private static let progress = PostgresStatement(
        """
        select assignment_id, count(*) filter (where state = 'started'), count(*) filter (where state = 'done')
        from assignment_progress where establishment_id = $1 and assignment_id = any ($2::uuid[]) group by assignment_id
        """)
    private static let pupils = PostgresStatement(
        """
        select group_id, count(distinct person_id) from membership
        where establishment_id = $1 and group_id = any ($2::uuid[]) and role = 'pupil'
            and starts_on <= $3 and (ends_on is null or ends_on >= $3)
        group by group_id
        """)
    /// For each day the most that one pupil of the class has, from all the groups that the pupil is in.
    private static let load = PostgresStatement(
        """
        select due_on, max(assignments), max(tests), max(minutes) from (
            select a.due_on, count(*) as assignments, count(*) filter (where a.kind = 'test') as tests,
                coalesce(sum(a.estimated_minutes), 0) as minutes
            from membership p
            join membership m on m.establishment_id = $1 and m.person_id = p.person_id and m.role = 'pupil'
                and m.school_year = p.school_year
            join assignment a on a.establishment_id = $1 and a.group_id = m.group_id and a.due_on between $3 and $4
                and a.due_on between m.starts_on and coalesce(m.ends_on, 'infinity')
            where p.establishment_id = $1 and p.group_id = $2 and p.role = 'pupil'
                and p.starts_on <= $4 and (p.ends_on is null or p.ends_on >= $3)
            group by p.person_id, a.due_on
        ) as each_pupil
        group by due_on order by due_on
        """)
    private static let records = PostgresStatement(
        """
        select id, group_id, subject_id, author_id, day, starts, lesson_id, change_id, title, content, annotation,
            published_at, revision, visa_id
        from lesson_record where establishment_id = $1 and author_id = $2 and day between $3 and $4
            and ($5::uuid is null or group_id = $5)
        order by day, starts, id limit 2001
        """)
    private static let assignments = PostgresStatement(
        """
        select id, group_id, subject_id, author_id, given_on, due_on, due_starts, due_lesson_id, kind, title, content,
            estimated_minutes, override_reason, published_at, revision, visa_id
        from assignment where establishment_id = $1 and author_id = $2 and due_on between $3 and $4
            and ($5::uuid is null or group_id = $5)
        order by due_on, due_starts, id limit 2001
        """)
    private static let record = PostgresStatement(
        """
        select id, group_id, subject_id, author_id, day, starts, lesson_id, change_id, title, content, annotation,
            published_at, revision, visa_id
        from lesson_record where establishment_id = $1 and id = $2
        """)
    private static let assignment = PostgresStatement(
        """
        select id, group_id, subject_id, author_id, given_on, due_on, due_starts, due_lesson_id, kind, title, content,
            estimated_minutes, override_reason, published_at, revision, visa_id
        from assignment where establishment_id = $1 and id = $2
        """)
    private static let recorded = PostgresStatement(
        """
        select lesson_id, change_id, day from lesson_record
        where establishment_id = $1 and group_id = $2 and subject_id = $3 and day >= $4 limit 2000
        """)

    private static let ownRecords = PostgresStatement(
        """
        select id, group_id, subject_id, author_id, day, starts, lesson_id, change_id, title, content, annotation,
            published_at, revision, visa_id
        from lesson_record r where establishment_id = $1 and day between $3 and $4 and (author_id = $2
            or group_id = any ($5::uuid[]) and exists (select from unnest($5::uuid[], $6::uuid[]) as t (group_id, subject_id)
                where t.group_id = r.group_id and t.subject_id = r.subject_id))
        order by day, starts, id limit 2000
        """)
    private static let ownAssignments = PostgresStatement(
        """
        select id, group_id, subject_id, author_id, given_on, due_on, due_starts, due_lesson_id, kind, title, content,
            estimated_minutes, override_reason, published_at, revision, visa_id
        from assignment a where establishment_id = $1 and due_on between $3 and $4 and (author_id = $2
            or group_id = any ($5::uuid[]) and exists (select from unnest($5::uuid[], $6::uuid[]) as t (group_id, subject_id)
                where t.group_id = a.group_id and t.subject_id = a.subject_id))
        order by due_on, due_starts, id limit 2000
        """)

    /// At most so many entries of each kind in one document.
    package static let most = 2_000

    /// A record as it is now, whoever may see it.
    /// - Throws: `HomeworkError.notFound`.
    package func record(_ context: TenantContext, _ id: LessonRecordID) async throws -> LessonRecord {
        var batch = TenantBatch(context)
        batch.add(TeacherDiaryStore.record, id.rawValue)
        guard let row = try await tenancy.read(batch)[0].first else { throw HomeworkError.notFound }
        return try LessonRecord(row)
    }

    /// The same for work to do.
    /// - Throws: `HomeworkError.notFound`.
    package func assignment(_ context: TenantContext, _ id: AssignmentID) async throws -> Assignment {
        var batch = TenantBatch(context)
        batch.add(TeacherDiaryStore.assignment, id.rawValue)
        guard let row = try await tenancy.read(batch)[0].first else { throw HomeworkError.notFound }
        return try Assignment(row)
    }

    /// What a teacher has in some days: what they wrote, and what others wrote of what they teach.
    package func span(
        _ context: TenantContext, of teacher: PersonID, _ teachings: Set<DiaryRules.Teaching>,
        _ days: ClosedRange<CivilDate>
    ) async throws -> DiarySpan {
        let inOrder = Array(teachings)
        let groups = inOrder.map(\.group.rawValue)
        let subjects = inOrder.map(\.subject.rawValue)
        var batch = TenantBatch(context)
        for statement in [TeacherDiaryStore.ownRecords, TeacherDiaryStore.ownAssignments] {
            batch.add(statement, teacher.rawValue, days.lowerBound, days.upperBound, groups, subjects)
        }
        let results = try await tenancy.read(batch)
        let records = try results[0].map { try LessonRecord($0) }
        let assignments = try results[1].map { try Assignment($0) }
        return DiarySpan(
            version: 0, groups: Set(inOrder.map(\.group)).sorted { $0.rawValue < $1.rawValue }, days: days,
            records: records, assignments: assignments,
            files: try await DiaryStore.files(of: records, assignments, files, tenancy, context))
    }

    /// The files of one entry.
    package func files(_ context: TenantContext, of item: UUID, _ use: FileUse) async throws -> [StoredFile] {
        var batch = TenantBatch(context)
        files.addListing(of: [item], use: use, to: &batch)
        return try files.listing(try await tenancy.read(batch)[0])[item] ?? []
    }

    /// How far the pupils are, by assignment.
    package func totals(
        _ context: TenantContext, of assignments: [Assignment], today: CivilDate
    ) async throws -> [AssignmentID: ProgressTotals] {
        guard !assignments.isEmpty else { return [:] }
        var batch = TenantBatch(context)
        batch.add(TeacherDiaryStore.progress, assignments.map(\.id.rawValue))
        batch.add(TeacherDiaryStore.pupils, Set(assignments.map(\.group.rawValue)).sorted(), today)
        let results = try await tenancy.read(batch)
        var counts: [GroupID: Int] = [:]
        for row in results[1] { counts[GroupID(rawValue: try row.uuid(0))] = Int(try row.int64(1)) }
        var totals: [AssignmentID: ProgressTotals] = [:]
        for assignment in assignments {
            totals[assignment.id] = ProgressTotals(pupils: counts[assignment.group] ?? 0, started: 0, done: 0)
        }
        for row in results[0] {
            let id = AssignmentID(rawValue: try row.uuid(0))
            totals[id]?.started = Int(try row.int64(1))
            totals[id]?.done = Int(try row.int64(2))
        }
        return totals
    }

    /// What a class has to do, by day; days without work are left out.
    package func load(
        _ context: TenantContext, of group: GroupID, _ days: ClosedRange<CivilDate>
    ) async throws -> [DayLoad] {
        var batch = TenantBatch(context)
        batch.add(TeacherDiaryStore.load, group.rawValue, days.lowerBound, days.upperBound)
        return try await tenancy.read(batch)[0].map { row in
            DayLoad(
                day: try row.date(0), assignments: Int(try row.int64(1)), tests: Int(try row.int64(2)),
                minutes: Int(try row.int64(3)))
        }
    }

    /// Everything that a teacher wrote of some days, in one class or in all.
    /// - Throws: `HomeworkError.tooLarge` for more than `most` of either kind.
    package func entries(
        _ context: TenantContext, by teacher: PersonID, _ days: ClosedRange<CivilDate>, group: GroupID?
    ) async throws -> (records: [LessonRecord], assignments: [Assignment], files: [UUID: [StoredFile]]) {
        var batch = TenantBatch(context)
        batch.add(TeacherDiaryStore.records, teacher.rawValue, days.lowerBound, days.upperBound, group?.rawValue)
        batch.add(TeacherDiaryStore.assignments, teacher.rawValue, days.lowerBound, days.upperBound, group?.rawValue)
        let results = try await tenancy.read(batch, lane: .background)
        guard results.allSatisfy({ $0.count <= TeacherDiaryStore.most }) else { throw HomeworkError.tooLarge }
        let records = try results[0].map { try LessonRecord($0) }
        let assignments = try results[1].map { try Assignment($0) }
        return (
            records, assignments, try await DiaryStore.files(of: records, assignments, files, tenancy, context)
        )
    }

    /// A lesson on a day, as something that has a record or not.
    package struct Slot: Hashable, Sendable {
        package let lesson: LessonID?
        package let change: LessonChangeID?
        package let day: CivilDate

        package init(lesson: LessonID?, change: LessonChangeID?, day: CivilDate) {
            self.lesson = lesson
            self.change = change
            self.day = day
        }
    }

    /// The lessons of a class that have a record, from a day on.
    package func recorded(
        _ teaching: DiaryRules.Teaching, from day: CivilDate, in transaction: TenantTransaction
    ) async throws -> Set<Slot> {
        let rows = try await transaction.query(
            TeacherDiaryStore.recorded, teaching.group.rawValue, teaching.subject.rawValue, day)
        return Set(
            try rows.map { row in
                Slot(
                    lesson: try row.optionalUUID(0).map { LessonID(rawValue: $0) },
                    change: try row.optionalUUID(1).map { LessonChangeID(rawValue: $0) }, day: try row.date(2))
            })
    }
}
