internal import Postgres
internal import Runtime
package import Tenancy

/// The diary's writing side. Every write raises the version of the group's diary in its own transaction, first.
package struct DiaryEditStore: Sendable {
    package init() {}

    private static let raiseVersion = PostgresStatement(
        """
        insert into diary (establishment_id, school_year, group_id) values ($1, $2, $3)
        on conflict (establishment_id, group_id) do update set version = diary.version + 1
        """)
    private static let record = PostgresStatement(
        """
        select id, group_id, subject_id, author_id, day, starts, lesson_id, change_id, title, content, annotation,
            published_at, revision, visa_id
        from lesson_record where establishment_id = $1 and id = $2
        """)
    private static let insertRecord = PostgresStatement(
        """
        insert into lesson_record (establishment_id, id, school_year, group_id, subject_id, author_id, day, starts,
            lesson_id, change_id, title, content, annotation, published_at, updated_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, coalesce($14, now()), $6)
        on conflict do nothing
        """)
    private static let updateRecord = PostgresStatement(
        """
        update lesson_record set title = $3, content = $4, annotation = coalesce($5, annotation),
            published_at = coalesce($6, published_at), updated_by = $7, updated_at = now(), revision = revision + 1
        where establishment_id = $1 and id = $2 and revision = $8 and visa_id is null
        """)
    private static let deleteRecord = PostgresStatement(
        "delete from lesson_record where establishment_id = $1 and id = $2 and revision = $3 and visa_id is null")
    private static let assignment = PostgresStatement(
        """
        select id, group_id, subject_id, author_id, given_on, due_on, due_starts, due_lesson_id, kind, title, content,
            estimated_minutes, override_reason, published_at, revision, visa_id
        from assignment where establishment_id = $1 and id = $2
        """)
    private static let insertAssignment = PostgresStatement(
        """
        insert into assignment (establishment_id, id, school_year, group_id, subject_id, author_id, given_on, due_on,
            due_starts, due_lesson_id, kind, title, content, estimated_minutes, override_reason, overridden_by,
            overridden_at, published_at, updated_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
            case when $15::text is not null then $6::uuid end, case when $15::text is not null then now() end,
            coalesce($16, now()), $6)
        on conflict do nothing
        """)
    private static let updateAssignment = PostgresStatement(
        """
        update assignment set due_on = $3, due_starts = $4, due_lesson_id = $5, kind = $6, title = $7, content = $8,
            estimated_minutes = $9, override_reason = $10,
            overridden_by = case when $10::text is null then null
                when override_reason = $10 and due_on = $3 then overridden_by else $12::uuid end,
            overridden_at = case when $10::text is null then null
                when override_reason = $10 and due_on = $3 then overridden_at else now() end,
            published_at = coalesce($11, published_at), updated_by = $12, updated_at = now(), revision = revision + 1
        where establishment_id = $1 and id = $2 and revision = $13 and visa_id is null
        """)
    private static let moveProgress = PostgresStatement(
        "update assignment_progress set due_on = $3 where establishment_id = $1 and assignment_id = $2 and due_on <> $3"
    )
    private static let deleteAssignment = PostgresStatement(
        "delete from assignment where establishment_id = $1 and id = $2 and revision = $3 and visa_id is null")
    private static let setProgress = PostgresStatement(
        """
        insert into assignment_progress (establishment_id, pupil_id, assignment_id, due_on, state)
        select $1, $2, a.id, a.due_on, $4 from assignment a
        where a.establishment_id = $1 and a.id = $3 and a.published_at <= now() and exists (
            select from membership m where m.establishment_id = $1 and m.person_id = $2 and m.group_id = a.group_id
                and m.role = 'pupil')
        on conflict (establishment_id, assignment_id, pupil_id) do update set state = excluded.state, updated_at = now()
        """)
    private static let clearProgress = PostgresStatement(
        "delete from assignment_progress where establishment_id = $1 and pupil_id = $2 and assignment_id = $3")
    private static let isPupilsAssignment = PostgresStatement(
        """
        select 1 from assignment a join membership m on m.establishment_id = $1 and m.group_id = a.group_id
            and m.person_id = $2 and m.role = 'pupil'
        where a.establishment_id = $1 and a.id = $3 and a.published_at <= now() limit 1
        """)

    // MARK: Lesson records

    /// Adds a record; one that is there already under this identifier stays as it is.
    /// - Parameter occurrence: the lesson it is of, as the timetable has it.
    /// - Throws: `HomeworkError.alreadyRecorded` when the lesson has another record.
    package func add(
        _ draft: LessonRecordDraft, as id: LessonRecordID, of occurrence: Occurrence, subject: SubjectID,
        year: SchoolYear, by author: PersonID, in transaction: TenantTransaction
    ) async throws {
        var batch = DiaryEditStore.raising(draft.group, year, transaction)
        batch.add(
            DiaryEditStore.insertRecord, id.rawValue, year.rawValue, draft.group.rawValue, subject.rawValue,
            author.rawValue, draft.day, Int16(occurrence.span.start.minutes), draft.lesson?.rawValue,
            draft.change?.rawValue, draft.title, draft.content, draft.annotation,
            draft.publishedAt.map { PostgresTimestamp(microseconds: $0) })
        let results = try await transaction.run(batch)
        guard results[1].affected == 0 else { return }
        guard try await !transaction.query(DiaryEditStore.record, id.rawValue).isEmpty else {
            throw HomeworkError.alreadyRecorded
        }
    }

    /// Replaces what a record says, if it is still at `revision`.
    /// - Parameter annotation: nil leaves it: whoever writes in the author's place does not see it.
    /// - Throws: `HomeworkError.revisionChanged`, `.frozen`, `.notFound`.
    package func replace(
        _ old: LessonRecord, title: String, content: String, annotation: String?, publishedAt: Int64?, revision: Int,
        year: SchoolYear, by editor: PersonID, in transaction: TenantTransaction
    ) async throws {
        var batch = DiaryEditStore.raising(old.group, year, transaction)
        batch.add(
            DiaryEditStore.updateRecord, old.id.rawValue, title, content, annotation,
            publishedAt.map { PostgresTimestamp(microseconds: $0) }, editor.rawValue, Int32(clamping: revision))
        let results = try await transaction.run(batch)
        guard results[1].affected == 1 else { throw try await refusal(of: old.id, transaction) }
    }

    /// - Throws: as `replace`.
    package func remove(
        _ old: LessonRecord, revision: Int, year: SchoolYear, in transaction: TenantTransaction
    ) async throws {
        var batch = DiaryEditStore.raising(old.group, year, transaction)
        batch.add(DiaryEditStore.deleteRecord, old.id.rawValue, Int32(clamping: revision))
        let results = try await transaction.run(batch)
        guard results[1].affected == 1 else { throw try await refusal(of: old.id, transaction) }
    }

    // MARK: Work to do

    /// Adds work to do; what is there already under this identifier stays as it is.
    /// - Parameter due: the lesson it is due for; nil with a reason in the draft.
    package func add(
        _ draft: AssignmentDraft, as id: AssignmentID, due: Occurrence?, year: SchoolYear, by author: PersonID,
        in transaction: TenantTransaction
    ) async throws {
        var batch = DiaryEditStore.raising(draft.group, year, transaction)
        DiaryEditStore.insert(draft, as: id, due: due, year: year, by: author, &batch)
        _ = try await transaction.run(batch)
    }

    static func insert(
        _ draft: AssignmentDraft, as id: AssignmentID, due: Occurrence?, year: SchoolYear, by author: PersonID,
        _ batch: inout TenantBatch
    ) {
        batch.add(
            insertAssignment, id.rawValue, year.rawValue, draft.group.rawValue, draft.subject.rawValue,
            author.rawValue, draft.givenOn, draft.dueOn, due.map { Int16($0.span.start.minutes) },
            due?.lesson?.rawValue, draft.kind.rawValue, draft.title, draft.content,
            draft.minutes.map { Int16(clamping: $0) }, due == nil ? draft.overrideReason : nil,
            draft.publishedAt.map { PostgresTimestamp(microseconds: $0) })
    }

    static func insert(
        _ draft: LessonRecordDraft, as id: LessonRecordID, of occurrence: Occurrence, subject: SubjectID,
        year: SchoolYear, by author: PersonID, _ batch: inout TenantBatch
    ) {
        batch.add(
            insertRecord, id.rawValue, year.rawValue, draft.group.rawValue, subject.rawValue, author.rawValue,
            draft.day,
            Int16(occurrence.span.start.minutes), draft.lesson?.rawValue, draft.change?.rawValue, draft.title,
            draft.content, draft.annotation, draft.publishedAt.map { PostgresTimestamp(microseconds: $0) })
    }

    /// - Throws: as `replace` of a record.
    package func replace(
        _ old: Assignment, with draft: AssignmentDraft, due: Occurrence?, revision: Int, year: SchoolYear,
        by editor: PersonID, in transaction: TenantTransaction
    ) async throws {
        var batch = DiaryEditStore.raising(old.group, year, transaction)
        batch.add(
            DiaryEditStore.updateAssignment, old.id.rawValue, draft.dueOn, due.map { Int16($0.span.start.minutes) },
            due?.lesson?.rawValue, draft.kind.rawValue, draft.title, draft.content,
            draft.minutes.map { Int16(clamping: $0) }, due == nil ? draft.overrideReason : nil,
            draft.publishedAt.map { PostgresTimestamp(microseconds: $0) }, editor.rawValue, Int32(clamping: revision))
        batch.add(DiaryEditStore.moveProgress, old.id.rawValue, draft.dueOn)
        let results = try await transaction.run(batch)
        guard results[1].affected == 1 else { throw try await refusal(of: old.id, transaction) }
    }

    /// - Throws: as `replace`.
    package func remove(
        _ old: Assignment, revision: Int, year: SchoolYear, in transaction: TenantTransaction
    ) async throws {
        var batch = DiaryEditStore.raising(old.group, year, transaction)
        batch.add(DiaryEditStore.deleteAssignment, old.id.rawValue, Int32(clamping: revision))
        let results = try await transaction.run(batch)
        guard results[1].affected == 1 else { throw try await refusal(of: old.id, transaction) }
    }

    /// A pupil says how far a piece of work is. Nobody else's diary changes.
    /// - Throws: `HomeworkError.notFound` for work that is not the pupil's, or not published.
    package func set(
        _ progress: Assignment.Progress, of assignment: AssignmentID, for pupil: PersonID, _ context: TenantContext,
        _ tenancy: Tenancy
    ) async throws {
        var batch = TenantBatch(context)
        batch.add(DiaryEditStore.isPupilsAssignment, pupil.rawValue, assignment.rawValue)
        if progress == .toDo {
            batch.add(DiaryEditStore.clearProgress, pupil.rawValue, assignment.rawValue)
        } else {
            batch.add(DiaryEditStore.setProgress, pupil.rawValue, assignment.rawValue, progress.rawValue)
        }
        guard try await !tenancy.write(batch)[0].isEmpty else { throw HomeworkError.notFound }
    }

    static func raising(_ group: GroupID, _ year: SchoolYear, _ transaction: TenantTransaction) -> TenantBatch {
        var batch = TenantBatch(transaction.context)
        raise(group, year, &batch)
        return batch
    }

    static func raise(_ group: GroupID, _ year: SchoolYear, _ batch: inout TenantBatch) {
        batch.add(raiseVersion, year.rawValue, group.rawValue)
    }

    private func refusal(of id: LessonRecordID, _ transaction: TenantTransaction) async throws -> HomeworkError {
        guard let row = try await transaction.query(DiaryEditStore.record, id.rawValue).first else { return .notFound }
        let now = try LessonRecord(row)
        return now.visa != nil ? .frozen : .revisionChanged(now.revision)
    }

    private func refusal(of id: AssignmentID, _ transaction: TenantTransaction) async throws -> HomeworkError {
        guard let row = try await transaction.query(DiaryEditStore.assignment, id.rawValue).first else {
            return .notFound
        }
        let now = try Assignment(row)
        return now.visa != nil ? .frozen : .revisionChanged(now.revision)
    }
}
