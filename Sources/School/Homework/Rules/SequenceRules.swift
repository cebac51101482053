/// Lays a sequence on the lessons of a class: each step on the next free lesson, its work for the lesson after.
package enum SequenceRules {
    package static let mostSteps = 60
    package static let mostClasses = 10

    package struct Laid: Sendable {
        package let record: LessonRecordDraft
        package let occurrence: Occurrence
        package let work: (draft: AssignmentDraft, due: Occurrence)?
        /// Of the sequence's files, those of the record and of the work.
        package let files: (record: [FileID], work: [FileID])
    }

    /// Whether a lesson's record and its work can be made of a step.
    package static func fits(_ step: TeachingSequence.Step) -> Bool {
        func fit(_ title: String, _ content: String, _ files: [FileID], _ use: FileUse) -> Bool {
            title.unicodeScalars.count <= DiaryRules.longestTitle
                && content.unicodeScalars.count <= DiaryRules.longestContent
                && files.count <= use.most && Set(files).count == files.count
        }
        let work = step.work
        return fit(step.title, step.content, step.files, .lessonRecord)
            && (work.map { fit($0.title, $0.content, $0.files, .assignment) } ?? true)
    }

    /// - Parameters:
    ///   - lessons: of the class, from the first day on, those without a record yet.
    ///   - publishedAt: when what was done in a lesson is shown: at its end.
    /// - Throws: `HomeworkError.tooFewLessons`.
    package static func lay(
        _ sequence: TeachingSequence, _ teaching: DiaryRules.Teaching, on lessons: [Occurrence],
        publishedAt: (Occurrence) -> Int64
    ) throws(HomeworkError) -> [Laid] {
        guard lessons.count >= sequence.steps.count else { throw .tooFewLessons }
        var result: [Laid] = []
        for (index, step) in sequence.steps.enumerated() {
            let occurrence = lessons[index]
            let published = publishedAt(occurrence)
            var work: (draft: AssignmentDraft, due: Occurrence)?
            if let given = step.work {
                guard index + 1 < lessons.count else { throw .tooFewLessons }
                let due = lessons[index + 1]
                work = (
                    AssignmentDraft(
                        group: teaching.group, subject: teaching.subject, givenOn: occurrence.date, dueOn: due.date,
                        dueLesson: due.lesson, kind: given.kind, title: given.title, content: given.content,
                        minutes: given.minutes, publishedAt: published), due
                )
            }
            result.append(
                Laid(
                    record: LessonRecordDraft(
                        group: teaching.group, day: occurrence.date, lesson: occurrence.lesson,
                        change: occurrence.lesson == nil ? occurrence.change : nil, title: step.title,
                        content: step.content, publishedAt: published), occurrence: occurrence, work: work,
                    files: (step.files, step.work?.files ?? [])))
        }
        return result
    }
}
