internal import PDF
internal import Runtime
internal import Tenancy
internal import Web

/// A teacher's diary of a period or a class, on its way to paper and to a file.
struct DiaryDocumentContent: Sendable {
    let establishment: Establishment
    let teacher: String
    /// Nil: all the teacher's classes.
    let group: String?
    let days: ClosedRange<CivilDate>
    let timetable: Timetable
    let records: [LessonRecord]
    let assignments: [Assignment]
    /// Named in the document, not in it.
    let files: [UUID: [StoredFile]]
    let now: Int64

    struct TooLarge: Error {}

    private static let limits = PDFLimits(pages: 800, bytes: 16 << 20, characters: 25_000)

    /// Both forms. Computes for long: run it on a `BlockingPool`.
    /// - Throws: `TooLarge`, `PDFError`.
    func document(_ language: Language) throws -> DiaryDocument {
        do {
            return DiaryDocument(pdf: try pdf(language), data: JSONWriter.bytes(of: self, capacity: 1 << 16))
        } catch PDFError.tooLarge, PDFError.tooManyPages {
            throw TooLarge()
        }
    }

    private func pdf(_ language: Language) throws(PDFError) -> [UInt8] {
        let title = Phrase.diaryOf(teacher)[language]
        let writer = try PDFWriter(
            PDFInformation(
                title: title, language: language.rawValue, author: establishment.name,
                foot: "\(establishment.name) · \(title)", limits: DiaryDocumentContent.limits))
        try writer.heading(1, title)
        try writer.paragraph(
            [establishment.name, group, language.period(days.lowerBound, days.upperBound)].compactMap { $0 }
                .joined(separator: "\n"))
        let made = establishment.timeZone.local(microseconds: now)
        try writer.paragraph(
            Phrase.documentMade(language.date(made.date), records.count, assignments.count)[language], .small)
        try writer.rule()
        try writer.heading(2, Phrase.lessonRecords[language])
        if records.isEmpty { try writer.paragraph(Phrase.noRecords[language]) }
        for record in records { try write(record, to: writer, language) }
        try writer.heading(2, Phrase.workToDo[language])
        if assignments.isEmpty { try writer.paragraph(Phrase.noWork[language]) }
        for assignment in assignments { try write(assignment, to: writer, language) }
        return try writer.finish()
    }

    private func write(_ record: LessonRecord, to writer: PDFWriter, _ language: Language) throws(PDFError) {
        let day = language.dateAndTime(record.day, minutes: record.start.minutes)
        try writer.heading(3, "\(record.title)")
        try writer.paragraph("\(day) · \(subject(record.subject)) · \(name(record.group))", .small)
        try DiaryText.write(record.content, to: writer)
        try write(filesOf: record.id.rawValue, to: writer, language)
    }

    private func write(_ assignment: Assignment, to writer: PDFWriter, _ language: Language) throws(PDFError) {
        try writer.heading(3, assignment.title)
        var facts = [
            Phrase.name(of: assignment.kind)[language],
            Phrase.dueOn(language.fullDate(assignment.dueOn))[language],
            Phrase.givenOn(language.date(assignment.givenOn))[language],
            "\(subject(assignment.subject)) · \(name(assignment.group))",
        ]
        if let minutes = assignment.minutes { facts.append(Phrase.about(minutes: minutes)[language]) }
        if let reason = assignment.overrideReason { facts.append(Phrase.withoutLesson(reason)[language]) }
        try writer.paragraph(facts.joined(separator: " · "), .small)
        try DiaryText.write(assignment.content, to: writer)
        try write(filesOf: assignment.id.rawValue, to: writer, language)
    }

    private func write(filesOf entry: UUID, to writer: PDFWriter, _ language: Language) throws(PDFError) {
        guard let files = files[entry], !files.isEmpty else { return }
        try writer.paragraph(Phrase.attached(language.list(files.map(\.name)))[language], .small)
    }

    private func write(filesOf entry: UUID, _ writer: inout JSONWriter) {
        writer.array("files", files[entry] ?? []) { writer, file in
            FileAnswer(file, in: establishment.uai.rawValue).write(to: &writer)
        }
    }

    private func subject(_ id: SubjectID) -> String { timetable.subjects[id]?.name ?? "" }
    private func name(_ id: GroupID) -> String { timetable.groups[id]?.name ?? "" }
}

extension DiaryDocumentContent: JSONRepresentable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("format", "preau.homework-diary.1")
            writer.object("establishment") { writer in
                writer.field("uai", establishment.uai.rawValue)
                writer.field("name", establishment.name)
                writer.field("time_zone", establishment.timeZone.identifier)
            }
            writer.field("teacher", teacher)
            writer.field("group", group)
            writer.field("school_year", timetable.year.description)
            writer.field("from", days.lowerBound)
            writer.field("to", days.upperBound)
            writer.field("made_at", Timestamp.iso8601(microseconds: now))
            writer.array("lesson_records", records) { writer, record in
                writer.object { writer in
                    writer.field("id", record.id.rawValue)
                    writer.field("day", record.day)
                    writer.field("start", record.start.description)
                    writer.field("subject", subject(record.subject))
                    writer.field("group", name(record.group))
                    writer.field("title", record.title)
                    writer.field("content", record.content)
                    write(filesOf: record.id.rawValue, &writer)
                    writer.field("published_at", Timestamp.iso8601(microseconds: record.publishedAt))
                    writer.field("revision", record.revision)
                }
            }
            writer.array("assignments", assignments) { writer, assignment in
                writer.object { writer in
                    writer.field("id", assignment.id.rawValue)
                    writer.field("given_on", assignment.givenOn)
                    writer.field("due_on", assignment.dueOn)
                    writer.field("due_start", assignment.dueStart?.description)
                    writer.field("kind", assignment.kind.rawValue)
                    writer.field("subject", subject(assignment.subject))
                    writer.field("group", name(assignment.group))
                    writer.field("title", assignment.title)
                    writer.field("content", assignment.content)
                    write(filesOf: assignment.id.rawValue, &writer)
                    writer.field("estimated_minutes", assignment.minutes)
                    writer.field("override_reason", assignment.overrideReason)
                    writer.field("published_at", Timestamp.iso8601(microseconds: assignment.publishedAt))
                    writer.field("revision", assignment.revision)
                }
            }
        }
    }

    static var schema: Schema { .openObject([]) }
}
