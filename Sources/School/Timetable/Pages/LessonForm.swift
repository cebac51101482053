internal import Runtime
internal import Tenancy
internal import Web

/// The form of a recurring lesson: what was typed, what is wrong at each field, and what a sound form means.
struct LessonForm {
    private(set) var reader: FormReader
    private(set) var draft: LessonDraft?

    static let parameters: [Parameter] = [
        .uuid("subject", "The subject."), .integer("weekday", 1...7, "1 is Monday."), .text("start", "HH:MM"),
        .text("end", "HH:MM"), .enumeration("cycle", WeekCycle.allCases.map(\.rawValue), "Which weeks."),
        .date("from", "First day."), .date("until", "Last day."), .uuid("teachers", "Several."),
        .uuid("groups", "Several."),
        .uuid("rooms", "Several."), .flag("confirmed", "Save in spite of conflicts."),
        .text("key", "Makes the form count once."),
    ]

    /// Reads and checks a form that was sent.
    init(_ form: Form, in timetable: Timetable) {
        reader = FormReader(form)
        let subject = reader.uuid("subject").map { SubjectID(rawValue: $0) }
        let weekday = reader.integer("weekday", 1...7)
        let start = reader.time("start").flatMap { TimeOfDay(minutes: $0) }
        let end = reader.time("end").flatMap { TimeOfDay(minutes: $0) }
        let cycle = reader.choice("cycle", WeekCycle.self)
        let from = reader.date("from")
        let until = reader.date("until")
        guard let subject, let weekday, let start, let end, let cycle, let from, let until else { return }
        guard let span = TimeSpan(start, end) else {
            reader.refuse("end", .endsBeforeItStarts)
            return
        }
        let draft = LessonDraft(
            subject: subject, teachers: LessonForm.identifiers(form, "teachers") { PersonID(rawValue: $0) },
            groups: LessonForm.identifiers(form, "groups") { GroupID(rawValue: $0) },
            rooms: LessonForm.identifiers(form, "rooms") { RoomID(rawValue: $0) }, weekday: weekday, span: span,
            cycle: cycle, from: from, until: until)
        do {
            try EditRules.check(draft, in: timetable)
            self.draft = draft
        } catch {
            if case .invalid(let field) = error {
                reader.refuse(field, field == "groups" ? .chooseAGroup : .valueDoesNotFit)
            } else {
                reader.refuse("subject", .valueDoesNotFit)
            }
        }
    }

    /// The form as it starts: empty but for what is known, or an existing lesson.
    init(starting fields: [(String, String)]) {
        reader = FormReader(Form(fields: fields.map { Form.Field(name: $0.0, value: $0.1) }))
    }

    init(_ lesson: Lesson) {
        self.init(
            starting: [
                ("subject", lesson.subject.rawValue.description), ("weekday", String(lesson.weekday)),
                ("start", lesson.span.start.description), ("end", lesson.span.end.description),
                ("cycle", lesson.cycle.rawValue), ("from", lesson.from.description),
                ("until", lesson.until.description),
            ] + lesson.teachers.map { ("teachers", $0.rawValue.description) }
                + lesson.groups.map { ("groups", $0.rawValue.description) }
                + lesson.rooms.map { ("rooms", $0.rawValue.description) })
    }

    var isConfirmed: Bool { reader.flag("confirmed") }

    static func identifiers<Identifier>(_ form: Form, _ name: String, _ make: (UUID) -> Identifier) -> [Identifier] {
        form.all(name).compactMap { UUID($0) }.map(make)
    }
}

extension Phrase {
    static let endsBeforeItStarts = Phrase(
        fr: "L'heure de fin précède l'heure de début.", en: "The end comes before the start.")
    static let chooseAGroup = Phrase(
        fr: "Choisissez au moins une classe ou un groupe.", en: "Choose at least one class or group.")
}
