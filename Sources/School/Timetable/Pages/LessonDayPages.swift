internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// What happens to one lesson on one day, and lessons that take place once.
struct LessonDayPages {
    let service: TimetableService

    init(_ service: TimetableService) { self.service = service }

    var routes: [Route] { [dayForm, putChange, restore, exceptionalForm, addExceptional, change, removeChange] }

    private static let lesson = Parameter.uuid("lesson", "The recurring lesson.")
    private static let date = Parameter.date("date", "The day of the lesson.")
    private static let fields: [Parameter] = [
        .enumeration("kind", LessonChange.Kind.allCases.map(\.rawValue), "What happens."), .date("new_date", "Moved."),
        .text("new_start", "HH:MM"), .text("new_end", "HH:MM"), .uuid("subject", "Exceptional."),
        .date("date", "Exceptional."),
        .uuid("teachers", "Several."), .uuid("groups", "Several."), .uuid("rooms", "Several."),
        .text("public_note", "For all.", maxLength: EditRules.longestNote),
        .text("private_reason", "For school life.", maxLength: EditRules.longestNote),
        .text("key", "Makes the form count once."),
    ]

    private func timetable(_ editor: TimetableService.Editor, _ date: CivilDate) async throws -> Timetable {
        try await service.timetable(of: editor.establishment, year: SchoolYear(of: date)).1
    }

    // MARK: A day of a recurring lesson

    private var dayForm: Route {
        .page(
            .get, "/timetable/{establishment}/lessons/{lesson}/{date}", access: TimetableEditAPI.editors,
            tag: "Timetable",
            summary: "What happens to a lesson on a day.",
            parameters: [TimetableAPI.establishment, LessonDayPages.lesson, LessonDayPages.date]
        ) { call in
            let editor = try service.editor(call)
            let date = try call.path.date("date")
            let timetable = try await timetable(editor, date)
            let lesson = try find(call, timetable)
            guard TimetableRules.isHeld(lesson, on: date, timetable) else { throw TimetableError.notHeldThatDay }
            return page(call, editor, timetable, lesson, date, FormReader(Form()))
        }
    }

    private var putChange: Route {
        .page(
            .post, "/timetable/{establishment}/lessons/{lesson}/{date}", access: TimetableEditAPI.editors,
            tag: "Timetable", summary: "Says what happens to a lesson on a day.",
            parameters: [TimetableAPI.establishment, LessonDayPages.lesson, LessonDayPages.date],
            body: .form(LessonDayPages.fields), errors: [.noTimetable, .lessonNotHeld]
        ) { call in
            let editor = try service.editor(call)
            let date = try call.path.date("date")
            let timetable = try await timetable(editor, date)
            let lesson = try find(call, timetable)
            var reader = FormReader(try await call.form())
            guard let draft = LessonDayPages.draft(&reader, lesson: lesson.id, date: date, timetable) else {
                return page(call, editor, timetable, lesson, date, reader)
            }
            try await service.write(editor) { transaction in
                try await service.edits.put(draft, as: .new(), year: timetable.year, by: editor.person, in: transaction)
            }
            return .seeOther(LessonDayPages.week(editor, lesson.groups, date))
        }
    }

    private var restore: Route {
        .page(
            .post, "/timetable/{establishment}/lessons/{lesson}/{date}/restore", access: TimetableEditAPI.editors,
            tag: "Timetable", summary: "Puts a lesson back as planned on a day.",
            parameters: [TimetableAPI.establishment, LessonDayPages.lesson, LessonDayPages.date], body: .form([]),
            errors: [.noTimetable]
        ) { call in
            let editor = try service.editor(call)
            let date = try call.path.date("date")
            let timetable = try await timetable(editor, date)
            let lesson = try find(call, timetable)
            if let change = LessonDayPages.change(of: lesson, on: date, timetable) {
                try await service.write(editor) { transaction in
                    try await service.edits.remove(change.id, year: timetable.year, in: transaction)
                }
            }
            return .seeOther(LessonDayPages.week(editor, lesson.groups, date))
        }
    }

    // MARK: A lesson that takes place once

    private var exceptionalForm: Route {
        .page(
            .get, "/timetable/{establishment}/exceptional", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "The form of a lesson that takes place once.", parameters: [TimetableAPI.establishment]
        ) { call in
            let editor = try service.editor(call)
            let today = try service.today(in: editor.establishment, call.now)
            let form = Form(fields: [
                Form.Field(name: "date", value: today.description),
                Form.Field(name: "key", value: UUID.v7().description),
            ])
            return exceptionalPage(call, editor, try await timetable(editor, today), FormReader(form))
        }
    }

    private var addExceptional: Route {
        .page(
            .post, "/timetable/{establishment}/exceptional", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "Adds a lesson that takes place once.", parameters: [TimetableAPI.establishment],
            body: .form(LessonDayPages.fields), errors: [.noTimetable]
        ) { call in
            let editor = try service.editor(call)
            var reader = FormReader(try await call.form())
            let today = try service.today(in: editor.establishment, call.now)
            let date = reader.date("date")
            let timetable = try await timetable(editor, date ?? today)
            guard let date, let draft = LessonDayPages.draft(&reader, lesson: nil, date: date, timetable) else {
                return exceptionalPage(call, editor, timetable, reader)
            }
            let id = reader.form["key"].flatMap { UUID($0) }.map { LessonChangeID(rawValue: $0) } ?? .new()
            // The same form sent twice adds one lesson.
            if !timetable.changes.contains(where: { $0.id == id }) {
                try await service.write(editor) { transaction in
                    try await service.edits.put(
                        draft, as: id, year: timetable.year, by: editor.person, in: transaction)
                }
            }
            return .seeOther(LessonDayPages.week(editor, draft.groups, date))
        }
    }

