internal import Runtime
internal import Tenancy
internal import Web

/// The forms of a lesson's day.
enum LessonDayForm {
    static func day(
        _ call: Call, _ timetable: Timetable, _ lesson: Lesson, _ date: CivilDate, _ change: LessonChange?,
        _ reader: FormReader, uai: UAI, subject: String
    ) -> HTML {
        let language = call.language
        let action: Link = "/timetable/\(uai.rawValue)/lessons/\(lesson.id.rawValue)/\(date)"
        let times = language.timeRange(minutes: lesson.span.start.minutes..<lesson.span.end.minutes)
        let lead = HTML(text: "\(language.fullDate(date)) · \(times)")
        let edit = Component.button(
            Phrase.editLesson[language], to: "/timetable/\(uai.rawValue)/lessons/\(lesson.id.rawValue)/edit")
        let kinds = LessonChange.Kind.allCases.filter { $0 != .exceptional }
            .map { ($0.rawValue, Phrase.name(of: $0)[language]) }
        func field(_ name: String, _ label: Phrase, _ control: Field.Control, hint: Phrase? = nil) -> Field {
            Field(
                name, label[language], control, value: reader.form[name], hint: hint?[language],
                error: reader.error(name)?[language], isRequired: name == "kind")
        }
        let fields = [
            field("kind", .whatHappens, .select([("", "")] + kinds)),
            field("new_date", .newDate, .input(type: "date"), hint: .forMoved),
            field("new_start", .newStart, .input(type: "time"), hint: .forMoved),
            field("new_end", .newEnd, .input(type: "time"), hint: .forMoved),
        ]
        return """
            \(Component.heading(subject, lead: lead, actions: edit))\(present(call, change, action))\
            <form class="form" method="post" action="\(action)" novalidate>\(Component.token(call.frame.forgeryToken))\
            \(Field.summary(fields, language))\(fields.html { $0.html(language) })\
            \(resources(timetable, reader, language, withGroups: false))\(notes(reader, language))\
            <div class="actions"><button class="button main" type="submit">\(Phrase.save[language])</button></div></form>
            """
    }

    /// What was said of the day already, and the way back.
    private static func present(_ call: Call, _ change: LessonChange?, _ action: Link) -> HTML? {
        guard let change else { return nil }
        let language = call.language
        var facts: [(term: String, value: HTML)] = [
            (Phrase.present[language], HTML(text: Phrase.name(of: change.kind)[language]))
        ]
        if !change.publicNote.isEmpty { facts.append((Phrase.publicNote[language], HTML(text: change.publicNote))) }
        if !change.privateReason.isEmpty {
            facts.append((Phrase.privateReason[language], HTML(text: change.privateReason)))
        }
        return Component.card(
            """
            \(Component.facts(facts))<form method="post" action="\(action)/restore">\
            \(Component.token(call.frame.forgeryToken))\
            <button class="button" type="submit">\(Phrase.restore[language])</button></form>
            """)
    }

    static func newExceptional(_ call: Call, _ timetable: Timetable, _ reader: FormReader, uai: UAI) -> HTML {
        let language = call.language
        func field(_ name: String, _ label: Phrase, _ control: Field.Control) -> Field {
            Field(name, label[language], control, value: reader.form[name], error: reader.error(name)?[language])
        }
        let subjects = timetable.subjects.map { ($0.key.rawValue.description, $0.value.name) }.sorted { $0.1 < $1.1 }
        let fields = [
            field("subject", .subject, .select([("", "")] + subjects)), field("date", .day, .input(type: "date")),
            field("new_start", .startsAt, .input(type: "time")), field("new_end", .endsAt, .input(type: "time")),
        ]
        let action: Link = "/timetable/\(uai.rawValue)/exceptional"
        return """
            \(Component.heading(Phrase.addExceptional[language]))\
            <form class="form" method="post" action="\(action)" novalidate>\(Component.token(call.frame.forgeryToken))\
            \(Component.hidden("key", reader.form["key"]))\(Field.summary(fields, language))\
            \(fields.html { $0.html(language) })\(resources(timetable, reader, language, withGroups: true))\
            \(notes(reader, language))\
            <div class="actions"><button class="button main" type="submit">\(Phrase.save[language])</button>\
            \(Component.button(Phrase.cancel[language], to: "/timetable/\(uai.rawValue)"))</div></form>
            """
    }

    static func exceptional(_ call: Call, _ change: LessonChange, subject: String, uai: UAI) -> HTML {
        let language = call.language
        let lead = HTML(text: language.fullDate(change.date))
        let action: Link = "/timetable/\(uai.rawValue)/changes/\(change.id.rawValue)/remove"
        return """
            \(Component.heading(subject, lead: lead))<p>\(change.publicNote)</p>\
            <form method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\
            <button class="button" type="submit">\(Phrase.removeLesson[language])</button></form>
            """
    }

    private static func resources(
        _ timetable: Timetable, _ reader: FormReader, _ language: Language, withGroups: Bool
    ) -> HTML {
        let groups =
            withGroups
            ? LessonFormPages.boxes(
                "groups", .classesAndGroups, LessonFormPages.groups(timetable), reader.form, language,
                error: reader.error("groups")) : .empty
        return groups
            + LessonFormPages.boxes(
                "teachers", withGroups ? .teachers : .newTeachers, LessonFormPages.teachers(timetable), reader.form,
                language,
                error: reader.error("teachers"))
            + LessonFormPages.boxes(
                "rooms", withGroups ? .rooms : .newRooms, LessonFormPages.rooms(timetable), reader.form, language,
                error: reader.error("rooms"))
    }

    private static func notes(_ reader: FormReader, _ language: Language) -> HTML {
        let publicNote = Field(
            "public_note", Phrase.publicNote[language], value: reader.form["public_note"],
            hint: Phrase.publicNoteHint[language], isRequired: false, maxLength: EditRules.longestNote)
        let privateReason = Field(
            "private_reason", Phrase.privateReason[language], value: reader.form["private_reason"],
            hint: Phrase.privateReasonHint[language], isRequired: false, maxLength: EditRules.longestNote)
        return publicNote.html(language) + privateReason.html(language)
    }
}
