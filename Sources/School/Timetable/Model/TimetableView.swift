package import Runtime
package import Tenancy

/// Somebody's or something's timetable over a span of days, ready to be shown: what the API and the pages both start from.
package struct TimetableView: Sendable {
    package enum Whose: Hashable, Sendable {
        case pupil(PersonID)
        case teacher(PersonID)
        case group(GroupID)
        case room(RoomID)
    }

    package let establishment: Establishment
    package let whose: Whose
    /// The pupil's or teacher's name, the class's, the room's.
    package let name: String
    package let days: ClosedRange<CivilDate>
    package let timetable: Timetable
    package let occurrences: [Occurrence]

    package init(
        establishment: Establishment, whose: Whose, name: String, days: ClosedRange<CivilDate>, timetable: Timetable,
        occurrences: [Occurrence]
    ) {
        self.establishment = establishment
        self.whose = whose
        self.name = name
        self.days = days
        self.timetable = timetable
        self.occurrences = occurrences
    }

    package func subjectName(_ occurrence: Occurrence) -> String {
        occurrence.subject.flatMap { timetable.subjects[$0]?.name } ?? ""
    }

    package func roomNames(_ occurrence: Occurrence) -> [String] { occurrence.rooms.compactMap { timetable.rooms[$0] } }

    package func teacherNames(_ occurrence: Occurrence) -> [String] {
        occurrence.teachers.compactMap { timetable.teachers[$0] }
    }

    package func groupNames(_ occurrence: Occurrence) -> [String] {
        occurrence.groups.compactMap { timetable.groups[$0]?.name }
    }
}
