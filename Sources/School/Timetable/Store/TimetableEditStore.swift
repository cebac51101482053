internal import Postgres
package import Runtime
package import Tenancy

/// The timetable's writing side. Every write raises `timetable.version` in its own transaction, first: two editors of one
/// establishment take turns, and no node serves what it read before.
package struct TimetableEditStore: Sendable {
    package init() {}

    private static let raiseVersion = PostgresStatement(
        "update timetable set version = version + 1 where establishment_id = $1 and school_year = $2")
    private static let insertLesson = PostgresStatement(
        """
        insert into lesson (establishment_id, id, school_year, subject_id, weekday, starts, ends, cycle, valid_from,
            valid_until, updated_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """)
    private static let updateLesson = PostgresStatement(
        """
        update lesson set subject_id = $3, weekday = $4, starts = $5, ends = $6, cycle = $7, valid_from = $8,
            valid_until = $9, updated_by = $10, updated_at = now(), revision = revision + 1
        where establishment_id = $1 and id = $2 and school_year = $11 and revision = $12
        returning revision
        """)
    private static let deleteLesson = PostgresStatement(
        """
        delete from lesson
        where establishment_id = $1 and id = $2 and school_year = $3 and revision = $4
        """)
    private static let revision = PostgresStatement(
        "select revision from lesson where establishment_id = $1 and id = $2 and school_year = $3")
    private static let clearTeachers = PostgresStatement(
        "delete from lesson_teacher where establishment_id = $1 and lesson_id = $2")
    private static let clearGroups = PostgresStatement(
        "delete from lesson_group where establishment_id = $1 and lesson_id = $2")
    private static let clearRooms = PostgresStatement(
        "delete from lesson_room where establishment_id = $1 and lesson_id = $2")
    private static let addTeachers = PostgresStatement(
        """
        insert into lesson_teacher (establishment_id, lesson_id, person_id)
        select $1, $2, unnest($3::uuid[])
        """)
    private static let addGroups = PostgresStatement(
        """
        insert into lesson_group (establishment_id, lesson_id, group_id)
        select $1, $2, unnest($3::uuid[])
        """)
    private static let addRooms = PostgresStatement(
        """
        insert into lesson_room (establishment_id, lesson_id, room_id)
        select $1, $2, unnest($3::uuid[])
        """)
    private static let removeChangeOfDay = PostgresStatement(
        "delete from lesson_change where establishment_id = $1 and lesson_id = $2 and day = $3")
    private static let insertChange = PostgresStatement(
        """
        insert into lesson_change (establishment_id, id, school_year, lesson_id, day, kind, new_day, new_starts, new_ends,
            subject_id, public_note, private_reason, published_at, updated_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, coalesce($13, now()), $14)
        """)
    private static let addChangeTeachers = PostgresStatement(
        """
        insert into lesson_change_teacher (establishment_id, change_id, person_id)
        select $1, $2, unnest($3::uuid[])
        """)
    private static let addChangeRooms = PostgresStatement(
        """
        insert into lesson_change_room (establishment_id, change_id, room_id)
        select $1, $2, unnest($3::uuid[])
        """)
    private static let addChangeGroups = PostgresStatement(
        """
        insert into lesson_change_group (establishment_id, change_id, group_id)
        select $1, $2, unnest($3::uuid[])
        """)
    private static let deleteChange = PostgresStatement(
        "delete from lesson_change where establishment_id = $1 and id = $2 and school_year = $3")
    private static let setWeek = PostgresStatement(
        """
        insert into timetable_week (establishment_id, school_year, monday, kind) values ($1, $2, $3, $4)
        on conflict (establishment_id, school_year, monday) do update set kind = excluded.kind
        """)

    /// Adds a lesson under an identifier of the caller's, so that the same request sent twice adds it once.
    package func add(
        _ draft: LessonDraft, as id: LessonID, year: SchoolYear, by editor: PersonID, in transaction: TenantTransaction
    ) async throws {
        var batch = TimetableEditStore.raising(year, transaction)
        batch.add(
            TimetableEditStore.insertLesson, id.rawValue, year.rawValue, draft.subject.rawValue, Int16(draft.weekday),
            Int16(draft.span.start.minutes), Int16(draft.span.end.minutes), draft.cycle.rawValue, draft.from,
            draft.until,
            editor.rawValue)
        TimetableEditStore.attach(draft, to: id, &batch)
        try await TimetableEditStore.run(batch, transaction)
    }

    /// Replaces a lesson, if it is still at `revision`.
    /// - Returns: the new revision.
    /// - Throws: `TimetableError.revisionChanged` with the present one, `.notFound`.
    package func replace(
        _ id: LessonID, with draft: LessonDraft, revision: Int, year: SchoolYear, by editor: PersonID,
        in transaction: TenantTransaction
    ) async throws -> Int {
        var batch = TimetableEditStore.raising(year, transaction)
        batch.add(
            TimetableEditStore.updateLesson, id.rawValue, draft.subject.rawValue, Int16(draft.weekday),
            Int16(draft.span.start.minutes), Int16(draft.span.end.minutes), draft.cycle.rawValue, draft.from,
            draft.until,
            editor.rawValue, year.rawValue, Int32(clamping: revision))
        let results = try await TimetableEditStore.run(batch, transaction)
        guard let updated = results[1].first else { throw try await refusal(id, year, transaction) }
        var rest = TenantBatch(transaction.context)
        rest.add(TimetableEditStore.clearTeachers, id.rawValue)
        rest.add(TimetableEditStore.clearGroups, id.rawValue)
        rest.add(TimetableEditStore.clearRooms, id.rawValue)
        TimetableEditStore.attach(draft, to: id, &rest)
        _ = try await transaction.run(rest)
        return Int(try updated.int32(0))
    }

    /// Removes a lesson with its changes, if it is still at `revision`.
    /// - Throws: as `replace`.
    package func remove(
        _ id: LessonID, revision: Int, year: SchoolYear, in transaction: TenantTransaction
    ) async throws {
        var batch = TimetableEditStore.raising(year, transaction)
        batch.add(TimetableEditStore.deleteLesson, id.rawValue, year.rawValue, Int32(clamping: revision))
        let results = try await TimetableEditStore.run(batch, transaction)
        guard results[1].affected == 1 else { throw try await refusal(id, year, transaction) }
    }

    /// Writes what happens to a lesson on a day, in place of what was written before; or an exceptional lesson.
    package func put(
        _ draft: LessonChangeDraft, as id: LessonChangeID, year: SchoolYear, by editor: PersonID,
        in transaction: TenantTransaction
    ) async throws {
        var batch = TimetableEditStore.raising(year, transaction)
        if let lesson = draft.lesson {
            batch.add(TimetableEditStore.removeChangeOfDay, lesson.rawValue, draft.date)
        }
        batch.add(
            TimetableEditStore.insertChange, id.rawValue, year.rawValue, draft.lesson?.rawValue, draft.date,
            draft.kind.rawValue, draft.newDate, draft.newSpan.map { Int16($0.start.minutes) },
            draft.newSpan.map { Int16($0.end.minutes) }, draft.subject?.rawValue, draft.publicNote, draft.privateReason,
            draft.publishedAt.map { PostgresTimestamp(microseconds: $0) }, editor.rawValue)
        batch.add(TimetableEditStore.addChangeTeachers, id.rawValue, draft.teachers.map(\.rawValue))
        batch.add(TimetableEditStore.addChangeRooms, id.rawValue, draft.rooms.map(\.rawValue))
        batch.add(TimetableEditStore.addChangeGroups, id.rawValue, draft.groups.map(\.rawValue))
        try await TimetableEditStore.run(batch, transaction)
    }

    /// Takes a change back: the lesson is again what the timetable says.
    /// - Throws: `TimetableError.notFound`.
    package func remove(
        _ id: LessonChangeID, year: SchoolYear, in transaction: TenantTransaction
    ) async throws {
        var batch = TimetableEditStore.raising(year, transaction)
        batch.add(TimetableEditStore.deleteChange, id.rawValue, year.rawValue)
        let results = try await TimetableEditStore.run(batch, transaction)
        guard results[1].affected == 1 else { throw TimetableError.notFound }
    }

    /// Decides what a week is.
    package func set(
        _ kind: WeekKind, weekOf monday: CivilDate, year: SchoolYear, in transaction: TenantTransaction
    ) async throws {
        var batch = TimetableEditStore.raising(year, transaction)
        batch.add(TimetableEditStore.setWeek, year.rawValue, monday, kind.rawValue)
        try await TimetableEditStore.run(batch, transaction)
    }

    private static func raising(_ year: SchoolYear, _ transaction: TenantTransaction) -> TenantBatch {
        var batch = TenantBatch(transaction.context)
        batch.add(raiseVersion, year.rawValue)
        return batch
    }

    private static func attach(_ draft: LessonDraft, to id: LessonID, _ batch: inout TenantBatch) {
        batch.add(addTeachers, id.rawValue, draft.teachers.map(\.rawValue))
        batch.add(addGroups, id.rawValue, draft.groups.map(\.rawValue))
        batch.add(addRooms, id.rawValue, draft.rooms.map(\.rawValue))
    }

    /// Runs a batch whose first statement raises the version; no row raised means no timetable.
    @discardableResult
    private static func run(_ batch: TenantBatch, _ transaction: TenantTransaction) async throws -> [PostgresRows] {
        let results = try await transaction.run(batch)
        guard results[0].affected == 1 else { throw TimetableError.noTimetable }
        return results
    }

    private func refusal(
        _ id: LessonID, _ year: SchoolYear, _ transaction: TenantTransaction
    ) async throws -> TimetableError {
        var batch = TenantBatch(transaction.context)
        batch.add(TimetableEditStore.revision, id.rawValue, year.rawValue)
        guard let row = try await transaction.run(batch)[0].first else { return .notFound }
        return .revisionChanged(Int(try row.int32(0)))
    }
}
