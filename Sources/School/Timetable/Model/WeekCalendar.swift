package import Runtime

/// In which weeks a lesson takes place (*alternance*).
package enum WeekCycle: String, Hashable, Sendable, CaseIterable {
    case every
    case a
    case b
}

/// What a week is in the establishment's calendar.
package enum WeekKind: String, Hashable, Sendable, CaseIterable {
    case a
    case b
    /// No lessons: holidays, or a week the establishment closes.
    case off
}

/// The establishment's weeks of a school year: A, B or off, by Monday. Kept by the establishment, which may decide any
/// week, so that nothing is computed from the parity of week numbers.
package struct WeekCalendar: Sendable {
    private let kinds: [Int: WeekKind]

    /// - Parameter weeks: by Monday; a week that is not named has lessons of every week only.
    package init(_ weeks: [(monday: CivilDate, kind: WeekKind)]) {
        kinds = Dictionary(weeks.map { ($0.monday.monday.daysSince1970, $0.kind) }, uniquingKeysWith: { $1 })
    }

    /// The weeks that the establishment decided, in order.
    package var weeks: [(monday: CivilDate, kind: WeekKind)] {
        kinds.sorted { $0.key < $1.key }.map { (CivilDate(daysSince1970: $0.key), $0.value) }
    }

    package func kind(of date: CivilDate) -> WeekKind? { kinds[date.monday.daysSince1970] }

    /// Whether a lesson of `cycle` takes place in the week of `date`.
    package func holds(_ cycle: WeekCycle, on date: CivilDate) -> Bool {
        switch (kind(of: date), cycle) {
        case (.off, _): false
        case (_, .every): true
        case (.a, .a), (.b, .b): true
        default: false
        }
    }

    /// A and B in turn over the weeks from `start` to `end`, holidays off: the proposal an establishment starts from.
    package static func alternating(from start: CivilDate, to end: CivilDate, off: (CivilDate) -> Bool) -> [(
        monday: CivilDate, kind: WeekKind
    )] {
        var weeks: [(monday: CivilDate, kind: WeekKind)] = []
        var next = WeekKind.a
        var monday = start.monday
        while monday <= end {
            if (0..<5).allSatisfy({ off(monday + $0) }) {
                weeks.append((monday, .off))
            } else {
                weeks.append((monday, next))
                next = next == .a ? .b : .a
            }
            monday = monday + 7
        }
        return weeks
    }
}
