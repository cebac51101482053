internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The pages on which school life and the head change the timetable.
package struct TimetableEditPages: Sendable {
    let service: TimetableService

    package init(_ service: TimetableService) { self.service = service }

    package var routes: [Route] {
        [newForm, add, editForm, replace, remove] + LessonDayPages(service).routes + [weeksForm, setWeek]
    }

    private static let lesson = Parameter.uuid("lesson", "The recurring lesson.")

    /// What an editor can do from the page of an establishment.
    static func actions(_ uai: UAI, _ language: Language) -> HTML {
        let root: Link = "/timetable/\(uai.rawValue)"
        return """
            \(Component.button(Phrase.addLesson[language], to: Link(localPath: root.text + "/lessons/new") ?? root, isMain: true))\
            \(Component.button(Phrase.addExceptional[language], to: Link(localPath: root.text + "/exceptional") ?? root))\
            \(Component.button(Phrase.editWeeks[language], to: Link(localPath: root.text + "/weeks") ?? root))
            """
    }

    private func timetable(_ call: Call, _ editor: TimetableService.Editor) async throws -> Timetable {
        let year = SchoolYear(of: try service.today(in: editor.establishment, call.now))
        return try await service.timetable(of: editor.establishment, year: year).1
    }

    // MARK: A new lesson

    private var newForm: Route {
        .page(
            .get, "/timetable/{establishment}/lessons/new", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "The form of a new lesson.", parameters: [TimetableAPI.establishment],
            query: [.uuid("group", "Its class, ticked beforehand.")]
        ) { call in
            let editor = try service.editor(call)
            let timetable = try await timetable(call, editor)
            let today = try service.today(in: editor.establishment, call.now)
            var fields = [
                ("weekday", "1"), ("cycle", "every"), ("from", today.description),
                ("until", timetable.calendar.weeks.last.map { ($0.monday + 6).description } ?? today.description),
                ("key", UUID.v7().description),
            ]
            if let group = call.query.uuid("group") { fields.append(("groups", group.description)) }
            return page(call, editor, timetable, LessonForm(starting: fields), title: .addLesson)
        }
    }

    private var add: Route {
        .page(
            .post, "/timetable/{establishment}/lessons/new", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "Adds a lesson.", parameters: [TimetableAPI.establishment], body: .form(LessonForm.parameters),
            errors: [.noTimetable]
        ) { call in
            let editor = try service.editor(call)
            let timetable = try await timetable(call, editor)
            let form = LessonForm(try await call.form(), in: timetable)
            // The identifier comes from the form's own key, so that a double click adds one lesson.
            let id = form.reader.form["key"].flatMap { UUID($0) }.map { LessonID(rawValue: $0) } ?? .new()
            guard let draft = form.draft else { return page(call, editor, timetable, form, title: .addLesson) }
            let conflicts = ConflictRules.conflicts(of: draft.lesson(id, revision: 1), in: timetable)
            guard conflicts.isEmpty || form.isConfirmed else {
                return page(call, editor, timetable, form, title: .addLesson, conflicts: conflicts)
            }
            if timetable.lessons[id] == nil {
                try await service.write(editor) { transaction in
                    try await service.edits.add(
                        draft, as: id, year: timetable.year, by: editor.person, in: transaction)
                }
            }
            return .seeOther(TimetableEditPages.group(draft, editor))
        }
    }

    // MARK: An existing lesson

    private var editForm: Route {
        .page(
            .get, "/timetable/{establishment}/lessons/{lesson}/edit", access: TimetableEditAPI.editors,
            tag: "Timetable",
            summary: "The form of a lesson.", parameters: [TimetableAPI.establishment, TimetableEditPages.lesson]
        ) { call in
            let editor = try service.editor(call)
            let timetable = try await timetable(call, editor)
            let lesson = try find(call, timetable)
            return page(call, editor, timetable, LessonForm(lesson), title: .editLesson, lesson: lesson)
        }
    }

    private var replace: Route {
        .page(
            .post, "/timetable/{establishment}/lessons/{lesson}/edit", access: TimetableEditAPI.editors,
            tag: "Timetable",
            summary: "Changes a lesson for the whole year.",
            parameters: [TimetableAPI.establishment, TimetableEditPages.lesson],
            body: .form(LessonForm.parameters + [.integer("revision", 1...Int.max, "The revision read.")]),
            errors: [.noTimetable, .lessonChanged]
        ) { call in
            let editor = try service.editor(call)
            let timetable = try await timetable(call, editor)
            let lesson = try find(call, timetable)
            let form = LessonForm(try await call.form(), in: timetable)
            let revision = form.reader.form["revision"].flatMap { Int($0) } ?? 0
            guard let draft = form.draft else {
                return page(call, editor, timetable, form, title: .editLesson, lesson: lesson)
            }
            let conflicts = ConflictRules.conflicts(of: draft.lesson(lesson.id, revision: revision), in: timetable)
            guard conflicts.isEmpty || form.isConfirmed else {
                return page(call, editor, timetable, form, title: .editLesson, lesson: lesson, conflicts: conflicts)
            }
            _ = try await service.write(editor) { transaction in
                try await service.edits.replace(
                    lesson.id, with: draft, revision: revision, year: timetable.year, by: editor.person, in: transaction
                )
            }
            return .seeOther(TimetableEditPages.group(draft, editor))
        }
    }

    private var remove: Route {
        .page(
            .post, "/timetable/{establishment}/lessons/{lesson}/remove", access: TimetableEditAPI.editors,
            tag: "Timetable", summary: "Removes a lesson.",
            parameters: [TimetableAPI.establishment, TimetableEditPages.lesson],
            body: .form([.integer("revision", 1...Int.max, "The revision read.")]),
            errors: [.noTimetable, .lessonChanged]
        ) { call in
            let editor = try service.editor(call)
            let timetable = try await timetable(call, editor)
            let lesson = try find(call, timetable)
            let revision = try await call.form()["revision"].flatMap { Int($0) } ?? 0
            try await service.write(editor) { transaction in
                try await service.edits.remove(lesson.id, revision: revision, year: timetable.year, in: transaction)
            }
            return .seeOther(TimetableEditPages.group(lesson.draft, editor))
        }
    }

    private func find(_ call: Call, _ timetable: Timetable) throws -> Lesson {
        guard let lesson = timetable.lessons[LessonID(rawValue: try call.path.uuid("lesson"))] else {
            throw TimetableError.notFound
        }
        return lesson
    }

    /// Where one goes after saving: the first class's week.
    private static func group(_ draft: LessonDraft, _ editor: TimetableService.Editor) -> Link {
        draft.groups.first.map { "/timetable/\(editor.uai.rawValue)/groups/\($0.rawValue)" }
            ?? "/timetable/\(editor.uai.rawValue)"
    }

    private func page(
        _ call: Call, _ editor: TimetableService.Editor, _ timetable: Timetable, _ form: LessonForm, title: Phrase,
        lesson: Lesson? = nil, conflicts: [Conflict] = []
    ) -> Response {
        let language = call.language
        var main = Component.heading(title[language])
        if !conflicts.isEmpty { main += LessonFormPages.conflicts(conflicts, timetable, language) }
        main += LessonFormPages.form(
            call, timetable, form, action: Link(localPath: call.request.path) ?? "/timetable",
            cancel: "/timetable/\(editor.uai.rawValue)", revision: lesson?.revision, mayConfirm: !conflicts.isEmpty)
        if let lesson {
            main += LessonFormPages.removal(
                call, action: "/timetable/\(editor.uai.rawValue)/lessons/\(lesson.id.rawValue)/remove",
                revision: lesson.revision)
        }
        return call.page(
            Page(title: title, main: main), status: form.reader.isValid ? .ok : .unprocessableContent)
    }

    // MARK: Weeks

    private var weeksForm: Route {
        .page(
            .get, "/timetable/{establishment}/weeks", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "What each week of the year is.", parameters: [TimetableAPI.establishment]
        ) { call in
            let editor = try service.editor(call)
            let timetable = try await timetable(call, editor)
            return call.page(
                Page(
                    title: .editWeeks,
                    main: LessonFormPages.weeks(
                        call, timetable, action: "/timetable/\(editor.uai.rawValue)/weeks",
                        today: try service.today(in: editor.establishment, call.now))))
        }
    }

    private var setWeek: Route {
        .page(
            .post, "/timetable/{establishment}/weeks", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "Decides what a week is.", parameters: [TimetableAPI.establishment],
            body: .form([
                .date("monday", "The week's Monday."),
                .enumeration("kind", WeekKind.allCases.map(\.rawValue), "What the week is."),
            ]), errors: [.noTimetable, .invalidLesson]
        ) { call in
            let editor = try service.editor(call)
            var reader = FormReader(try await call.form())
            let monday = reader.date("monday")
            let kind = reader.choice("kind", WeekKind.self)
            guard let monday, let kind, monday.weekday == 1 else { throw TimetableError.invalid(field: "monday") }
            try await service.write(editor) { transaction in
                try await service.edits.set(kind, weekOf: monday, year: SchoolYear(of: monday), in: transaction)
            }
            return .seeOther("/timetable/\(editor.uai.rawValue)/weeks")
        }
    }
}
