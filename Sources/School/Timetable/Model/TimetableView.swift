package import Runtime
package import Tenancy
package import Web

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
    package let subject: Timetable.Subject
    package let audience: TimetableRules.Audience
    /// Microseconds since 1970.
    package let now: Int64

    package init(
        establishment: Establishment, whose: Whose, name: String, days: ClosedRange<CivilDate>, timetable: Timetable,
        subject: Timetable.Subject, audience: TimetableRules.Audience, now: Int64
    ) {
        self.establishment = establishment
        self.whose = whose
        self.name = name
        self.days = days
        self.timetable = timetable
        self.subject = subject
        self.audience = audience
        self.now = now
    }

    /// The lessons, by day and time; worked out at each call.
    package var occurrences: [Occurrence] {
        TimetableRules.occurrences(
            timetable, of: subject, from: days.lowerBound, to: days.upperBound, audience: audience, now: now)
    }

    /// What `make` makes of the lessons, or what it made before for somebody with the same ones.
    package func renderedJSON(_ make: () -> [UInt8]) -> [UInt8] {
        timetable.rendered.json(key(.json), now: now, validUntil: timetable.nextPublication(after: now), make)
    }

    /// The same for the grid of a page.
    package func renderedGrid(
        _ language: Language, today: CivilDate, isEditor: Bool, _ make: () -> HTML
    ) -> HTML {
        timetable.rendered.grid(
            key(.grid(language, today: today, isEditor: isEditor, view: details, school: establishment.name)), now: now,
            validUntil: timetable.nextPublication(after: now), make)
    }

    /// The same for all that somebody's own page says; with gaps for who it is, which is never kept.
    package func renderedPage(_ language: Language, today: CivilDate, _ make: () -> HTML) -> HTMLTemplate {
        timetable.rendered.page(
            key(.page(language, today: today, view: details, school: establishment.name)), now: now,
            validUntil: timetable.nextPublication(after: now), make)
    }

    /// The same for what the first page says of the next day with lessons.
    package func renderedNextDay(_ language: Language, _ make: () -> HTML) -> HTMLTemplate {
        timetable.rendered.page(
            key(.nextDay(language)), now: now, validUntil: timetable.nextPublication(after: now), make)
    }

    private var details: RenderedTimetables.Key.View {
        switch whose {
        case .pupil, .group: .pupils
        case .teacher: .teacher
        case .room: .room
        }
    }

    private func key(_ form: RenderedTimetables.Key.Form) -> RenderedTimetables.Key {
        let isForEditors = if case .editor = audience { true } else { false }
        return RenderedTimetables.Key(subject: subject, days: days, isForEditors: isForEditors, form: form)
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
