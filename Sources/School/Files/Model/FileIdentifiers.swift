package import Runtime

/// A file: a name for a content. While it is being received, also the identifier of the upload.
package struct FileID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}

/// The bytes that one file or several are made of.
package struct FileContentID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UUID
    package init(rawValue: UUID) { self.rawValue = rawValue }
    package static func new() -> Self { Self(rawValue: .v7()) }
}
