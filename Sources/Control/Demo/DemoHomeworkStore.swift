internal import Postgres
internal import Runtime
internal import School
internal import Tenancy

/// Writes the diaries of a demonstration school "unless they are there".
enum DemoHomeworkStore {
    private static let diaries = PostgresStatement(
        """
        insert into diary (establishment_id, school_year, group_id) select $1, $2, * from unnest($3::uuid[])
        on conflict (establishment_id, group_id) do update set version = diary.version + 1
        """)
    private static let records = PostgresStatement(
        """
        insert into lesson_record (establishment_id, id, school_year, group_id, subject_id, author_id, day, starts,
            lesson_id, title, content, annotation, published_at)
        select $1, r.id, $2, r.group_id, r.subject_id, r.author_id, r.day, r.starts, r.lesson_id, r.title, r.content,
            r.annotation, r.published_at
        from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::date[], $8::smallint[], $9::uuid[], $10::text[],
            $11::text[], $12::text[], $13::timestamptz[])
            as r (id, group_id, subject_id, author_id, day, starts, lesson_id, title, content, annotation, published_at)
        where exists (select from lesson l where l.establishment_id = $1 and l.id = r.lesson_id)
        on conflict do nothing
        """)
    private static let assignments = PostgresStatement(
        """
        insert into assignment (establishment_id, id, school_year, group_id, subject_id, author_id, given_on, due_on,
            due_starts, due_lesson_id, kind, title, content, estimated_minutes, published_at)
        select $1, a.id, $2, a.group_id, a.subject_id, a.author_id, a.given_on, a.due_on, a.due_starts, a.due_lesson_id,
            a.kind, a.title, a.content, a.minutes, a.published_at
        from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::date[], $8::date[], $9::smallint[], $10::uuid[],
            $11::text[], $12::text[], $13::text[], $14::smallint[], $15::timestamptz[])
            as a (id, group_id, subject_id, author_id, given_on, due_on, due_starts, due_lesson_id, kind, title, content,
                minutes, published_at)
        where exists (select from lesson l where l.establishment_id = $1 and l.id = a.due_lesson_id)
        on conflict do nothing
        """)
    private static let progress = PostgresStatement(
        """
        insert into assignment_progress (establishment_id, pupil_id, assignment_id, due_on, state)
        select $1, p.pupil_id, a.id, a.due_on, p.state from unnest($2::uuid[], $3::uuid[], $4::text[])
            as p (pupil_id, assignment_id, state)
        join assignment a on a.establishment_id = $1 and a.id = p.assignment_id
        on conflict do nothing
        """)

    /// Adds what is missing, in one transaction.
    static func write(
        _ school: DemoSchool, calendar: SchoolCalendar, _ context: TenantContext, _ tenancy: Tenancy
    ) async throws {
        let homework = DemoHomework(school, calendar: calendar, now: WallClock.microseconds)
        guard !homework.records.isEmpty else { return }
        let year = school.year.rawValue
        let records = homework.records.flatMap { record in record.lesson.groups.prefix(1).map { (record, $0) } }
        let work = homework.work.flatMap { work in work.lesson.groups.prefix(1).map { (work, $0) } }
        var batch = TenantBatch(context)
        batch.add(diaries, year, school.groups.map(\.id.rawValue).sorted())
        batch.add(
            self.records, year, records.map(\.0.id), records.map(\.1.rawValue),
            records.map(\.0.lesson.subject.rawValue),
            records.map { $0.0.lesson.teachers.first?.rawValue }, records.map(\.0.day),
            records.map { Int16($0.0.lesson.span.start.minutes) }, records.map(\.0.lesson.id.rawValue),
            records.map(\.0.title), records.map(\.0.content), records.map(\.0.annotation),
            records.map { PostgresTimestamp(microseconds: $0.0.publishedAt) })
        batch.add(
            assignments, year, work.map(\.0.id), work.map(\.1.rawValue), work.map(\.0.lesson.subject.rawValue),
            work.map { $0.0.lesson.teachers.first?.rawValue }, work.map(\.0.givenOn), work.map(\.0.due.day),
            work.map { Int16($0.0.due.lesson.span.start.minutes) }, work.map(\.0.due.lesson.id.rawValue),
            work.map(\.0.kind.rawValue), work.map(\.0.title), work.map(\.0.content),
            work.map { Int16($0.0.minutes) }, work.map { PostgresTimestamp(microseconds: $0.0.publishedAt) })
        batch.add(
            progress, homework.progress.map(\.pupil.rawValue), homework.progress.map(\.work.id),
            homework.progress.map(\.state.rawValue))
        _ = try await tenancy.write(batch)
        try await addSequence(school, context, tenancy)
    }

    /// A sequence for the first teacher, ready to be laid on classes.
    private static func addSequence(
        _ school: DemoSchool, _ context: TenantContext, _ tenancy: Tenancy
    ) async throws {
        guard let teacher = school.people.first(where: { $0.role == .teacher }) else { return }
        var ids = DeterministicIDs(seed: teacher.id.rawValue.high ^ teacher.id.rawValue.low)
        let id = SequenceID(rawValue: ids.next())
        let steps = (1...4).map { number in
            TeachingSequence.Step(
                title: "Étape imaginaire n° \(number)", content: "- Rappel\n- **Activité inventée** n° \(number)",
                work: number % 2 == 0
                    ? TeachingSequence.Work(
                        kind: .exercise, title: "Exercice inventé n° \(number)", content: "", minutes: 20) : nil)
        }
        _ = try await tenancy.transaction(context) { transaction in
            try await SequenceStore(tenancy).add(
                id, title: "Progression de démonstration", steps: steps, year: school.year, of: teacher.id,
                in: transaction)
        }
    }
}
