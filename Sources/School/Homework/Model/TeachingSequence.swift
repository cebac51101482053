/// Lessons prepared once and laid on the lessons of as many classes as wanted (*progression*).
package struct TeachingSequence: Hashable, Sendable {
    package struct Work: Hashable, Sendable {
        package let kind: Assignment.Kind
        package let title: String
        package let content: String
        package let minutes: Int?

        package init(kind: Assignment.Kind, title: String, content: String, minutes: Int?) {
            self.kind = kind
            self.title = title
            self.content = content
            self.minutes = minutes
        }
    }

    /// One lesson, and the work it gives for the next one.
    package struct Step: Hashable, Sendable {
        package let title: String
        package let content: String
        package let work: Work?

        package init(title: String, content: String, work: Work?) {
            self.title = title
            self.content = content
            self.work = work
        }
    }

    package let id: SequenceID
    package let title: String
    package let revision: Int
    package let steps: [Step]
}

/// A sequence in a list, without what is in it.
package struct SequenceSummary: Hashable, Sendable {
    package let id: SequenceID
    package let title: String
    package let steps: Int
    package let revision: Int
}
