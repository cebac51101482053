internal import Cryptography
internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The pages people read timetables on.
package struct TimetablePages: Sendable {
    let service: TimetableService
    private let api: TimetableAPI

    package init(_ service: TimetableService) {
        self.service = service
        api = TimetableAPI(service)
    }

    package var routes: [Route] { [mine, browse, group, teacher, room] }

    private static let span: [Parameter] = [
        .date("date", "Any day of the span."), .enumeration("view", ["day", "week"], "That day, or its week."),
    ]

    private var mine: Route {
        .page(
            .get, "/timetable", access: TimetableAPI.readers, tag: "Timetable",
            summary: "One's own timetable, or a child's.",
            query: [.uuid("pupil", "The child.")] + TimetablePages.span
        ) { call in
            let profiles = call.profiles
            let pupil = call.query.uuid("pupil").map { PersonID(rawValue: $0) }
            let days = try days(call, in: profiles.first?.establishment)
            let (children, isComplete) = try await service.children(of: profiles, now: call.now)
            if !isComplete { call.frame.notices.append(Notice(.warning, Phrase.someChildrenMissing[call.language])) }
            do {
                let views = try await service.mine(
                    profiles, pupil: pupil, among: children, days: days, now: call.now)
                guard let first = views.first else { return noChildren(call) }
                let shown: PersonID? = if case .pupil(let person) = first.whose { person } else { nil }
                let switcher = TimetablePages.switcher(
                    call, children, shown, own: profiles.contains { $0.role != .guardian })
                if pupil == nil, views.count == 1 { return ownPage(call, first, shown, switcher) }
                let token = HTML(text: call.frame.forgeryToken ?? "")
                let footer = TimetablePages.feedCard(
                    call.language, token: token, pupil: shown.map { HTML(text: $0.rawValue.description) })
                return page(call, views, days, switcher: switcher, footer: footer)
            } catch TimetableError.noTimetable {
                return noTimetable(call)
            }
        }
    }

    private var browse: Route {
        .page(
            .get, "/timetable/{establishment}", access: TimetableAPI.staff, tag: "Timetable",
            summary: "The classes, teachers and rooms of an establishment, to choose a timetable.",
            parameters: [TimetableAPI.establishment]
        ) { call in
            let (id, audience) = try api.staffAudience(call)
            let (establishment, timetable) = try await service.timetable(
                of: id, year: SchoolYear(of: service.today(in: id, call.now)))
            let root = "/timetable/\(establishment.uai.rawValue)/" as Link
            func card(_ title: Phrase, _ items: [(id: UUID, name: String)], _ kind: StaticString) -> HTML {
                guard !items.isEmpty else { return .empty }
                let links = items.sorted { ($0.name, $0.id) < ($1.name, $1.id) }.html {
                    "<li><a href=\"\(root)\(kind.description)/\($0.id)\">\($0.name)</a></li>"
                }
                return Component.card(title[call.language], "<ul class=\"columns\">\(links)</ul>")
            }
            let classes = timetable.groups.filter(\.value.isClass).map { ($0.key.rawValue, $0.value.name) }
            let groups = timetable.groups.filter { !$0.value.isClass }.map { ($0.key.rawValue, $0.value.name) }
            let actions: HTML? =
                audience == .editor ? TimetableEditPages.actions(establishment.uai, call.language) : nil
            let main: HTML = """
                \(Component.heading(Phrase.timetablesOfSchool[call.language], lead: HTML(text: establishment.name), actions: actions))\
                \(card(.classes, classes, "groups"))\(card(.groups, groups, "groups"))\
                \(card(.teachers, timetable.teachers.map { ($0.key.rawValue, $0.value) }, "teachers"))\
                \(card(.rooms, timetable.rooms.map { ($0.key.rawValue, $0.value) }, "rooms"))
                """
            return call.page(Page(title: .timetablesOfSchool, main: main))
        }
    }

    private var group: Route {
        .page(
            .get, "/timetable/{establishment}/groups/{group}", access: TimetableAPI.staff, tag: "Timetable",
            summary: "The timetable of a class or group.",
            parameters: [TimetableAPI.establishment, .uuid("group", "The class or group.")], query: TimetablePages.span
        ) { call in
            let (id, audience) = try api.staffAudience(call)
            let days = try days(call, in: id)
            let view = try await service.group(
                GroupID(rawValue: try call.path.uuid("group")), in: id, days: days, audience: audience, now: call.now)
            return page(call, [view], days, isEditor: audience == .editor)
        }
    }

    private var teacher: Route {
        .page(
            .get, "/timetable/{establishment}/teachers/{teacher}", access: TimetableAPI.staff, tag: "Timetable",
            summary: "The timetable of a member of staff.",
            parameters: [TimetableAPI.establishment, .uuid("teacher", "The person.")], query: TimetablePages.span
        ) { call in
            let (id, audience) = try api.staffAudience(call)
            let days = try days(call, in: id)
            let view = try await service.teacher(
                PersonID(rawValue: try call.path.uuid("teacher")), in: id, days: days, audience: audience, now: call.now
            )
            return page(call, [view], days, isEditor: audience == .editor)
        }
    }

    private var room: Route {
        .page(
            .get, "/timetable/{establishment}/rooms/{room}", access: TimetableAPI.staff, tag: "Timetable",
            summary: "What takes place in a room.",
            parameters: [TimetableAPI.establishment, .uuid("room", "The room.")], query: TimetablePages.span
        ) { call in
            let (id, audience) = try api.staffAudience(call)
            let days = try days(call, in: id)
            let view = try await service.room(
                RoomID(rawValue: try call.path.uuid("room")), in: id, days: days, audience: audience, now: call.now)
            return page(call, [view], days, isEditor: audience == .editor)
        }
    }

    // MARK: What is shown

    /// The days asked for; without a date the present school week, the next one on a Sunday.
    private func days(_ call: Call, in establishment: EstablishmentID?) throws -> ClosedRange<CivilDate> {
        guard call.query.date("date") == nil, let establishment else { return try api.days(call, in: establishment) }
        let today = try service.today(in: establishment, call.now)
        let date = today.weekday == 7 ? today + 1 : today
        return call.query.text("view") == "day" ? date...date : date.monday...(date.monday + 6)
    }

    private func page(
        _ call: Call, _ views: [TimetableView], _ days: ClosedRange<CivilDate>, isEditor: Bool = false,
        switcher: HTML = .empty, footer: HTML = .empty
    ) -> Response {
        let language = call.language
        let title: Phrase = views.count == 1 ? .timetable(of: views[0].name) : .myTimetable
        var main = Component.heading(title[language], lead: HTML(text: lead(views, days, language)))
        main += switcher
        main += TimetablePages.moves(call, days)
        for view in views {
            if views.count > 1 { main += "<h2>\(view.establishment.name)</h2>" }
            let today = view.establishment.timeZone.date(microseconds: call.now)
            main += TimetableWeek(view, isEditor: isEditor).html(today: today, language)
        }
        main += footer
        return call.page(Page(title: title, main: main, width: .wide))
    }

    /// What is put into the page that everybody with the same lessons has.
    private enum Gap: UInt8 {
        case title
        case switcher
        case token
        case pupil
    }

    /// Somebody's own week, which is most of what is asked for: made once for everybody who has the same lessons.
    private func ownPage(_ call: Call, _ view: TimetableView, _ shown: PersonID?, _ switcher: HTML) -> Response {
        let language = call.language
        let title = Phrase.timetable(of: view.name)
        let today = view.establishment.timeZone.date(microseconds: call.now)
        let template = view.renderedPage(language, today: today) {
            var main = Component.heading(
                markup: HTMLTemplate.gap(Gap.title), lead: HTML(text: lead([view], view.days, language)))
            main += HTMLTemplate.gap(Gap.switcher)
            main += TimetablePages.moves(call, view.days)
            main += TimetableWeek(view, isEditor: false).grid(today: today, language).html(language)
            main += TimetablePages.feedCard(
                language, token: HTMLTemplate.gap(Gap.token), pupil: shown.map { _ in HTMLTemplate.gap(Gap.pupil) })
            return main
        }
        var main = HTML(capacity: template.byteCount + switcher.bytes.count + 512)
        template.fill(&main) { (gap: Gap, html) in
            switch gap {
            case .title: html.append(text: title[language])
            case .switcher: html += switcher
            case .token: html.append(text: call.frame.forgeryToken ?? "")
            case .pupil: html.append(text: shown?.rawValue.description ?? "")
            }
        }
        return call.page(Page(title: title, main: main, width: .wide))
    }

    private func lead(_ views: [TimetableView], _ days: ClosedRange<CivilDate>, _ language: Language) -> String {
        let span =
            days.lowerBound == days.upperBound
            ? language.fullDate(days.lowerBound) : language.period(days.lowerBound, days.upperBound)
        guard let view = views.first else { return span }
        let kind = view.timetable.calendar.kind(of: days.lowerBound).map { " · " + Phrase.name(of: $0)[language] } ?? ""
        let place = views.count == 1 ? " · " + view.establishment.name : ""
        return span + kind + place
    }

    /// Before, now, after; day or week.
    static func moves(_ call: Call, _ days: ClosedRange<CivilDate>) -> HTML {
        let language = call.language
        let isDay = days.lowerBound == days.upperBound
        let step = isDay ? 1 : 7
        func link(_ date: CivilDate?, _ view: String) -> Link {
            var link = Link(localPath: call.request.path) ?? "/timetable"
            if let date { link = link.adding("date", date.description) }
            if view != "week" { link = link.adding("view", view) }
            if let pupil = call.query.uuid("pupil") { link = link.adding("pupil", pupil.description) }
            return link
        }
        let view = isDay ? "day" : "week"
        let tabs = Component.tabs(
            Phrase.views[language],
            [
                (Phrase.day[language], link(days.lowerBound, "day"), isDay),
                (Phrase.week[language], link(days.lowerBound, "week"), !isDay),
            ])
        let before = (isDay ? Phrase.previousDay : .previousWeek)[language]
        let after = (isDay ? Phrase.nextDay : .nextWeek)[language]
        let steps = Component.stepper(
            Phrase.moveInTime[language], previous: (before, link(days.lowerBound + -step, view)),
            next: (after, link(days.lowerBound + step, view)), present: (Phrase.thisWeek[language], link(nil, view)))
        return "<div class=\"toolbar\">\(tabs)\(steps)</div>"
    }

    /// Oneself and one's children, of whom one is shown.
    private static func switcher(
        _ call: Call, _ children: [TimetableService.Choice], _ shown: PersonID?, own: Bool
    ) -> HTML {
        guard children.count + (own ? 1 : 0) > 1 else { return .empty }
        var choices: [(label: String, link: Link, isCurrent: Bool)] = []
        if own {
            choices.append((Phrase.myTimetable[call.language], "/timetable", !children.contains { $0.person == shown }))
        }
        for child in children {
            choices.append((child.name, "/timetable?pupil=\(child.person.rawValue)", child.person == shown))
        }
        return Component.tabs(Phrase.whose[call.language], choices)
    }

    /// - Parameter pupil: whose timetable the address is of, when it is a pupil's.
    private static func feedCard(_ language: Language, token: HTML, pupil: HTML?) -> HTML {
        let pupil: HTML? = pupil.map { "<input type=\"hidden\" name=\"pupil\" value=\"\($0)\">" }
        func form(_ action: StaticString, _ label: Phrase, isMain: Bool) -> HTML {
            """
            <form method="post" action="\(action.description)">\(Component.token(markup: token))\(pupil)\
            <button class="button\(isMain ? " main" : "")" type="submit">\(label[language])</button></form>
            """
        }
        return """
            <details class="card no-print"><summary>\(Phrase.calendarAddress[language])</summary>\
            <p>\(Phrase.calendarAdvice[language])</p><div class="actions">\
            \(form("/timetable/feed", .createAddress, isMain: true))\
            \(form("/timetable/feed/revoke", .revokeAddress, isMain: false))</div>\
            <p class="muted">\(Phrase.printAdvice[language])</p></details>
            """
    }

    private func noChildren(_ call: Call) -> Response {
        let main: HTML = """
            \(Component.heading(Phrase.timetable[call.language]))\
            \(Component.emptyState(Phrase.noChildren[call.language], HTML(text: Phrase.noChildrenAdvice[call.language])))
            """
        return call.page(Page(title: .timetable, main: main))
    }

    private func noTimetable(_ call: Call) -> Response {
        let main: HTML = """
            \(Component.heading(Phrase.timetable[call.language]))\(Component.emptyState(Phrase.noTimetableYet[call.language]))
            """
        return call.page(Page(title: .timetable, main: main))
    }
}
