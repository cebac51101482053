package import Runtime
package import Tenancy

/// A lesson on a day, as people see it: the theory with its change applied.
package struct Occurrence: Hashable, Sendable {
    package enum Status: String, Hashable, Sendable, CaseIterable {
        case planned
        case cancelled
        /// Here is where it was; it takes place elsewhere in time.
        case movedAway = "moved_away"
        /// Here is where it went.
        case moved
        case replaced
        case roomChanged = "room_changed"
        case supervised
        case exceptional

        /// Whether people have to be there.
        package var takesPlace: Bool { self != .cancelled && self != .movedAway }
    }

    package let date: CivilDate
    package let span: TimeSpan
    package let status: Status
    package let lesson: LessonID?
    package let change: LessonChangeID?
    package let subject: SubjectID?
    package let teachers: [PersonID]
    package let groups: [GroupID]
    package let rooms: [RoomID]
    package let note: String
    /// For `movedAway` where it goes, for `moved` where it was.
    package let counterpart: CivilDate?
}
