internal import Runtime
internal import School
internal import Tenancy

/// A diary for each class: what was done in the lessons of the last two school weeks, and work for those to come. Run again
/// later, it goes on where it stopped: the same lesson on the same day gives the same entries.
struct DemoHomework {
    struct Record {
        let id: UUID
        let lesson: Lesson
        let day: CivilDate
        let title: String
        let content: String
        let annotation: String
        let publishedAt: Int64
    }

    struct Work {
        let id: UUID
        let lesson: Lesson
        let givenOn: CivilDate
        let due: (lesson: Lesson, day: CivilDate)
        let kind: Assignment.Kind
        let title: String
        let content: String
        let minutes: Int
        let publishedAt: Int64
    }

    private(set) var records: [Record] = []
    private(set) var work: [Work] = []
    /// Pupils who have ticked something: the first of each class.
    private(set) var progress: [(pupil: PersonID, work: Work, state: Assignment.Progress)] = []

    private static let daysBefore = 14
    private static let daysAfter = 14

    private static let topics = [
        "découverte d'un chapitre inventé", "exercices d'application imaginaires", "lecture d'un document fictif",
        "travail de groupe sur un exemple", "correction d'un devoir qui n'existe pas",
        "bilan d'une séquence de démonstration",
    ]

    /// - Parameter now: microseconds since 1970.
    init(_ school: DemoSchool, calendar: SchoolCalendar, now: Int64) {
        let zone = school.establishment.timeZone
        let today = zone.date(microseconds: now)
        let weeks = WeekCalendar(
            WeekCalendar.alternating(from: school.firstDay, to: school.lastDay) { date in
                calendar.holiday(on: date) != nil || date < school.firstDay || date > school.lastDay
            })
        let last = min(today + DemoHomework.daysAfter, school.lastDay)
        var date = max(today.monday + -DemoHomework.daysBefore, school.firstDay)
        guard date <= last else { return }
        var slots: [Teaching: [(lesson: Lesson, day: CivilDate)]] = [:]
        while date <= last {
            for lesson in school.lessons
            where calendar.holiday(on: date) == nil && lesson.takesPlace(on: date, in: weeks) {
                for group in lesson.groups {
                    slots[Teaching(subject: lesson.subject, group: group), default: []].append((lesson, date))
                }
            }
            date = date + 1
        }
        let codes = Dictionary(school.subjects.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        for (teaching, lessons) in slots {
            let inOrder = lessons.sorted { ($0.day, $0.lesson.span.start) < ($1.day, $1.lesson.span.start) }
            for (index, slot) in inOrder.enumerated() where slot.day <= today {
                add(
                    slot, next: index + 1 < inOrder.count ? inOrder[index + 1] : nil, codes[teaching.subject] ?? "",
                    zone)
            }
        }
        tick(school)
    }

    private struct Teaching: Hashable {
        let subject: SubjectID
        let group: GroupID
    }

    private mutating func add(
        _ slot: (lesson: Lesson, day: CivilDate), next: (lesson: Lesson, day: CivilDate)?, _ subject: String,
        _ zone: SchoolTimeZone
    ) {
        var ids = DeterministicIDs(
            seed: slot.lesson.id.rawValue.high ^ slot.lesson.id.rawValue.low &+ UInt64(slot.day.daysSince1970))
        let recordID = ids.next()
        let workID = ids.next()
        let number = Int(recordID.low % 60) + 1
        let topic = DemoHomework.topics[number % DemoHomework.topics.count]
        let end = zone.microseconds(of: slot.day, minute: slot.lesson.span.end.minutes)
        records.append(
            Record(
                id: recordID, lesson: slot.lesson, day: slot.day, title: "\(subject), \(topic)",
                content: """
                    Séance de démonstration n° \(number).

                    - Rappel du cours précédent
                    - **Activité inventée** page \(number + 10) du manuel fictif
                    - Ce qu'il faut retenir : tout ceci est imaginaire
                    """,
                annotation: number % 5 == 0 ? "Note personnelle inventée : reprendre l'exemple." : "", publishedAt: end)
        )
        // Two lessons in five give work.
        guard let next, number % 5 < 2 else { return }
        let kind = Assignment.Kind.allCases[number % 4]
        let title =
            switch kind {
            case .exercise: "Exercices inventés n° \(number) et \(number + 1)"
            case .lesson: "Apprendre la leçon imaginaire"
            case .homework: "Devoir maison fictif n° \(number % 9 + 1)"
            case .test: "Contrôle sur le chapitre inventé"
            }
        work.append(
            Work(
                id: workID, lesson: slot.lesson, givenOn: slot.day, due: next, kind: kind, title: title,
                content: "Page \(number + 12) du manuel fictif. *Travail de démonstration.*",
                minutes: 10 + number % 4 * 10, publishedAt: end))
    }

    private mutating func tick(_ school: DemoSchool) {
        for group in school.groups {
            guard let pupil = group.pupils.first else { continue }
            for (index, each) in work.filter({ $0.lesson.groups.contains(group.id) }).enumerated() where index % 3 != 0
            {
                progress.append((pupil, each, index % 3 == 1 ? .done : .started))
            }
        }
    }
}
