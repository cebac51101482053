package import Runtime

/// A recurring lesson of the timetable.
package struct LessonID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}

/// A dated change to a lesson, or a lesson that takes place once.
package struct LessonChangeID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}

/// A subject taught (*matière*).
package struct SubjectID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}

/// A room (*salle*).
package struct RoomID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}

/// A class or a teaching group (*classe*, *groupe*).
package struct GroupID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}
