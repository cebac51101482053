/// Lessons prepared once and laid on the lessons of as many classes as wanted (*progression*).
package struct TeachingSequence: Hashable, Sendable {
    package struct Work: Hashable, Sendable {
        package let kind: Assignment.Kind
        package let title: String
        package let content: String
        package let minutes: Int?
        /// Of the sequence's files, those that the work is given with.
        package let files: [FileID]

        package init(kind: Assignment.Kind, title: String, content: String, minutes: Int?, files: [FileID] = []) {
            self.kind = kind
            self.title = title
            self.content = content
            self.minutes = minutes
            self.files = files
        }
    }

    /// One lesson, and the work it gives for the next one.
    package struct Step: Hashable, Sendable {
        package let title: String
        package let content: String
        package let work: Work?
        /// Of the sequence's files, those that are handed out in the lesson.
        package let files: [FileID]

        package init(title: String, content: String, work: Work?, files: [FileID] = []) {
            self.title = title
            self.content = content
            self.work = work
            self.files = files
        }
    }

    package let id: SequenceID
    package let title: String
    package let revision: Int
    package let steps: [Step]

    /// Every file that a lesson or its work names, once.
    package static func files(of steps: [Step]) -> [FileID] {
        var found: [FileID] = []
        for file in steps.flatMap({ $0.files + ($0.work?.files ?? []) }) where !found.contains(file) {
            found.append(file)
        }
        return found
    }
}

/// A sequence in a list, without what is in it.
package struct SequenceSummary: Hashable, Sendable {
    package let id: SequenceID
    package let title: String
    package let steps: Int
    package let revision: Int
}
