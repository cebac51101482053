internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The pages people read the homework diary on.
package struct HomeworkPages: Sendable {
    let service: HomeworkService

    package init(_ service: HomeworkService) { self.service = service }

    package var routes: [Route] { [mine, progress, missed, browse, group] }

    private static let readers = Access.roles("pupil", "guardian", "teacher", "school_life", "head")
    static let span: [Parameter] = [
        .date("date", "Any day of the span."), .enumeration("view", ["day", "week"], "That day, or its week."),
    ]

    private var mine: Route {
        .page(
            .get, "/homework", access: HomeworkPages.readers, tag: "Homework",
            summary: "One's own homework diary, or a child's.",
            query: [HomeworkAPI.pupil] + HomeworkPages.span
        ) { call in
            let profiles = call.profiles
            let pupil = call.query.uuid("pupil").map { PersonID(rawValue: $0) }
            let isReader = profiles.contains { [.pupil, .guardian, .teacher].contains($0.role) }
            if !isReader, let uai = profiles.first.flatMap({ service.tenancy.map[$0.establishment]?.uai }) {
                return .seeOther("/homework/\(uai.rawValue)")
            }
            let days = try days(call, in: profiles.first?.establishment)
            let (children, isComplete) = try await service.timetables.children(of: profiles, now: call.now)
            if !isComplete { call.frame.notices.append(Notice(.warning, Phrase.someChildrenMissing[call.language])) }
            do {
                let views = try await service.mine(
                    profiles, pupil: pupil, among: children, days: days, now: call.now)
                guard let first = views.first else { return HomeworkPages.noChildren(call) }
                let shown: PersonID? = if case .pupil(let person) = first.whose { person } else { nil }
                let switcher = HomeworkPages.switcher(
                    call, children, shown, own: profiles.contains { $0.role == .pupil || $0.role == .teacher })
                if let shown {
                    let isOwner = profiles.contains { $0.role == .pupil && $0.person == shown }
                    return pupilsPage(call, first, days, switcher, isOwner: isOwner)
                }
                return TeacherDiaryPages.page(call, views, days, switcher)
            } catch TimetableError.noTimetable {
                return HomeworkPages.noTimetable(call)
            }
        }
    }

    private func pupilsPage(
        _ call: Call, _ view: DiaryView, _ days: ClosedRange<CivilDate>, _ switcher: HTML, isOwner: Bool
    ) -> Response {
        let language = call.language
        let title = Phrase.diary(of: view.name)
        var missed: Link = "/homework/missed"
        if let pupil = call.query.uuid("pupil") { missed = missed.adding("pupil", pupil.description) }
        let lead = language.period(days.lowerBound, days.upperBound) + " · " + view.establishment.name
        let pieces = HomeworkListPages.pieces(view, language, isOwner: isOwner)
        var main = HTML(capacity: pieces.length + 4096)
        main += Component.heading(
            title[language], lead: HTML(text: lead),
            actions: Component.button(Phrase.missedDays[language], to: missed))
        main += switcher
        main += TimetablePages.moves(call, days)
        HomeworkListPages.append(pieces, of: view, to: &main, call, isOwner: isOwner)
        return call.page(Page(title: title, main: main))
    }

    private var progress: Route {
        .page(
            .post, "/homework/progress", access: .roles("pupil"), tag: "Homework",
            summary: "How far one is with a piece of work.",
            body: .form([
                .text("set", "An assignment and how far one is: ID:done.", maxLength: 60),
                .date("date", "The week to come back to."),
            ]), errors: [.invalidHomework]
        ) { call in
            let form = try await call.form()
            let words = (form["set"] ?? "").split(separator: ":")
            guard words.count == 2, let id = UUID(words[0]),
                let progress = Assignment.Progress(rawValue: String(words[1]))
            else { throw HomeworkError.invalid(field: "set") }
            try await service.set(progress, of: AssignmentID(rawValue: id), call.profiles)
            guard let date = form["date"].flatMap({ CivilDate($0) }) else { return .seeOther("/homework") }
            return .seeOther("/homework?date=\(date)")
        }
    }

    // MARK: What was missed

    private var missed: Route {
        .page(
            .get, "/homework/missed", access: HomeworkAPI.followers, tag: "Homework",
            summary: "What was done, given and due on days that a pupil was absent.",
            query: [
                .date("from", "The first day of absence."), .date("to", "The last day of absence."), HomeworkAPI.pupil,
            ]
        ) { call in
            let language = call.language
            let pupil = call.query.uuid("pupil").map { PersonID(rawValue: $0) }
            let asked = (from: call.query.date("from"), to: call.query.date("to"))
            var days: ClosedRange<CivilDate>?
            if let from = asked.from, let to = asked.to, from <= to { days = from...to }
            let fit = days.map {
                $0.upperBound - $0.lowerBound < 31 && SchoolYear(of: $0.lowerBound) == SchoolYear(of: $0.upperBound)
            }
            let isRefused = asked.from != nil && asked.to != nil && fit != true
            let fields = [
                Field("from", Phrase.firstDay[language], .input(type: "date"), value: asked.from?.description),
                Field(
                    "to", Phrase.lastDay[language], .input(type: "date"), value: asked.to?.description,
                    error: isRefused ? Phrase.missedSpanDoesNotFit[language] : nil),
            ]
            let hidden: HTML? = pupil.map { "<input type=\"hidden\" name=\"pupil\" value=\"\($0.rawValue)\">" }
            var main = Component.heading(Phrase.missedDays[language], lead: HTML(text: Phrase.missedAdvice[language]))
            main += Component.card(
                """
                <form class="form" method="get" action="/homework/missed">\(hidden)\
                <div class="row">\(fields.html { $0.html(language) })</div>\
                <div class="actions"><button class="button main" type="submit">\(Phrase.missedShow[language])</button></div></form>
                """)
            if let days, fit == true {
                let profiles = call.profiles.filter { $0.role == .pupil || $0.role == .guardian }
                guard
                    let view = try await service.mine(profiles, pupil: pupil, days: days, now: call.now).first
                else { throw HomeworkError.notFound }
                main += Component.card(
                    Phrase.givenThatDay[language], HomeworkListPages.work(view.given, view, language))
                main += Component.card(
                    Phrase.dueThatDay[language], HomeworkListPages.work(view.assignments, view, language))
                main += HomeworkListPages.records(view, language)
            }
            return call.page(Page(title: .missedDays, main: main), status: isRefused ? .unprocessableContent : .ok)
        }
    }

    // MARK: An establishment's classes

    private var browse: Route {
        .page(
            .get, "/homework/{establishment}", access: HomeworkAPI.staff, tag: "Homework",
            summary: "The classes and groups of an establishment, to choose a diary.",
            parameters: [HomeworkAPI.establishment]
        ) { call in
            let actor = try service.staff(call)
            let language = call.language
            let timetable = try await service.timetable(actor, of: actor.today(call.now))
            func card(_ title: Phrase, isClass: Bool) -> HTML {
                let groups = timetable.groups.filter { $0.value.isClass == isClass }
                    .sorted { ($0.value.name, $0.key.rawValue) < ($1.value.name, $1.key.rawValue) }
                guard !groups.isEmpty else { return .empty }
                let links = groups.html { group in
                    "<li><a href=\"\("/homework/\(actor.uai)/groups/\(group.key.rawValue)" as Link)\">\(group.value.name)</a></li>"
                }
                return Component.card(title[language], "<ul class=\"columns\">\(links)</ul>")
            }
            let actions: HTML? =
                actor.isHead
                ? Component.button(Phrase.visas[language], to: "/homework/\(actor.uai)/visas", isMain: true) : nil
            let main: HTML = """
                \(Component.heading(Phrase.homeworkOfSchool[language], lead: HTML(text: actor.establishment.name), actions: actions))\
                \(card(.classes, isClass: true))\(card(.groups, isClass: false))
                """
            return call.page(Page(title: .homeworkOfSchool, main: main))
        }
    }

    private var group: Route {
        .page(
            .get, "/homework/{establishment}/groups/{group}", access: HomeworkAPI.staff, tag: "Homework",
            summary: "The diary of a class or group.",
            parameters: [HomeworkAPI.establishment, .uuid("group", "The class or group.")], query: HomeworkPages.span
        ) { call in
            let actor = try service.staff(call)
            let language = call.language
            let days = try days(call, in: actor.establishment.id)
            let group = GroupID(rawValue: try call.path.uuid("group"))
            let view = try await service.group(
                group, in: actor.establishment.id, reader: actor.readsAll ? nil : actor.person, days: days,
                now: call.now)
            let load = try await service.teaching.load(actor.context, of: group, days)
            let lead = language.period(days.lowerBound, days.upperBound) + " · " + view.establishment.name
            var main = Component.heading(Phrase.diary(of: view.name)[language], lead: HTML(text: lead))
            main += TimetablePages.moves(call, days)
            main += Component.card(Phrase.workToDo[language], HomeworkListPages.work(view.assignments, view, language))
            main += HomeworkListPages.records(view, language)
            main += TeacherDiaryPages.load(load, language)
            return call.page(Page(title: .diary(of: view.name), main: main))
        }
    }

    // MARK: Around

    /// The days asked for; without a date the present week, the next one at the week-end.
    private func days(_ call: Call, in establishment: EstablishmentID?) throws -> ClosedRange<CivilDate> {
        guard call.query.date("date") == nil, let establishment else {
            return try TimetableAPI(service.timetables).days(call, in: establishment)
        }
        let today = try service.today(in: establishment, call.now)
        let date = today.weekday >= 6 ? today.monday + 7 : today
        return call.query.text("view") == "day" ? date...date : date.monday...(date.monday + 6)
    }

    /// Oneself and one's children, of whom one is shown.
    private static func switcher(
        _ call: Call, _ children: [TimetableService.Choice], _ shown: PersonID?, own: Bool
    ) -> HTML {
        guard children.count + (own ? 1 : 0) > 1 else { return .empty }
        var choices: [(label: String, link: Link, isCurrent: Bool)] = []
        if own {
            choices.append((Phrase.homework[call.language], "/homework", !children.contains { $0.person == shown }))
        }
        for child in children {
            choices.append((child.name, "/homework?pupil=\(child.person.rawValue)", child.person == shown))
        }
        return Component.tabs(Phrase.whose[call.language], choices)
    }

    private static func noChildren(_ call: Call) -> Response {
        let main: HTML = """
            \(Component.heading(Phrase.homework[call.language]))\
            \(Component.emptyState(Phrase.noChildren[call.language], HTML(text: Phrase.noChildrenAdvice[call.language])))
            """
        return call.page(Page(title: .homework, main: main))
    }

    private static func noTimetable(_ call: Call) -> Response {
        let main: HTML = """
            \(Component.heading(Phrase.homework[call.language]))\(Component.emptyState(Phrase.noHomeworkYet[call.language]))
            """
        return call.page(Page(title: .homework, main: main))
    }
}
