internal import Runtime
internal import Tenancy
internal import Web

/// A timetable as the grid of a page.
struct TimetableWeek {
    private let view: TimetableView
    private let isEditor: Bool

    /// - Parameter isEditor: each lesson leads to the page where it is changed.
    init(_ view: TimetableView, isEditor: Bool) {
        self.view = view
        self.isEditor = isEditor
    }

    /// The grid as HTML, made once for everybody who has the same lessons.
    func html(today: CivilDate, _ language: Language) -> HTML {
        view.renderedGrid(language, today: today, isEditor: isEditor) { grid(today: today, language).html(language) }
    }

    /// Monday to Friday, and the week-end days that have something.
    func grid(today: CivilDate, _ language: Language) -> WeekGrid {
        var days: [WeekGrid.Day] = []
        var date = view.days.lowerBound
        var next = 0
        let occurrences = view.occurrences
        while date <= view.days.upperBound {
            var items: [WeekGrid.Item] = []
            while next < occurrences.count, occurrences[next].date == date {
                items.append(item(occurrences[next], language))
                next += 1
            }
            let isAlone = view.days.lowerBound == view.days.upperBound
            if isAlone || date.weekday <= 5 || !items.isEmpty {
                days.append(WeekGrid.Day(date, items, note: view.timetable.closedDays[date]))
            }
            date = date + 1
        }
        return WeekGrid(days, today: today, name: view.establishment.name, prefix: view.establishment.uai.rawValue)
    }

    private func item(_ occurrence: Occurrence, _ language: Language) -> WeekGrid.Item {
        let title = view.subjectName(occurrence)
        var details: [String] = []
        if case .group = view.whose {
        } else if case .pupil = view.whose {
        } else {
            details.append(view.groupNames(occurrence).joined(separator: ", "))
        }
        if case .teacher = view.whose, occurrence.status == .planned {
        } else {
            details.append(view.teacherNames(occurrence).joined(separator: ", "))
        }
        if case .room = view.whose {} else { details.append(view.roomNames(occurrence).joined(separator: ", ")) }
        details.append(occurrence.note)
        return WeekGrid.Item(
            occurrence.span.start.minutes..<occurrence.span.end.minutes, title, details: details.filter { !$0.isEmpty },
            colorKey: title, mark: mark(occurrence, language), isOff: !occurrence.status.takesPlace,
            link: isEditor ? link(occurrence) : nil)
    }

    private func mark(_ occurrence: Occurrence, _ language: Language) -> (label: String, kind: Notice.Kind)? {
        let name = Phrase.name(of: occurrence.status)[language]
        switch occurrence.status {
        case .planned: return nil
        case .cancelled: return (name, .error)
        case .movedAway:
            return occurrence.counterpart.map { (Phrase.movedTo(language.shortDay($0))[language], .warning) }
                ?? (name, .warning)
        case .moved, .replaced, .roomChanged, .supervised: return (name, .warning)
        case .exceptional: return (name, .information)
        }
    }

    private func link(_ occurrence: Occurrence) -> Link? {
        let uai = view.establishment.uai.rawValue
        // A moved lesson is changed where it was planned.
        let date = occurrence.status == .moved ? occurrence.counterpart ?? occurrence.date : occurrence.date
        return occurrence.lesson.map { "/timetable/\(uai)/lessons/\($0.rawValue)/\(date)" }
            ?? occurrence.change.map { "/timetable/\(uai)/changes/\($0.rawValue)" }
    }
}
