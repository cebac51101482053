/// What the timetable refuses.
package enum TimetableError: Error, Equatable, Sendable {
    /// No such lesson, change, class, room or teacher here, or not for this person: the two are not told apart.
    case notFound
    /// The lesson changed since it was read; its present revision.
    case revisionChanged(Int)
    /// A subject, teacher, group or room that the establishment does not have.
    case unknownReference
    /// The lesson does not take place on that day.
    case notHeldThatDay
    /// The establishment has no timetable for that school year.
    case noTimetable
    /// Outside what a timetable holds: dates outside the school year, too many teachers, an end before a start.
    case invalid(field: String)
}