    private var change: Route {
        .page(
            .get, "/timetable/{establishment}/changes/{change}", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "A lesson that takes place once.",
            parameters: [TimetableAPI.establishment, .uuid("change", "The lesson.")]
        ) { call in
            let editor = try service.editor(call)
            let (change, timetable) = try await findChange(call, editor)
            let subject = change.subject.flatMap { timetable.subjects[$0]?.name } ?? ""
            return call.page(
                Page(
                    title: .name(of: change.kind),
                    main: LessonDayForm.exceptional(call, change, subject: subject, uai: editor.uai), width: .narrow))
        }
    }

    private var removeChange: Route {
        .page(
            .post, "/timetable/{establishment}/changes/{change}/remove", access: TimetableEditAPI.editors,
            tag: "Timetable", summary: "Removes a lesson that takes place once.",
            parameters: [TimetableAPI.establishment, .uuid("change", "The lesson.")], body: .form([]),
            errors: [.noTimetable]
        ) { call in
            let editor = try service.editor(call)
            let (change, timetable) = try await findChange(call, editor)
            try await service.write(editor) { transaction in
                try await service.edits.remove(change.id, year: timetable.year, in: transaction)
            }
            return .seeOther(LessonDayPages.week(editor, change.groups, change.date))
        }
    }

    // MARK: Shared

    private func find(_ call: Call, _ timetable: Timetable) throws -> Lesson {
        guard let lesson = timetable.lessons[LessonID(rawValue: try call.path.uuid("lesson"))] else {
            throw TimetableError.notFound
        }
        return lesson
    }

    private func findChange(
        _ call: Call, _ editor: TimetableService.Editor
    ) async throws -> (LessonChange, Timetable) {
        let timetable = try await timetable(editor, try service.today(in: editor.establishment, call.now))
        let id = LessonChangeID(rawValue: try call.path.uuid("change"))
        guard let change = timetable.changes.first(where: { $0.id == id }) else { throw TimetableError.notFound }
        return (change, timetable)
    }

    private static func change(of lesson: Lesson, on date: CivilDate, _ timetable: Timetable) -> LessonChange? {
        timetable.changes(inWeekOf: date).first { $0.lesson == lesson.id && $0.date == date }
    }

    private static func week(_ editor: TimetableService.Editor, _ groups: [GroupID], _ date: CivilDate) -> Link {
        groups.first.map { "/timetable/\(editor.uai.rawValue)/groups/\($0.rawValue)?date=\(date)" }
            ?? "/timetable/\(editor.uai.rawValue)"
    }

    private static func draft(
        _ reader: inout FormReader, lesson: LessonID?, date: CivilDate, _ timetable: Timetable
    ) -> LessonChangeDraft? {
        let kind = lesson == nil ? .exceptional : reader.choice("kind", LessonChange.Kind.self)
        let needsTime = kind == .moved || kind == .exceptional
        let start = needsTime ? reader.time("new_start").flatMap { TimeOfDay(minutes: $0) } : nil
        let end = needsTime ? reader.time("new_end").flatMap { TimeOfDay(minutes: $0) } : nil
        let newDate = kind == .moved ? reader.date("new_date") : nil
        let subject = lesson == nil ? reader.uuid("subject").map { SubjectID(rawValue: $0) } : nil
        let publicNote = reader.optionalText("public_note", upTo: EditRules.longestNote) ?? ""
        let privateReason = reader.optionalText("private_reason", upTo: EditRules.longestNote) ?? ""
        guard reader.isValid, let kind else { return nil }
        var span: TimeSpan?
        if let start, let end {
            span = TimeSpan(start, end)
            if span == nil { reader.refuse("new_end", .endsBeforeItStarts) }
        }
        let draft = LessonChangeDraft(
            kind: kind, lesson: lesson, date: date, newDate: newDate, newSpan: span,
            rooms: LessonForm.identifiers(reader.form, "rooms") { RoomID(rawValue: $0) },
            teachers: LessonForm.identifiers(reader.form, "teachers") { PersonID(rawValue: $0) },
            groups: LessonForm.identifiers(reader.form, "groups") { GroupID(rawValue: $0) }, subject: subject,
            publicNote: publicNote, privateReason: privateReason)
        do {
            try EditRules.check(draft, in: timetable)
        } catch {
            if case .invalid(let field) = error {
                reader.refuse(field, .valueDoesNotFit)
            } else {
                reader.refuse("kind", error == .notHeldThatDay ? ProblemCode.lessonNotHeld.title : .valueDoesNotFit)
            }
        }
        return reader.isValid ? draft : nil
    }

    private func page(
        _ call: Call, _ editor: TimetableService.Editor, _ timetable: Timetable, _ lesson: Lesson, _ date: CivilDate,
        _ reader: FormReader
    ) -> Response {
        let subject = timetable.subjects[lesson.subject]?.name ?? ""
        let change = LessonDayPages.change(of: lesson, on: date, timetable)
        return call.page(
            Page(
                title: Phrase(verbatim: subject),
                main: LessonDayForm.day(
                    call, timetable, lesson, date, change, reader, uai: editor.uai, subject: subject)),
            status: reader.isValid ? .ok : .unprocessableContent)
    }

    private func exceptionalPage(
        _ call: Call, _ editor: TimetableService.Editor, _ timetable: Timetable, _ reader: FormReader
    ) -> Response {
        call.page(
            Page(
                title: .addExceptional, main: LessonDayForm.newExceptional(call, timetable, reader, uai: editor.uai)),
            status: reader.isValid ? .ok : .unprocessableContent)
    }
}
