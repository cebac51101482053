internal import Runtime
internal import Tenancy
internal import Web

extension HomeworkService {
    /// A diary read and written down, ready to be kept: the document is made before the transaction begins.
    struct PreparedDiary: Sendable {
        let teacher: PersonID
        let group: (id: GroupID, name: String)?
        let days: ClosedRange<CivilDate>
        let comment: String
        let year: SchoolYear
        let records: [LessonRecord]
        let assignments: [Assignment]
        let document: DiaryDocument
    }

    // MARK: Visas

    /// - Throws: `HomeworkError.invalid` for a period that is not over or not of one school year, `.notFound` for somebody
    ///   who is not of the staff, `.tooLarge`.
    func prepareVisa(
        teacher: PersonID, days: ClosedRange<CivilDate>, comment: String, by actor: Actor, now: Int64,
        in language: Language
    ) async throws -> PreparedDiary {
        guard days.upperBound <= actor.today(now) else { throw HomeworkError.invalid(field: "to") }
        guard SchoolYear(of: days.lowerBound) == SchoolYear(of: days.upperBound) else {
            throw HomeworkError.invalid(field: "from")
        }
        return try await prepare(teacher, group: nil, days: days, comment: comment, by: actor, now: now, in: language)
    }

    /// Keeps the visa and freezes what was read.
    /// - Throws: `HomeworkError.revisionChanged` when something was written meanwhile: it is to be read again.
    func sign(
        _ diary: PreparedDiary, as id: VisaID, by actor: Actor, in transaction: TenantTransaction
    ) async throws -> DiaryVisa {
        try await kept.add(
            id, of: diary.teacher, days: diary.days, comment: diary.comment, diary.records, diary.assignments,
            diary.document, year: diary.year, by: actor.person, in: transaction)
    }

    /// A visa, for the head and for the teacher whose diary it is on.
    func visa(_ id: VisaID, for actor: Actor) async throws -> DiaryVisa {
        let visa = try await kept.visa(actor.context, id)
        guard actor.isHead || visa.teacher == actor.person else { throw HomeworkError.notFound }
        return visa
    }

    // MARK: Archives

    func prepareArchive(
        teacher: PersonID, group: GroupID, by actor: Actor, now: Int64, in language: Language
    ) async throws -> PreparedDiary {
        let timetable = try await timetable(actor, of: actor.today(now))
        guard let name = timetable.groups[group]?.name,
            let first = CivilDate(year: Int(timetable.year.rawValue), month: 8, day: 1),
            let end = CivilDate(year: Int(timetable.year.rawValue) + 1, month: 8, day: 1)
        else { throw HomeworkError.notFound }
        return try await prepare(
            teacher, group: (group, name), days: first...(end + -1), comment: "", by: actor, now: now, in: language)
    }

    func keep(
        _ diary: PreparedDiary, as id: ArchiveID, in transaction: TenantTransaction
    ) async throws -> DiaryArchive {
        guard let group = diary.group else { throw HomeworkError.notFound }
        return try await kept.add(
            id, of: diary.teacher, group: group.id, named: group.name, records: diary.records.count,
            assignments: diary.assignments.count, diary.document, year: diary.year, in: transaction)
    }

    /// An archive, for the head and for the teacher whose diary it is.
    func archive(_ id: ArchiveID, for actor: Actor) async throws -> DiaryArchive {
        let archive = try await kept.archive(actor.context, id)
        guard actor.isHead || archive.teacher == actor.person else { throw HomeworkError.notFound }
        return archive
    }

    private func prepare(
        _ teacher: PersonID, group: (id: GroupID, name: String)?, days: ClosedRange<CivilDate>, comment: String,
        by actor: Actor, now: Int64, in language: Language
    ) async throws -> PreparedDiary {
        let timetable = try await timetable(actor, of: days.lowerBound)
        guard let name = timetable.teachers[teacher] else { throw HomeworkError.notFound }
        let entries = try await teaching.entries(actor.context, by: teacher, days, group: group?.id)
        let content = DiaryDocumentContent(
            establishment: actor.establishment, teacher: name, group: group?.name, days: days, timetable: timetable,
            records: entries.records, assignments: entries.assignments, files: entries.files, now: now)
        let document: DiaryDocument
        do {
            document = try await documents.run { try content.document(language) }
        } catch is DiaryDocumentContent.TooLarge {
            throw HomeworkError.tooLarge
        }
        return PreparedDiary(
            teacher: teacher, group: group, days: days, comment: comment, year: timetable.year,
            records: entries.records, assignments: entries.assignments, document: document)
    }
}
