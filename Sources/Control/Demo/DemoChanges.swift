internal import Postgres
internal import Runtime
internal import School
internal import Tenancy

/// Something of every kind happening to the timetable in the present or next school week.
enum DemoChanges {
    /// Writes the changes unless the establishment has some already.
    static func write(
        _ school: DemoSchool, calendar: SchoolCalendar, _ context: TenantContext, _ tenancy: Tenancy
    ) async throws {
        var probe = TenantBatch(context)
        probe.add(DemoSchoolStore.anyChange, school.year.rawValue)
        guard try await tenancy.read(probe)[0].isEmpty,
            let editor = school.people.first(where: { $0.role == .schoolLife })
        else { return }
        let drafts = drafts(school, weekOf: monday(school, calendar))
        try await tenancy.transaction(context) { transaction in
            let store = TimetableEditStore()
            for draft in drafts {
                try await store.put(
                    draft, as: LessonChangeID(rawValue: .v7()), year: school.year, by: editor.id, in: transaction)
            }
        }
    }

    /// The Monday of the week that the timetable shows: this one, the next one on a Sunday, and past the holidays.
    private static func monday(_ school: DemoSchool, _ calendar: SchoolCalendar) -> CivilDate {
        let today = school.establishment.timeZone.date(microseconds: WallClock.microseconds)
        var monday = today.weekday == 7 ? today.monday + 7 : today.monday
        for _ in 0..<20 where !(0..<5).contains(where: { calendar.isSchoolDay(monday + $0) }) { monday = monday + 7 }
        return monday
    }

    private static func drafts(_ school: DemoSchool, weekOf monday: CivilDate) -> [LessonChangeDraft] {
        let classes = school.groups.filter(\.isClass)
        let teachers = school.people.filter { $0.role == .teacher }
        let supervisors = school.people.filter { $0.role == .schoolLife }
        var drafts: [LessonChangeDraft] = []
        for (number, group) in classes.enumerated() {
            let lessons = school.lessons.filter { $0.groups == [group.id] && $0.cycle == .every }
                .sorted { ($0.weekday, $0.span.start) < ($1.weekday, $1.span.start) }
            guard lessons.count >= 12 else { continue }
            func date(_ lesson: Lesson) -> CivilDate { monday + (lesson.weekday - 1) }
            func draft(_ kind: LessonChange.Kind, _ lesson: Lesson) -> LessonChangeDraft {
                LessonChangeDraft(kind: kind, lesson: lesson.id, date: date(lesson))
            }
            var cancelled = draft(.cancelled, lessons[1])
            cancelled.publicNote = "Professeur absent"
            cancelled.privateReason = "Motif inventé, lisible par la vie scolaire seulement"
            var replaced = draft(.replaced, lessons[3])
            replaced.teachers = [teachers[(number + 7) % teachers.count].id]
            var roomChanged = draft(.roomChanged, lessons[5])
            roomChanged.rooms = [school.rooms[(number + 3) % school.rooms.count].id]
            var supervised = draft(.supervised, lessons[7])
            supervised.teachers = supervisors.prefix(1).map(\.id)
            supervised.publicNote = "Permanence"
            var moved = draft(.moved, lessons[9])
            moved.newDate = monday + 2
            moved.newSpan = TimeOfDay(minutes: 790).flatMap { start in
                TimeOfDay(minutes: 845).flatMap { TimeSpan(start, $0) }
            }
            drafts += [cancelled, replaced, roomChanged, supervised, moved]
            if number == 0 {
                let span = TimeOfDay(minutes: 850).flatMap { start in
                    TimeOfDay(minutes: 960).flatMap { TimeSpan(start, $0) }
                }
                drafts.append(
                    LessonChangeDraft(
                        kind: .exceptional, lesson: nil, date: monday + 2, newSpan: span, rooms: lessons[0].rooms,
                        teachers: lessons[0].teachers, groups: [group.id], subject: lessons[0].subject,
                        publicNote: "Évaluation commune"))
            }
        }
        return drafts
    }
}
