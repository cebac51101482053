package import Runtime
package import Tenancy

/// The head has read a teacher's diary of a period. What was read is kept as it was, and can no longer be changed.
package struct DiaryVisa: Hashable, Sendable {
    package let id: VisaID
    package let teacher: PersonID
    package let days: ClosedRange<CivilDate>
    package let comment: String
    package let records: Int
    package let assignments: Int
    package let signedBy: PersonID?
    /// Microseconds since 1970.
    package let signedAt: Int64
    /// SHA-256 of the frozen PDF.
    package let digest: [UInt8]
}

/// A teacher's diary of one class and year, kept for the years after.
package struct DiaryArchive: Hashable, Sendable {
    package let id: ArchiveID
    package let year: SchoolYear
    package let teacher: PersonID
    package let groupName: String
    package let records: Int
    package let assignments: Int
    package let createdAt: Int64
    package let digest: [UInt8]
}

/// What is kept for good: the same diary for people and for programs.
package struct DiaryDocument: Sendable {
    package let pdf: [UInt8]
    /// JSON.
    package let data: [UInt8]
}
