internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// The page one arrives on after signing in: today's lessons, and the way to everything else.
struct HomePages {
    private let timetable: TimetableService
    private let homework: HomeworkService
    private let tenancy: Tenancy

    init(_ timetable: TimetableService, _ homework: HomeworkService, _ tenancy: Tenancy) {
        self.timetable = timetable
        self.homework = homework
        self.tenancy = tenancy
    }

    var routes: [Route] {
        [
            .page(.get, "/home", access: .signedIn, tag: "Home", summary: "The signed-in person's first page.") {
                call in
                try await home(call)
            }
        ]
    }

    private func home(_ call: Call) async throws -> Response {
        let language = call.language
        let name = try call.requireSession().holder.name
        var main = Component.heading(Phrase.hello(name)[language], lead: lead(call))
        main += await pupilsParts(call)
        let cards = SchoolFrame.navigation(call.profiles, tenancy).dropFirst().html { item in
            "<li>\(Component.button(item.label[language], to: item.link))</li>"
        }
        if !cards.isEmpty { main += Component.card(Phrase.services[language], "<ul class=\"actions\">\(cards)</ul>") }
        return call.page(Page(title: .home, main: main))
    }

    private func pupilsParts(_ call: Call) async -> HTML {
        if ModuleGate.haveEverything(call.profiles, tenancy), call.profiles.contains(where: { $0.role == .pupil }) {
            return await ownParts(call)
        }
        return await ModuleGate.part("timetable", call, tenancy) { await self.today($0) }
            + ModuleGate.part("homework", call, tenancy) { await HomeHomeworkPages(homework).card($0) }
    }

    /// A pupil's lessons and work, with one reading for both.
    private func ownParts(_ call: Call) async -> HTML {
        let language = call.language
        guard let home = call.profiles.first?.establishment else { return .empty }
        do {
            let today = try timetable.today(in: home, call.now)
            let diaries = try await homework.mine(
                call.profiles, pupil: nil, days: HomeHomeworkPages.days(from: today), now: call.now)
            let lessons = diaries.compactMap { $0.lessons(in: HomePages.days(from: today)) }
            return lessons.html { HomePages.nextDay($0, language) }
                + diaries.html { HomeHomeworkPages.card($0, after: today, of: nil, language) }
        } catch TimetableError.noTimetable {
            return HomePages.noTimetable(language)
        } catch {
            return Notice(.warning, Phrase.timetableUnavailable[language]).html(language)
                + HomeHomeworkPages.unavailable(language)
        }
    }

    private static func noTimetable(_ language: Language) -> HTML {
        Component.card(nil, Component.emptyState(Phrase.noTimetableYet[language]))
    }

    private static func days(from today: CivilDate) -> ClosedRange<CivilDate> { today...(today + 6) }

    private func lead(_ call: Call) -> HTML? {
        guard let establishment = call.profiles.first.flatMap({ tenancy.map[$0.establishment] }) else { return nil }
        return HTML(text: call.language.fullDate(establishment.timeZone.date(microseconds: call.now)))
    }

    /// Today's lessons, or those of the next school day in the week. A shard that does not answer takes nothing else away
    /// from the page.
    private func today(_ call: Call) async -> HTML {
        let language = call.language
        guard let home = call.profiles.first?.establishment else { return .empty }
        do {
            let today = try timetable.today(in: home, call.now)
            let views = try await timetable.mine(
                call.profiles, pupil: nil, days: HomePages.days(from: today), now: call.now)
            return views.html { HomePages.nextDay($0, language) }
        } catch TimetableError.noTimetable {
            return HomePages.noTimetable(language)
        } catch {
            return Notice(.warning, Phrase.timetableUnavailable[language]).html(language)
        }
    }

    private enum Gap: UInt8 {
        case name
    }

    /// The next day with lessons: made once for everybody who has the same.
    private static func nextDay(_ view: TimetableView, _ language: Language) -> HTML {
        let template = view.renderedNextDay(language) {
            let occurrences = view.occurrences
            guard let next = occurrences.first(where: { $0.status.takesPlace })?.date else {
                return Component.card(
                    markup: HTMLTemplate.gap(Gap.name), Component.emptyState(Phrase.noLessonsThisWeek[language]))
            }
            let items = occurrences.filter { $0.date == next }.html { HomePages.line($0, view, language) }
            let title: HTML = "\(HTMLTemplate.gap(Gap.name)) · \(language.weekdayAndDay(next))"
            return Component.card(markup: title, "<ul class=\"lines\">\(items)</ul>")
        }
        var html = HTML(capacity: template.byteCount + 128)
        template.fill(&html) { (_: Gap, html) in html.append(text: view.name) }
        return html
    }

    private static func line(_ occurrence: Occurrence, _ view: TimetableView, _ language: Language) -> HTML {
        let times = language.timeRange(minutes: occurrence.span.start.minutes..<occurrence.span.end.minutes)
        let place = view.roomNames(occurrence).joined(separator: ", ")
        let mark: HTML? =
            occurrence.status == .planned
            ? nil
            : Component.tag(
                Phrase.name(of: occurrence.status)[language], occurrence.status.takesPlace ? .warning : .error)
        let subject: HTML =
            occurrence.status.takesPlace
            ? "<strong>\(view.subjectName(occurrence))</strong>" : "<s>\(view.subjectName(occurrence))</s>"
        return "<li>\(times) · \(subject) · \(place) \(mark)</li>"
    }
}

extension Phrase {
    static let services = Phrase(fr: "Services", en: "Services")
    static let timetableUnavailable = Phrase(
        fr: "L'emploi du temps n'est pas disponible pour le moment ; le reste fonctionne.",
        en: "The timetable is not available for the moment; everything else works.")

    static func hello(_ name: String) -> Phrase { Phrase(fr: "Bonjour \(name)", en: "Hello \(name)") }
}
