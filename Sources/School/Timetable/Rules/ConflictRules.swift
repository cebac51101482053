package import Runtime
package import Tenancy

/// Two lessons that want the same person, room or pupils at the same time. A warning to whoever edits, never a refusal:
/// a co-taught class and a gymnasium for two classes are ordinary.
package struct Conflict: Hashable, Sendable {
    package enum Resource: Hashable, Sendable {
        case teacher(PersonID)
        case room(RoomID)
        case group(GroupID)
    }

    package let resource: Resource
    package let lesson: LessonID
    /// The first day on which both take place.
    package let date: CivilDate
}

package enum ConflictRules {
    /// What `lesson` would collide with if it were in `timetable`, itself left out: each resource and lesson once, with
    /// the first day on which both take place, at most `limit` of them.
    package static func conflicts(of lesson: Lesson, in timetable: Timetable, limit: Int = 50) -> [Conflict] {
        var candidates: Set<LessonID> = []
        for teacher in lesson.teachers { candidates.formUnion(timetable.lessons(of: .teacher(teacher)).map(\.id)) }
        for room in lesson.rooms { candidates.formUnion(timetable.lessons(of: .room(room)).map(\.id)) }
        for group in lesson.groups { candidates.formUnion(timetable.lessons(of: .groups([group])).map(\.id)) }
        candidates.remove(lesson.id)
        var conflicts: [Conflict] = []
        for other in candidates.compactMap({ timetable.lessons[$0] }).sorted(by: { $0.id.rawValue < $1.id.rawValue }) {
            guard other.weekday == lesson.weekday, other.span.overlaps(lesson.span),
                let date = firstCommonDay(lesson, other, timetable)
            else { continue }
            for resource in sharedResources(lesson, other) {
                guard conflicts.count < limit else { return conflicts }
                conflicts.append(Conflict(resource: resource, lesson: other.id, date: date))
            }
        }
        return conflicts
    }

    private static func sharedResources(_ left: Lesson, _ right: Lesson) -> [Conflict.Resource] {
        left.teachers.filter(right.teachers.contains).map { .teacher($0) }
            + left.rooms.filter(right.rooms.contains).map { .room($0) }
            + left.groups.filter(right.groups.contains).map { .group($0) }
    }

    private static func firstCommonDay(_ left: Lesson, _ right: Lesson, _ timetable: Timetable) -> CivilDate? {
        let first = max(left.from, right.from)
        let last = min(left.until, right.until)
        var date = first + (left.weekday - first.weekday + 7) % 7
        // A school year has at most 53 weeks; the bound holds whatever dates were given.
        for _ in 0..<60 where date <= last {
            if TimetableRules.isHeld(left, on: date, timetable), TimetableRules.isHeld(right, on: date, timetable) {
                return date
            }
            date = date + 7
        }
        return nil
    }
}
