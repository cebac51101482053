import Runtime
import Tenancy
import Testing

@testable import School

@Suite struct DiaryRulesTests {
    typealias Sample = SampleTimetable

    private let teaching = DiaryRules.Teaching(subject: SampleTimetable.mathematics, group: SampleTimetable.sixthA)
    private let monday = SampleTimetable.monday

    private func draft(due: CivilDate, given: CivilDate? = nil, reason: String? = nil, lesson: LessonID? = nil)
        -> AssignmentDraft
    {
        AssignmentDraft(
            group: Sample.sixthA, subject: Sample.mathematics, givenOn: given ?? monday, dueOn: due, dueLesson: lesson,
            kind: .exercise, title: "Exercice 3", overrideReason: reason)
    }

    private func due(
        _ draft: AssignmentDraft, by teacher: PersonID = SampleTimetable.teacherOne, in timetable: Timetable
    ) throws(HomeworkError) -> Occurrence? {
        try DiaryRules.due(of: draft, by: teacher, in: timetable, now: 1)
    }

    // MARK: Due for a real lesson

    @Test func workIsDueForALessonOfItsSubjectAndClass() throws {
        let timetable = Sample.timetable([
            Sample.lesson(1, weekday: 4), Sample.lesson(2, Sample.english, weekday: 5),
            Sample.lesson(3, groups: [Sample.sixthB], weekday: 2),
        ])
        #expect(try due(draft(due: monday + 3), in: timetable)?.lesson == Sample.lesson(1).id)
        // Another subject's lesson, another class's, a day without any.
        for day in [4, 1, 2] {
            #expect(throws: HomeworkError.noLesson(monday + day)) { try due(draft(due: monday + day), in: timetable) }
        }
    }

    @Test func aCancelledOrSupervisedLessonIsNone() throws {
        let lesson = Sample.lesson(1, weekday: 4)
        for kind in [LessonChange.Kind.cancelled, .supervised] {
            let timetable = Sample.timetable([lesson], [Sample.change(kind, of: lesson, on: monday + 3)])
            #expect(throws: HomeworkError.noLesson(monday + 3)) { try due(draft(due: monday + 3), in: timetable) }
        }
    }

    @Test func aMovedLessonIsWhereItWent() throws {
        let lesson = Sample.lesson(1, weekday: 4)
        let timetable = Sample.timetable(
            [lesson],
            [
                Sample.change(
                    .moved, of: lesson, on: monday + 3, newDate: monday + 4, newSpan: Sample.span("10:00", "10:55"))
            ])
        #expect(throws: HomeworkError.noLesson(monday + 3)) { try due(draft(due: monday + 3), in: timetable) }
        #expect(try due(draft(due: monday + 4), in: timetable)?.span.start.description == "10:00")
    }

