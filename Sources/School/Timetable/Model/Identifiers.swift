package import Runtime

/// A recurring lesson of the timetable.
package struct LessonID: Hashable, Sendable {
    package let uuid: UUID
    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// A dated change to a lesson, or a lesson that takes place once.
package struct LessonChangeID: Hashable, Sendable {
    package let uuid: UUID
    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// A subject taught (*matière*).
package struct SubjectID: Hashable, Sendable {
    package let uuid: UUID
    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// A room (*salle*).
package struct RoomID: Hashable, Sendable {
    package let uuid: UUID
    package init(_ uuid: UUID) { self.uuid = uuid }
}

/// A class or a teaching group (*classe*, *groupe*).
package struct GroupID: Hashable, Sendable {
    package let uuid: UUID
    package init(_ uuid: UUID) { self.uuid = uuid }
}
