package import Runtime

/// What was done in one lesson (*séance*).
package struct LessonRecordID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}

/// A piece of work to do (*travail à faire*).
package struct AssignmentID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}

/// Lessons prepared to be used again (*progression*).
package struct SequenceID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}

/// The head's visa on a teacher's diary of a period.
package struct VisaID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}

/// A teacher's diary of one class and year, kept.
package struct ArchiveID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}
