package import Runtime
package import School
package import Tenancy

/// An invented establishment with everybody in it and a timetable that could be a real one: no teacher, room or class is in
/// two places at once. The same establishment gives the same school each time, identifiers included.
package struct DemoSchool: Sendable {
    package struct Person: Sendable {
        package let id: PersonID
        package let role: Role
        package let given: String
        package let family: String
        /// Unique on the platform: it carries the establishment's UAI.
        package let login: String
    }

    package struct Group: Sendable {
        package let id: GroupID
        package let name: String
        package let level: String
        package let isClass: Bool
        package let pupils: [PersonID]
    }

    package struct Subject: Sendable {
        package let id: SubjectID
        package let code: String
        package let name: String
    }

    package struct Room: Sendable {
        package let id: RoomID
        package let name: String
    }

    package let establishment: Establishment
    package let year: SchoolYear
    package let firstDay: CivilDate
    package let lastDay: CivilDate
    package private(set) var people: [Person] = []
    package private(set) var groups: [Group] = []
    package private(set) var guardianships: [(guardian: PersonID, pupil: PersonID, kind: String)] = []
    package private(set) var subjects: [Subject] = []
    package private(set) var rooms: [Room] = []
    package private(set) var lessons: [Lesson] = []
    package private(set) var mainTeachers: [(teacher: PersonID, group: GroupID)] = []

    private var ids: DeterministicIDs
    private let pupilsPerClass: Int

    /// - Parameters:
    ///   - pupilsPerClass: two classes a level, so 24 pupils make about 200 in a collège and 150 in a lycée.
    package init(_ establishment: Establishment, calendar: SchoolCalendar, pupilsPerClass: Int = 24) {
        self.establishment = establishment
        year = calendar.schoolYear
        firstDay = calendar.days.lowerBound
        lastDay = calendar.days.upperBound
        self.pupilsPerClass = pupilsPerClass
        ids = DeterministicIDs(seed: UInt64(establishment.id.rawValue))
        let levels = establishment.levels.isEmpty ? ["6e", "5e", "4e", "3e"] : establishment.levels
        addSubjectsAndRooms(classes: levels.count * 2)
        addStaff()
        for level in levels { addLevel(level) }
        fillTimetable()
    }

    /// The bell schedule of the demonstration.
    package static let periods: [(label: String, starts: Int, ends: Int)] = [
        ("M1", 480, 535), ("M2", 540, 595), ("M3", 610, 665), ("M4", 670, 725), ("S1", 790, 845), ("S2", 850, 905),
        ("S3", 920, 975), ("S4", 980, 1035),
    ]

    /// Subject code, name, lessons a week; a half is a lesson every other week.
    private static let programme: [(code: String, name: String, lessons: Double)] = [
        ("FRANC", "Français", 4.5), ("MATHS", "Mathématiques", 4), ("HI-GE", "Histoire-géographie", 3),
        ("ANG", "Anglais", 3), ("EPS", "Éducation physique et sportive", 3),
        ("SVT", "Sciences de la vie et de la Terre", 1.5),
        ("PH-CH", "Physique-chimie", 1.5), ("TECHN", "Technologie", 1.5), ("A-PLA", "Arts plastiques", 1),
        ("EDMUS", "Éducation musicale", 1),
    ]
    private static let languages = [("ESP", "Espagnol"), ("ALL", "Allemand")]

    private mutating func addSubjectsAndRooms(classes: Int) {
        for (code, name) in DemoSchool.programme.map({ ($0.code, $0.name) }) + DemoSchool.languages {
            subjects.append(Subject(id: SubjectID(rawValue: ids.next()), code: code, name: name))
        }
        let ordinary = (1...max(6, classes)).map { "Salle \(100 + $0)" }
        let special = ["Gymnase", "Labo 1", "Labo 2", "Techno", "Arts", "Musique", "Langues 1", "Langues 2"]
        for name in ordinary + special { rooms.append(Room(id: RoomID(rawValue: ids.next()), name: name)) }
    }

    private mutating func addPerson(_ role: Role) -> PersonID {
        let id = PersonID(rawValue: ids.next())
        let name = DemoNames.person(people.count &+ Int(establishment.id.rawValue) &* 7)
        let number = people.count + 1
        people.append(
            Person(
                id: id, role: role, given: name.given, family: name.family,
                login: "\(DemoNames.login(name.given, name.family))\(number).\(establishment.uai.rawValue.lowercased())"
            ))
        return id
    }

    private mutating func addStaff() {
        _ = addPerson(.head)
        for _ in 0..<2 { _ = addPerson(.schoolLife) }
        _ = addPerson(.staff)
        // Enough teachers of each subject for two of any class's lessons to fall together.
        for subject in subjects.indices {
            for _ in 0..<(subject < 5 ? 3 : 2) { teachersOf[subject].append(addPerson(.teacher)) }
        }
    }

    private var teachersOf: [[PersonID]] = Array(repeating: [], count: 12)

    private mutating func addLevel(_ level: String) {
        var classes: [[PersonID]] = []
        for letter in ["A", "B"] {
            var pupils: [PersonID] = []
            for index in 0..<pupilsPerClass {
                let pupil = addPerson(.pupil)
                pupils.append(pupil)
                guardianships.append((addPerson(.guardian), pupil, "legal_1"))
                if index % 3 != 0 { guardianships.append((addPerson(.guardian), pupil, "legal_2")) }
            }
            classes.append(pupils)
            groups.append(
                Group(
                    id: GroupID(rawValue: ids.next()), name: "\(level) \(letter)", level: level, isClass: true,
                    pupils: pupils))
            mainTeachers.append((teachersOf[groups.count % 5][0], groups[groups.count - 1].id))
        }
        for (index, language) in DemoSchool.languages.enumerated() {
            var pupils: [PersonID] = []
            for members in classes {
                for place in stride(from: index, to: members.count, by: 2) { pupils.append(members[place]) }
            }
            groups.append(
                Group(
                    id: GroupID(rawValue: ids.next()), name: "\(level) \(language.0)", level: level, isClass: false,
                    pupils: pupils))
        }
    }

    // MARK: Timetable

    /// Who and what is taken: a day and period, for each of the two weeks.
    private struct Slot: Hashable {
        let weekday: Int
        let period: Int
        let isWeekA: Bool
    }

    private mutating func fillTimetable() {
        var busy: Set<BusyKey> = []
        // Wednesday ends at noon: 4 days of 8 periods and one of 4.
        var slots: [(weekday: Int, period: Int)] = []
        for weekday in [1, 2, 4, 5, 3] {
            for period in 0..<(weekday == 3 ? 4 : 8) { slots.append((weekday, period)) }
        }
        let perLevel = 4
        for level in 0..<(groups.count / perLevel) {
            let members = Array(groups[level * perLevel..<(level + 1) * perLevel])
            placeLanguages(members, slots, level, &busy)
            for (offset, group) in members.prefix(2).enumerated() {
                placeProgramme(group, slots, level * 2 + offset, &busy)
            }
        }
    }

    private struct BusyKey: Hashable {
        let resource: UUID
        let slot: Slot
    }

    /// The two language groups of a level, at the same time: both classes are taken.
    private mutating func placeLanguages(
        _ members: [Group], _ slots: [(weekday: Int, period: Int)], _ level: Int, _ busy: inout Set<BusyKey>
    ) {
        var placed = 0
        for index in slots.indices where placed < 2 {
            let slot = slots[(index * 7 + level * 5) % slots.count]
            let teachers = [teachersOf[10][level % 2], teachersOf[11][level % 2]]
            let rooms = [room("Langues 1"), room("Langues 2")].compactMap { $0 }
            let wanted =
                teachers.map(\.rawValue) + rooms.map(\.rawValue) + members.prefix(2).map(\.id.rawValue)
            guard claim(wanted, slot, .every, &busy) else { continue }
            placed += 1
            for language in 0..<2 {
                append(
                    subjects[10 + language].id, [teachers[language]], [members[2 + language].id], [rooms[language]],
                    slot, .every)
            }
        }
    }

    private mutating func placeProgramme(
        _ group: Group, _ slots: [(weekday: Int, period: Int)], _ number: Int, _ busy: inout Set<BusyKey>
    ) {
        let classRoom = rooms[number % rooms.count].id
        for (index, subject) in DemoSchool.programme.enumerated() {
            var remaining = subject.lessons
            // Each subject starts looking elsewhere, so that its lessons spread over the week.
            for step in slots.indices where remaining > 0 {
                let slot = slots[(step * 5 + index * 3 + number * 2) % slots.count]
                let cycle: WeekCycle = remaining >= 1 ? .every : (number % 2 == 0 ? .a : .b)
                let teacher = teachersOf[index][number % teachersOf[index].count]
                let place = specialRoom(subject.code) ?? classRoom
                // The gymnasium takes several classes at once.
                let claimed = [teacher.rawValue, group.id.rawValue] + (subject.code == "EPS" ? [] : [place.rawValue])
                guard claim(claimed, slot, cycle, &busy) else { continue }
                append(subjects[index].id, [teacher], [group.id], [place], slot, cycle)
                remaining -= 1
            }
        }
    }

    /// Takes everything `wanted` at that time, or nothing when something is taken already.
    private func claim(
        _ wanted: [UUID], _ slot: (weekday: Int, period: Int), _ cycle: WeekCycle, _ busy: inout Set<BusyKey>
    ) -> Bool {
        let weeks = cycle == .every ? [true, false] : [cycle == .a]
        let keys = weeks.flatMap { isWeekA in
            wanted.map {
                BusyKey(resource: $0, slot: Slot(weekday: slot.weekday, period: slot.period, isWeekA: isWeekA))
            }
        }
        guard keys.allSatisfy({ !busy.contains($0) }) else { return false }
        busy.formUnion(keys)
        return true
    }

    private mutating func append(
        _ subject: SubjectID, _ teachers: [PersonID], _ groups: [GroupID], _ rooms: [RoomID],
        _ slot: (weekday: Int, period: Int), _ cycle: WeekCycle
    ) {
        let period = DemoSchool.periods[slot.period]
        guard let start = TimeOfDay(minutes: period.starts), let end = TimeOfDay(minutes: period.ends),
            let span = TimeSpan(start, end)
        else { return }
        lessons.append(
            Lesson(
                id: LessonID(rawValue: ids.next()), subject: subject, teachers: teachers, groups: groups, rooms: rooms,
                weekday: slot.weekday, span: span, cycle: cycle, from: firstDay, until: lastDay, revision: 1))
    }

    private func specialRoom(_ code: String) -> RoomID? {
        switch code {
        case "EPS": room("Gymnase")
        case "SVT": room("Labo 1")
        case "PH-CH": room("Labo 2")
        case "TECHN": room("Techno")
        case "A-PLA": room("Arts")
        case "EDMUS": room("Musique")
        default: nil
        }
    }

    private func room(_ name: String) -> RoomID? { rooms.first { $0.name == name }?.id }
}

/// Version 8 UUIDs (RFC 9562 §5.8) of a pseudo-random sequence (SplitMix64), so that seeding twice meets the same rows.
struct DeterministicIDs {
    private var state: UInt64

    /// The seed is stirred first: sequences of neighbouring seeds must not be each other's, one step on.
    init(seed: UInt64) {
        state = seed &+ 0x5eed
        let stirred = step()
        state = stirred ^ step()
    }

    mutating func next() -> UUID {
        UUID(high: step() & ~0xf000 | 0x8000, low: step() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
    }

    private mutating func step() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
