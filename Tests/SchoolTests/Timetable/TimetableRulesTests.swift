import Runtime
import School
import Tenancy
import Testing

@Suite struct TimetableRulesTests {
    typealias Sample = SampleTimetable

    private func week(
        _ timetable: Timetable, _ subject: Timetable.Subject = .groups([Sample.sixthA]),
        of monday: CivilDate = Sample.monday,
        audience: TimetableRules.Audience = .everyone, now: Int64 = 1
    ) -> [Occurrence] {
        TimetableRules.occurrences(timetable, of: subject, from: monday, to: monday + 6, audience: audience, now: now)
    }

    @Test func showsALessonOfEveryWeekOnItsDay() {
        let shown = week(Sample.timetable([Sample.lesson(1, weekday: 4)]))
        #expect(shown.map(\.date) == [Sample.day("2026-11-26")])
        #expect(shown.map(\.status) == [.planned])
    }

    @Test func alternatesWeeksAAndB() {
        let timetable = Sample.timetable([Sample.lesson(1, cycle: .a), Sample.lesson(2, weekday: 2, cycle: .b)])
        #expect(week(timetable).map(\.date.weekday) == [1])
        #expect(week(timetable, of: Sample.monday + 7).map(\.date.weekday) == [2])
        #expect(week(timetable, of: Sample.monday + 14).map(\.date.weekday) == [1])
    }

    @Test func holidaysDoNotShiftTheAlternation() {
        let timetable = Sample.timetable([Sample.lesson(1, cycle: .a), Sample.lesson(2, cycle: .b)])
        let before = week(timetable, of: Sample.day("2026-12-14")).compactMap(\.lesson)
        let during = week(timetable, of: Sample.day("2026-12-21"))
        let after = week(timetable, of: Sample.day("2027-01-04")).compactMap(\.lesson)
        #expect(during.isEmpty)
        #expect(before.count == 1 && after.count == 1 && before != after)
    }

    @Test func closedDaysAndDatesOfValidityHide() {
        let ended = Sample.lesson(1, until: "2026-11-22")
        let begins = Sample.lesson(2, from: "2026-11-24")
        let closed = Sample.lesson(3, weekday: 3)
        let timetable = Sample.timetable([ended, begins, closed], closed: [Sample.monday + 2: "Pont"])
        #expect(week(timetable).isEmpty)
        #expect(week(timetable, of: Sample.monday + 7).compactMap(\.lesson) == [begins.id, closed.id])
    }

    @Test func aCancelledLessonStaysVisibleAsCancelled() {
        let lesson = Sample.lesson(1)
        let shown = week(Sample.timetable([lesson], [Sample.change(.cancelled, of: lesson, on: Sample.monday)]))
        #expect(shown.map(\.status) == [.cancelled])
        #expect(shown.allSatisfy { !$0.status.takesPlace })
    }

    @Test func aMovedLessonShowsBothEndsEachInItsWeek() {
        let lesson = Sample.lesson(1)
        let nextTuesday = Sample.monday + 8
        let change = Sample.change(
            .moved, of: lesson, on: Sample.monday, newDate: nextTuesday, newSpan: Sample.span("10:00", "10:55"),
            rooms: [Sample.room14])
        let timetable = Sample.timetable([lesson], [change])
        let thisWeek = week(timetable)
        #expect(thisWeek.map(\.status) == [.movedAway])
        #expect(thisWeek.first?.counterpart == nextTuesday)
        let nextWeek = week(timetable, of: Sample.monday + 7)
        #expect(nextWeek.map(\.status) == [.planned, .moved])
        #expect(nextWeek.last?.date == nextTuesday)
        #expect(nextWeek.last?.rooms == [Sample.room14])
        #expect(nextWeek.last?.span == Sample.span("10:00", "10:55"))
    }

    @Test func aReplacementIsSeenByThePupilsTheReplacedAndTheReplacing() {
        let lesson = Sample.lesson(1)
        let timetable = Sample.timetable(
            [lesson], [Sample.change(.replaced, of: lesson, on: Sample.monday, teachers: [Sample.teacherTwo])])
        for subject in [
            Timetable.Subject.groups([Sample.sixthA]), .teacher(Sample.teacherOne), .teacher(Sample.teacherTwo),
        ] {
            let shown = week(timetable, subject)
            #expect(shown.map(\.status) == [.replaced])
            #expect(shown.first?.teachers == [Sample.teacherTwo])
        }
        #expect(week(timetable, .teacher(Sample.teacherTwo), of: Sample.monday + 7).isEmpty)
    }

    @Test func aRoomIsFreedAndTaken() {
        let lesson = Sample.lesson(1)
        let timetable = Sample.timetable(
            [lesson], [Sample.change(.roomChanged, of: lesson, on: Sample.monday, rooms: [Sample.room14])])
        #expect(week(timetable, .room(Sample.room12)).isEmpty)
        #expect(week(timetable, .room(Sample.room14)).map(\.status) == [.roomChanged])
        #expect(week(timetable).map(\.rooms) == [[Sample.room14]])
    }

    @Test func anExceptionalLessonConcernsItsGroupsOnly() {
        let exam = Sample.change(
            .exceptional, of: nil, on: Sample.monday + 1, newSpan: Sample.span("13:00", "15:00"),
            rooms: [Sample.room14],
            teachers: [Sample.teacherTwo], groups: [Sample.sixthB], subject: Sample.english)
        let timetable = Sample.timetable([], [exam])
        #expect(week(timetable).isEmpty)
        #expect(week(timetable, .groups([Sample.sixthB])).map(\.status) == [.exceptional])
        #expect(week(timetable, .room(Sample.room14)).count == 1)
        #expect(week(timetable, .teacher(Sample.teacherTwo)).first?.subject == Sample.english)
    }

