/// Kinds of files by their true media type, as libmagic tells it from the content.
package struct FileTypes: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// PDF, office documents, electronic books.
    package static let documents = FileTypes(rawValue: 1)
    package static let images = FileTypes(rawValue: 2)
    package static let sound = FileTypes(rawValue: 4)
    package static let video = FileTypes(rawValue: 8)
    /// Plain text in all its forms, programs' sources and web pages among them: kept as text, never run.
    package static let text = FileTypes(rawValue: 16)
    /// Archives, and the many file formats that are archives inside (GeoGebra, Scratch).
    package static let archives = FileTypes(rawValue: 32)

    /// What lessons are made of. No programs: those are refused everywhere.
    package static let schoolwork: FileTypes = [.documents, .images, .sound, .video, .text, .archives]

    /// Nil for what is never kept.
    static func kind(of mediaType: String) -> FileTypes? {
        if documentTypes.contains(mediaType) || mediaType.hasPrefix("application/vnd.openxmlformats-officedocument.")
            || mediaType.hasPrefix("application/vnd.oasis.opendocument.")
            || mediaType.hasPrefix("application/vnd.ms-")
        {
            return .documents
        }
        if archiveTypes.contains(mediaType) { return .archives }
        if textTypes.contains(mediaType) { return .text }
        switch mediaType.prefix(while: { $0 != "/" }) {
        case "image": return .images
        case "audio": return .sound
        case "video": return .video
        case "text": return .text
        default: return nil
        }
    }

    func accepts(_ mediaType: String) -> Bool { FileTypes.kind(of: mediaType).map(contains) ?? false }

    private static let documentTypes: Set<String> = [
        "application/pdf", "application/msword", "application/rtf", "text/rtf", "application/epub+zip",
        "application/cdfv2", "application/x-ole-storage", "application/encrypted", "application/postscript",
        "application/x-mobipocket-ebook",
    ]
    private static let archiveTypes: Set<String> = [
        "application/zip", "application/x-7z-compressed", "application/gzip", "application/x-tar",
        "application/x-bzip2", "application/x-xz", "application/x-rar", "application/vnd.rar",
    ]
    private static let textTypes: Set<String> = [
        "application/json", "application/xml", "application/javascript", "application/x-ndjson", "application/csv",
        "application/x-tex", "application/x-subrip",
    ]
}
