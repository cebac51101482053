internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// What is to be done next, on the first page: for the pupil, and for each child of a guardian.
struct HomeHomeworkPages {
    private let homework: HomeworkService

    init(_ homework: HomeworkService) { self.homework = homework }

    /// Children shown at most; the diary itself has all of them.
    private static let mostChildren = 4

    /// Today and a week.
    static func days(from today: CivilDate) -> ClosedRange<CivilDate> { today...(today + 7) }

    static func unavailable(_ language: Language) -> HTML {
        Notice(.warning, Phrase.homeworkUnavailable[language]).html(language)
    }

    /// The work of the next day that has some, tomorrow or later. A shard that does not answer takes nothing else away.
    func card(_ call: Call) async -> HTML {
        let language = call.language
        guard let first = call.profiles.first?.establishment else { return .empty }
        do {
            let today = try homework.today(in: first, call.now)
            let days = HomeHomeworkPages.days(from: today)
            if call.profiles.contains(where: { $0.role == .pupil }) {
                let views = try await homework.mine(call.profiles, pupil: nil, days: days, now: call.now)
                return views.html { HomeHomeworkPages.card($0, after: today, of: nil, language) }
            }
            guard call.profiles.contains(where: { $0.role == .guardian }) else { return .empty }
            let children = try await homework.timetables.children(of: call.profiles, now: call.now)
            var html = HTML()
            for child in children.children.prefix(HomeHomeworkPages.mostChildren) {
                do {
                    let views = try await homework.mine(call.profiles, pupil: child.person, days: days, now: call.now)
                    html += views.html { HomeHomeworkPages.card($0, after: today, of: child.person, language) }
                } catch {
                    html += HomeHomeworkPages.unavailable(language)
                }
            }
            return html
        } catch TimetableError.noTimetable {
            return .empty
        } catch {
            return HomeHomeworkPages.unavailable(language)
        }
    }

    /// - Parameter child: the one whose diary it is, for a guardian.
    static func card(_ view: DiaryView, after today: CivilDate, of child: PersonID?, _ language: Language) -> HTML {
        let assignments = view.assignments.filter { $0.dueOn > today }
        let date: Link = "/homework?date=\(today + 1)"
        let link = child.map { date.adding("pupil", $0.rawValue.description) } ?? date
        let title = view.name + " · " + Phrase.workToDo[language]
        guard let day = assignments.first?.dueOn else {
            return Component.card(title, Component.emptyState(Phrase.noWork[language]))
        }
        let items = assignments.filter { $0.dueOn == day }.html { assignment in
            let progress = view.progress[assignment.id] ?? .toDo
            let tag = Component.tag(
                Phrase.name(of: progress)[language], progress == .done ? .success : nil)
            return "<li><strong>\(view.subjectName(assignment.subject))</strong> · \(assignment.title) \(tag)</li>"
        }
        let more = Component.button(Phrase.homework[language], to: link)
        return Component.card(
            title,
            """
            <p class="hint">\(Phrase.forDay(language.weekdayAndDay(day))[language])</p><ul class="lines">\(items)</ul>\
            <p class="actions">\(more)</p>
            """)
    }
}
