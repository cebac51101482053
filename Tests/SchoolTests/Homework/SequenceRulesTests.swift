import Runtime
import Tenancy
import Testing
import Web

@testable import School

@Suite struct SequenceRulesTests {
    typealias Sample = SampleTimetable

    private let teaching = DiaryRules.Teaching(subject: SampleTimetable.mathematics, group: SampleTimetable.sixthA)

    private func sequence(_ steps: [TeachingSequence.Step]) -> TeachingSequence {
        TeachingSequence(id: .new(), title: "Fractions", revision: 1, steps: steps)
    }

    private let work = TeachingSequence.Work(kind: .test, title: "Contrôle", content: "", minutes: 30)

    @Test func layingFollowsTheLessons() throws {
        let timetable = Sample.timetable([Sample.lesson(1), Sample.lesson(2, weekday: 4, cycle: .a)])
        let lessons = DiaryRules.lessons(of: teaching, from: Sample.monday + 1, in: timetable, now: 1)
        let steps = (1...3).map {
            TeachingSequence.Step(title: "Séance \($0)", content: "", work: $0 == 2 ? work : nil)
        }
        let laid = try SequenceRules.lay(sequence(steps), teaching, on: lessons) { Int64($0.date.daysSince1970) }
        // Thursday of week A, then the Mondays.
        #expect(laid.map(\.record.day) == [Sample.monday + 3, Sample.monday + 7, Sample.monday + 14])
        #expect(laid.map(\.record.title) == ["Séance 1", "Séance 2", "Séance 3"])
        #expect(laid[0].work == nil)
        let given = try #require(laid[1].work)
        #expect(given.draft.givenOn == Sample.monday + 7 && given.draft.dueOn == Sample.monday + 14)
        #expect(given.draft.kind == .test && given.draft.minutes == 30)
        #expect(laid.allSatisfy { $0.record.publishedAt == Int64($0.record.day.daysSince1970) })
    }

    @Test func holidaysAreSkippedAndTheEndOfTheYearIsTheEnd() throws {
        let timetable = Sample.timetable([Sample.lesson(1)])
        let before = DiaryRules.lessons(of: teaching, from: Sample.day("2026-12-14"), in: timetable, now: 1)
        #expect(before.prefix(2).map(\.date) == [Sample.day("2026-12-14"), Sample.day("2027-01-04")])
        let last = DiaryRules.lessons(of: teaching, from: Sample.day("2027-06-28"), in: timetable, now: 1)
        #expect(last.count == 1)
        let two = (1...2).map { TeachingSequence.Step(title: "\($0)", content: "", work: nil) }
        #expect(throws: HomeworkError.tooFewLessons) {
            _ = try SequenceRules.lay(sequence(two), teaching, on: last) { _ in 0 }
        }
        // Work given in the last lesson has no lesson to be due for.
        let one = [TeachingSequence.Step(title: "x", content: "", work: work)]
        #expect(throws: HomeworkError.tooFewLessons) {
            _ = try SequenceRules.lay(sequence(one), teaching, on: last) { _ in 0 }
        }
    }

    @Test(arguments: [Language.fr, .en]) func textIsReadAsItIsWritten(_ language: Language) {
        let steps = [
            TeachingSequence.Step(title: "Découverte", content: "Une activité.\n\n- point", work: nil),
            TeachingSequence.Step(
                title: "Bilan", content: "",
                work: .init(kind: .lesson, title: "Apprendre (p. 12)", content: "a\nb", minutes: 15)),
            TeachingSequence.Step(
                title: "x", content: "y", work: .init(kind: .test, title: "t", content: "", minutes: nil)),
        ]
        #expect(parse(SequenceText().text(steps, language)) == steps)
    }

    private func parse(_ text: String) -> [TeachingSequence.Step] {
        var reading = SequenceText()
        return reading.parse(text)
    }

    @Test func filesGoWithTheLessonOrTheWorkThatNamesThem() {
        let (sheet, answers) = (FileID.new(), FileID.new())
        let files: [(name: String, id: FileID)] = [("fiche n° 1.pdf", sheet), ("corrigé.pdf", answers)]
        var reading = SequenceText(files: files)
        let text = "# Découverte\nUne activité.\n@ fiche n° 1.pdf\n> Finir (20 min)\n> @ corrigé.pdf\n> @ absent.pdf"
        let steps = reading.parse(text)
        #expect(steps.first?.files == [sheet])
        #expect(steps.first?.content == "Une activité.")
        #expect(steps.first?.work?.files == [answers])
        #expect(steps.first?.work?.content == "")
        #expect(reading.unknown == ["absent.pdf"])
        #expect(TeachingSequence.files(of: steps) == [sheet, answers])
        var again = SequenceText(files: files)
        #expect(again.parse(reading.text(steps, .fr)) == steps)
        // Without work to go with, the lesson has them.
        #expect(reading.parse("# Titre\n> @ corrigé.pdf").first?.files == [answers])
    }

    @Test func anyTextIsReadWithoutHarm() {
        #expect(parse("").isEmpty)
        #expect(parse("sans titre\n> travail").isEmpty)
        #expect(parse("#pas un titre\n# \n#  ").isEmpty)
        let odd = parse("# Titre\n>\n> (test)\n> (inconnu, 5 min)")
        #expect(odd.count == 1 && odd[0].work == nil)
        let kept = parse("# T\n> Lire (p. 3)")
        #expect(kept.first?.work?.title == "Lire (p. 3)" && kept.first?.work?.kind == .exercise)
        #expect(parse("# T\n> x (contrôle, 9999 min)").first?.work?.minutes == nil)
    }
}
