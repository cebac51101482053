package import Runtime

/// What the homework diary refuses.
package enum HomeworkError: Error, Equatable, Sendable {
    /// No such entry, sequence, visa or archive here, or not for this person: the two are not told apart.
    case notFound
    /// The entry changed since it was read; its present revision.
    case revisionChanged(Int)
    /// The lesson has a record already.
    case alreadyRecorded
    /// The class has no lesson of the subject on that day, and no reason was given.
    case noLesson(CivilDate)
    /// The teacher does not teach that subject to that class, on that day.
    case notTeaching
    /// A visa keeps the entry as it is.
    case frozen
    /// A sequence has more lessons than the class has left in the year.
    case tooFewLessons
    /// A document would have more than can be kept.
    case tooLarge
    /// Outside what a diary holds.
    case invalid(field: String)
}
