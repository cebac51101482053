package import Runtime
internal import Synchronization
package import Web

/// What was made of one timetable, kept with it and gone with it: everybody in a class reads the same week.
///
/// A rendering is good until the next change is published, which the timetable knows beforehand; a write makes a new
/// version, with renderings of its own. Bounded: past its share a timetable forgets all of them and begins again.
package final class RenderedTimetables: Sendable {
    /// What a rendering depends on beside the timetable itself. No person is in it: names of pupils are never kept here.
    package struct Key: Hashable, Sendable {
        package enum Form: Hashable, Sendable {
            case json
            /// - Parameter school: its name, which has no version here.
            case grid(Language, today: CivilDate, isEditor: Bool, view: View, school: String)
            /// All that somebody's own page says, with gaps for who it is.
            case page(Language, today: CivilDate, view: View, school: String)
            /// The next day with lessons, for the first page, with a gap for whose they are.
            case nextDay(Language)
        }

        /// Which details a lesson shows.
        package enum View: Hashable, Sendable {
            case pupils
            case teacher
            case room
        }

        package let subject: Timetable.Subject
        package let first: CivilDate
        package let last: CivilDate
        package let isForEditors: Bool
        package let form: Form

        package init(
            subject: Timetable.Subject, days: ClosedRange<CivilDate>, isForEditors: Bool, form: Form
        ) {
            self.subject = subject
            first = days.lowerBound
            last = days.upperBound
            self.isForEditors = isForEditors
            self.form = form
        }
    }

    /// Renderings of one kind, with what they weigh.
    private struct Shelf<Content: Sendable>: Sendable {
        private var contents: [Key: (content: Content, validUntil: Int64)] = [:]
        private var bytes = 0

        func find(_ key: Key, _ now: Int64) -> Content? {
            contents[key].flatMap { now < $0.validUntil ? $0.content : nil }
        }

        mutating func keep(_ content: Content, weighing weight: Int, _ key: Key, validUntil: Int64) {
            if bytes + weight > RenderedTimetables.capacity { self = Shelf() }
            contents[key] = (content, validUntil)
            bytes += weight
        }
    }

    /// In bytes, for JSON, grids and pages each: some thirty weeks of a class. 400 timetables that fill all are 600 MB.
    private static let capacity = 500_000

    private let json = Mutex(Shelf<[UInt8]>())
    private let grids = Mutex(Shelf<HTML>())
    private let pages = Mutex(Shelf<HTMLTemplate>())

    package init() {}

    /// The JSON kept under `key`, or a new one.
    /// - Parameters:
    ///   - now: microseconds since 1970.
    ///   - validUntil: when what `make` makes stops being true.
    package func json(_ key: Key, now: Int64, validUntil: Int64, _ make: () -> [UInt8]) -> [UInt8] {
        if let known = json.withLock({ $0.find(key, now) }) { return known }
        let made = make()
        json.withLock { $0.keep(made, weighing: made.count, key, validUntil: validUntil) }
        return made
    }

    /// The same for a piece of a page.
    package func grid(_ key: Key, now: Int64, validUntil: Int64, _ make: () -> HTML) -> HTML {
        if let known = grids.withLock({ $0.find(key, now) }) { return known }
        let made = make()
        grids.withLock { $0.keep(made, weighing: made.bytes.count, key, validUntil: validUntil) }
        return made
    }

    /// The same for a page with gaps.
    package func page(_ key: Key, now: Int64, validUntil: Int64, _ make: () -> HTML) -> HTMLTemplate {
        if let known = pages.withLock({ $0.find(key, now) }) { return known }
        let made = HTMLTemplate(make())
        pages.withLock { $0.keep(made, weighing: made.byteCount, key, validUntil: validUntil) }
        return made
    }
}