    @Test func aChangeIsHiddenUntilItIsPublishedExceptFromEditors() {
        let lesson = Sample.lesson(1)
        let timetable = Sample.timetable(
            [lesson], [Sample.change(.cancelled, of: lesson, on: Sample.monday, publishedAt: 100)])
        #expect(week(timetable, now: 99).map(\.status) == [.planned])
        #expect(week(timetable, now: 100).map(\.status) == [.cancelled])
        #expect(week(timetable, audience: .editor, now: 99).map(\.status) == [.cancelled])
    }

    @Test func aChangeOfALessonThatIsNotHeldThatDayShowsNothing() {
        let lesson = Sample.lesson(1, cycle: .b)
        let change = Sample.change(.moved, of: lesson, on: Sample.monday, newDate: Sample.monday + 1)
        #expect(week(Sample.timetable([lesson], [change])).isEmpty)
    }

    @Test func aLessonOfTwoGroupsOfOnePupilIsShownOnce() {
        let lesson = Sample.lesson(1, groups: [Sample.sixthA, Sample.sixthB])
        #expect(week(Sample.timetable([lesson]), .groups([Sample.sixthA, Sample.sixthB])).count == 1)
    }

    @Test func theDayIsInOrder() {
        let lessons = [
            Sample.lesson(1, span: Sample.span("10:00", "11:00")),
            Sample.lesson(2, span: Sample.span("08:00", "09:00")),
            Sample.lesson(3, weekday: 2, span: Sample.span("08:00", "09:00")),
        ]
        #expect(week(Sample.timetable(lessons)).compactMap(\.lesson?.rawValue.low) == [2, 1, 3])
    }
}

@Suite struct ConflictRulesTests {
    typealias Sample = SampleTimetable

    @Test func namesEachSharedResource() {
        let here = Sample.lesson(1)
        let new = Sample.lesson(2, span: Sample.span("08:30", "09:25"))
        let conflicts = ConflictRules.conflicts(of: new, in: Sample.timetable([here]))
        #expect(
            conflicts.map(\.resource) == [.teacher(Sample.teacherOne), .room(Sample.room12), .group(Sample.sixthA)])
        #expect(conflicts.first?.date == Sample.day("2026-09-07"))
    }

    @Test func touchingSpansOtherWeeksOtherDatesAndItselfAreNoConflict() {
        let here = Sample.lesson(1, cycle: .a, until: "2026-12-31")
        let timetable = Sample.timetable([here])
        for other in [
            Sample.lesson(2, span: Sample.span("08:55", "09:50")), Sample.lesson(2, cycle: .b),
            Sample.lesson(2, weekday: 2),
            Sample.lesson(2, from: "2027-01-01"), Sample.lesson(1),
            Sample.lesson(2, teachers: [Sample.teacherTwo], groups: [Sample.sixthB], rooms: [Sample.room14]),
        ] {
            #expect(ConflictRules.conflicts(of: other, in: timetable).isEmpty)
        }
    }

    /// The lessons begin on Tuesday 1 September; the Mondays that follow are 7 September, week B, and 14 September, week A.
    @Test(arguments: [(WeekCycle.b, "2026-09-07"), (.a, "2026-09-14")])
    func aLessonOfEveryWeekCollidesOnTheFirstCommonDay(_ cycle: WeekCycle, _ day: String) {
        let conflicts = ConflictRules.conflicts(
            of: Sample.lesson(2), in: Sample.timetable([Sample.lesson(1, cycle: cycle)]))
        #expect(conflicts.count == 3)
        #expect(conflicts.first?.date == Sample.day(day))
    }
}

@Suite struct CalendarFeedTests {
    private func text(_ summary: String, cancelled: Bool = false) -> String {
        let event = CalendarFeed.Event(
            uid: "a-1@preau", start: 1_795_503_600_000_000, end: 1_795_506_900_000_000, summary: summary,
            location: "Salle 12", description: "", isCancelled: cancelled, sequence: 7)
        return String(decoding: CalendarFeed(name: "Emploi du temps", stamp: 0, events: [event]).bytes, as: UTF8.self)
    }

    @Test func writesInstantsInUTC() {
        // 2026-11-24T07:00:00Z, 8 o'clock in Paris in winter.
        #expect(text("Maths").contains("DTSTART:20261124T070000Z\r\n"))
        #expect(text("Maths").contains("DTEND:20261124T075500Z\r\n"))
        #expect(text("Maths").contains("DTSTAMP:19700101T000000Z\r\n"))
    }

    @Test func escapesTextAndCannotBeInjected() {
        #expect(text("a,b;c\\d\nEND:VCALENDAR\r").contains("SUMMARY:a\\,b\\;c\\\\d\\nEND:VCALENDAR\r\nLOCATION"))
    }

    @Test func foldsAtSeventyFiveOctetsWithinNoCharacter() {
        let lines = text(String(repeating: "é", count: 200)).split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.utf8.count <= 75 })
        let unfolded = text(String(repeating: "é", count: 200)).replacing("\r\n ", with: "")
        #expect(unfolded.contains("SUMMARY:" + String(repeating: "é", count: 200)))
    }

    @Test func marksCancelledEvents() {
        #expect(text("Maths", cancelled: true).contains("STATUS:CANCELLED"))
        #expect(!text("Maths").contains("CANCELLED"))
    }
}
