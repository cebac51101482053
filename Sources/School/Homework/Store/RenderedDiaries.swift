internal import Runtime
internal import Synchronization
package import Web

/// What was made of one span of a diary, kept with it and gone with it. A pupil's own marks are not in it: a rendering has
/// gaps where they go, and everybody in a class fills the same gaps.
package final class RenderedDiaries: Sendable {
    package enum Form: Hashable, Sendable {
        case json
        /// - Parameters:
        ///   - isOwner: the pupil, who has buttons to tick work as done.
        case page(Language, isOwner: Bool)
    }

    /// The work to do, with what it says after each piece for each way that a pupil can be with it, and what follows.
    package struct Pieces<Content: Sendable>: Sendable {
        package struct Work: Sendable {
            package let before: Content
            package let assignment: AssignmentID
            private let toDo: Content
            private let started: Content
            private let done: Content

            package init(
                before: Content, assignment: AssignmentID, mark: (Assignment.Progress) -> Content
            ) {
                self.before = before
                self.assignment = assignment
                toDo = mark(.toDo)
                started = mark(.started)
                done = mark(.done)
            }

            package func mark(_ progress: Assignment.Progress) -> Content {
                switch progress {
                case .toDo: toDo
                case .started: started
                case .done: done
                }
            }
        }

        package let work: [Work]
        package let end: Content
        package let records: Content
        /// Room that all of it needs, in bytes, marks included.
        package let length: Int

        package init(work: [Work], end: Content, records: Content, length: Int) {
            self.work = work
            self.end = end
            self.records = records
            self.length = length
        }
    }

    private struct Key: Hashable {
        let form: Form
        let timetable: Int64
    }

    /// Renderings are few: three forms at one or two versions of the timetable.
    private struct Shelf<Content: Sendable> {
        private var contents: [Key: (pieces: Pieces<Content>, validUntil: Int64)] = [:]

        func find(_ key: Key, _ now: Int64) -> Pieces<Content>? {
            contents[key].flatMap { now < $0.validUntil ? $0.pieces : nil }
        }

        mutating func keep(_ pieces: Pieces<Content>, _ key: Key, validUntil: Int64) {
            if contents.count >= 8 { contents.removeAll() }
            contents[key] = (pieces, validUntil)
        }
    }

    private let json = Mutex(Shelf<[UInt8]>())
    private let pages = Mutex(Shelf<HTML>())

    package init() {}

    /// The rendering kept, or a new one.
    /// - Parameters:
    ///   - timetable: the version that names and lessons come from.
    ///   - validUntil: when what `make` makes stops being true.
    package func json(
        timetable: Int64, now: Int64, validUntil: Int64, _ make: () -> Pieces<[UInt8]>
    ) -> Pieces<[UInt8]> {
        let key = Key(form: .json, timetable: timetable)
        if let known = json.withLock({ $0.find(key, now) }) { return known }
        let made = make()
        json.withLock { $0.keep(made, key, validUntil: validUntil) }
        return made
    }

    /// The same for a page.
    package func page(
        _ form: Form, timetable: Int64, now: Int64, validUntil: Int64, _ make: () -> Pieces<HTML>
    ) -> Pieces<HTML> {
        let key = Key(form: form, timetable: timetable)
        if let known = pages.withLock({ $0.find(key, now) }) { return known }
        let made = make()
        pages.withLock { $0.keep(made, key, validUntil: validUntil) }
        return made
    }
}