    @Test func aReasonStandsInForALesson() throws {
        let timetable = Sample.timetable([Sample.lesson(1)])
        #expect(try due(draft(due: monday + 2, reason: "Devoir commun"), in: timetable) == nil)
        #expect(throws: HomeworkError.noLesson(monday + 2)) {
            try due(draft(due: monday + 2, reason: ""), in: timetable)
        }
        // On a day with a lesson no reason is needed, and the lesson counts.
        #expect(try due(draft(due: monday + 7, reason: "inutile"), in: timetable) != nil)
    }

    @Test func oneOfSeveralLessonsOfTheDayCanBeNamed() throws {
        let first = Sample.lesson(1, weekday: 4)
        let second = Sample.lesson(2, weekday: 4, span: Sample.span("14:00", "14:55"))
        let timetable = Sample.timetable([first, second])
        #expect(try due(draft(due: monday + 3), in: timetable)?.lesson == first.id)
        #expect(try due(draft(due: monday + 3, lesson: second.id), in: timetable)?.lesson == second.id)
        #expect(throws: HomeworkError.noLesson(monday + 3)) {
            try due(draft(due: monday + 3, lesson: Sample.lesson(9).id), in: timetable)
        }
    }

    @Test func datesThatMakeNoSenseAreRefused() {
        let timetable = Sample.timetable([Sample.lesson(1)])
        for day in [Sample.day("2026-11-16"), Sample.day("2027-09-06")] {
            #expect(throws: HomeworkError.invalid(field: "due_on")) { try due(draft(due: day), in: timetable) }
        }
        var long = draft(due: monday)
        long.title = String(repeating: "x", count: 201)
        #expect(throws: HomeworkError.invalid(field: "title")) { try due(long, in: timetable) }
        long.title = "x"
        long.minutes = 601
        #expect(throws: HomeworkError.invalid(field: "minutes")) { try due(long, in: timetable) }
    }

    // MARK: Who writes

    @Test func onlyTheLessonsTeachersWrite() {
        let timetable = Sample.timetable([
            Sample.lesson(1), Sample.lesson(2, Sample.english, teachers: [Sample.teacherTwo]),
        ])
        #expect(DiaryRules.teaches(Sample.teacherOne, teaching, on: monday + 2, in: timetable, now: 1))
        #expect(!DiaryRules.teaches(Sample.teacherTwo, teaching, on: monday, in: timetable, now: 1))
        #expect(throws: HomeworkError.notTeaching) {
            try due(draft(due: monday + 7), by: Sample.teacherTwo, in: timetable)
        }
    }

    @Test func aSubstituteHasTheTeachersRightsOnThatDayOnly() throws {
        let lesson = Sample.lesson(1)
        let timetable = Sample.timetable(
            [lesson], [Sample.change(.replaced, of: lesson, on: monday, teachers: [Sample.teacherTwo])])
        #expect(DiaryRules.teaches(Sample.teacherTwo, teaching, on: monday, in: timetable, now: 1))
        #expect(!DiaryRules.teaches(Sample.teacherTwo, teaching, on: monday + 1, in: timetable, now: 1))
        #expect(!DiaryRules.teaches(Sample.teacherTwo, teaching, on: monday + 7, in: timetable, now: 1))
        #expect(DiaryRules.teaches(Sample.teacherOne, teaching, on: monday, in: timetable, now: 1))
        // What the substitute gives that day is due for the next lesson, whoever takes it.
        #expect(try due(draft(due: monday + 7), by: Sample.teacherTwo, in: timetable) != nil)
        #expect(throws: HomeworkError.notTeaching) {
            try due(draft(due: monday + 14, given: monday + 7), by: Sample.teacherTwo, in: timetable)
        }
        #expect(DiaryRules.teachings(of: Sample.teacherTwo, monday...monday, in: timetable, now: 1) == [teaching])
        #expect(DiaryRules.teachings(of: Sample.teacherTwo, (monday + 1)...(monday + 6), in: timetable, now: 1).isEmpty)
    }

    @Test func aReplacementThatIsNotPublishedGivesNoRight() {
        let lesson = Sample.lesson(1)
        let timetable = Sample.timetable(
            [lesson],
            [Sample.change(.replaced, of: lesson, on: monday, teachers: [Sample.teacherTwo], publishedAt: 100)])
        #expect(!DiaryRules.teaches(Sample.teacherTwo, teaching, on: monday, in: timetable, now: 99))
        #expect(DiaryRules.teaches(Sample.teacherTwo, teaching, on: monday, in: timetable, now: 100))
    }

    @Test func aRecordIsOfALessonThatTakesPlace() throws {
        let lesson = Sample.lesson(1)
        let exam = Sample.change(
            .exceptional, of: nil, on: monday + 2, newSpan: Sample.span("09:00", "11:00"),
            teachers: [Sample.teacherOne],
            groups: [Sample.sixthA], subject: Sample.mathematics)
        let timetable = Sample.timetable([lesson], [exam])
        func record(_ day: CivilDate, _ lesson: LessonID?, _ change: LessonChangeID?) throws(HomeworkError) -> SubjectID
        {
            try DiaryRules.lesson(
                of: LessonRecordDraft(group: Sample.sixthA, day: day, lesson: lesson, change: change, title: "x"),
                by: Sample.teacherOne, in: timetable, now: 1
            ).subject
        }
        #expect(try record(monday, lesson.id, nil) == Sample.mathematics)
        #expect(try record(monday + 2, nil, exam.id) == Sample.mathematics)
        #expect(throws: HomeworkError.noLesson(monday + 1)) { try record(monday + 1, lesson.id, nil) }
        #expect(throws: HomeworkError.invalid(field: "lesson")) { try record(monday, nil, nil) }
        #expect(throws: HomeworkError.invalid(field: "lesson")) { try record(monday, lesson.id, exam.id) }
    }
}
