internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// The pieces of the editing pages.
enum LessonFormPages {
    /// A recurring lesson's form.
    static func form(
        _ call: Call, _ timetable: Timetable, _ form: LessonForm, action: Link, cancel: Link, revision: Int?,
        mayConfirm: Bool
    ) -> HTML {
        let language = call.language
        let reader = form.reader
        func field(_ name: String, _ label: Phrase, _ control: Field.Control) -> Field {
            Field(
                name, label[language], control, value: reader.form[name], error: reader.error(name)?[language])
        }
        let subjects = timetable.subjects.map { ($0.key.rawValue.description, $0.value.name) }.sorted { $0.1 < $1.1 }
        let weekdays = (1...6).map { (String($0), language.weekdayName($0)) }
        let cycles = WeekCycle.allCases.map { ($0.rawValue, Phrase.name(of: $0)[language]) }
        let fields = [
            field("subject", .subject, .select([("", "")] + subjects)), field("weekday", .weekday, .select(weekdays)),
            field("start", .startsAt, .input(type: "time")), field("end", .endsAt, .input(type: "time")),
            field("cycle", .weeks, .select(cycles)), field("from", .firstDay, .input(type: "date")),
            field("until", .lastDay, .input(type: "date")),
        ]
        let confirm: HTML? =
            mayConfirm ? Field("confirmed", Phrase.saveAnyway[language], .box, isRequired: false).html(language) : nil
        return """
            <form class="form" method="post" action="\(action)" novalidate>\(Component.token(call.frame.forgeryToken))\
            \(Component.hidden("key", reader.form["key"]))\(Component.hidden("revision", revision.map(String.init)))\
            \(Field.summary(fields, language))\(fields.html { $0.html(language) })\
            \(boxes("groups", .classesAndGroups, groups(timetable), reader.form, language, error: reader.error("groups")))\
            \(boxes("teachers", .teachers, teachers(timetable), reader.form, language, error: reader.error("teachers")))\
            \(boxes("rooms", .rooms, rooms(timetable), reader.form, language, error: reader.error("rooms")))\(confirm)\
            <div class="actions"><button class="button main" type="submit">\(Phrase.save[language])</button>\
            \(Component.button(Phrase.cancel[language], to: cancel))</div></form>
            """
    }

    static func removal(_ call: Call, action: Link, revision: Int) -> HTML {
        let language = call.language
        return """
            <details class="card"><summary>\(Phrase.removeLesson[language])</summary><p>\(Phrase.removeAdvice[language])</p>\
            <form method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\
            \(Component.hidden("revision", String(revision)))<button class="button" type="submit">\(Phrase.removeLesson[language])</button>\
            </form></details>
            """
    }

    /// What a lesson collides with, as a warning.
    static func conflicts(_ conflicts: [Conflict], _ timetable: Timetable, _ language: Language) -> HTML {
        let items = conflicts.html { conflict in
            let who: String? =
                switch conflict.resource {
                case .teacher(let id): timetable.teachers[id]
                case .room(let id): timetable.rooms[id]
                case .group(let id): timetable.groups[id]?.name
                }
            let subject = timetable.lessons[conflict.lesson].flatMap { timetable.subjects[$0.subject]?.name } ?? ""
            return "<li>\(Phrase.conflict(who ?? "", subject, language.date(conflict.date))[language])</li>"
        }
        return Notice(.warning, markup: "<p>\(Phrase.conflictsFound[language])</p><ul>\(items)</ul>").html(
            language, isLive: true)
    }

    /// A choice of several, as boxes to tick.
    static func boxes(
        _ name: String, _ label: Phrase, _ options: [(id: UUID, name: String)], _ form: Form, _ language: Language,
        error: Phrase? = nil
    ) -> HTML {
        let chosen = Set(form.all(name).compactMap { UUID($0) })
        let boxes = options.html { option in
            """
            <li><label><input type="checkbox" name="\(name)" value="\(option.id)"\
            \(flag: "checked", chosen.contains(option.id))> <span>\(option.name)</span></label></li>
            """
        }
        let message: HTML? = error.map { "<p class=\"field-error\">\($0[language])</p>" }
        return """
            <fieldset class="choices" id="field-\(name)"><legend>\(label[language])</legend>\(message)\
            <ul class="columns">\(boxes)</ul></fieldset>
            """
    }

    static func groups(_ timetable: Timetable) -> [(id: UUID, name: String)] {
        sorted(timetable.groups.map { ($0.key.rawValue, $0.value.name) })
    }

    static func teachers(_ timetable: Timetable) -> [(id: UUID, name: String)] {
        sorted(timetable.teachers.map { ($0.key.rawValue, $0.value) })
    }

    static func rooms(_ timetable: Timetable) -> [(id: UUID, name: String)] {
        sorted(timetable.rooms.map { ($0.key.rawValue, $0.value) })
    }

    private static func sorted(_ items: [(id: UUID, name: String)]) -> [(id: UUID, name: String)] {
        items.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    }

    /// The weeks of the year, each with its own small form.
    static func weeks(_ call: Call, _ timetable: Timetable, action: Link, today: CivilDate) -> HTML {
        let language = call.language
        var table = Table(
            Phrase.editWeeks[language], id: "weeks", [.text(Phrase.week[language]), .text(Phrase.weeks[language])],
            hidesCaption: true)
        for week in timetable.calendar.weeks where week.monday >= today.monday {
            let buttons = WeekKind.allCases.html { kind in
                """
                <button class="button" type="submit" name="kind" value="\(kind.rawValue)"\
                \(attribute: "aria-pressed", kind == week.kind ? "true" : "false")>\(Phrase.name(of: kind)[language])</button>
                """
            }
            table.add([
                HTML(text: language.period(week.monday, week.monday + 6)),
                """
                <form class="actions" method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\
                \(Component.hidden("monday", week.monday.description))\(buttons)</form>
                """,
            ])
        }
        let lead = HTML(text: Phrase.weeksAdvice[language])
        return "\(Component.heading(Phrase.editWeeks[language], lead: lead))\(table.html)"
    }
}
