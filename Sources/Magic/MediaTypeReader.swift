internal import CMagic
internal import Synchronization

/// Tells what a file is by its content, with libmagic and Debian's database of signatures. Blocks for some milliseconds: not
/// for a loop.
package final class MediaTypeReader: Sendable {
    /// What libmagic looks at; more tells it nothing.
    package static let headLength = 262_144

    /// Cookies not in use: each is for one thread at a time, and loading the database takes milliseconds.
    private let idle = Mutex<[Cookie]>([])
    private static let mostIdle = 8

    package init() {}

    /// `image/png`, in lower case and without parameters; `application/octet-stream` for what is not known.
    /// - Parameter head: the first bytes of the file; those past `headLength` are not looked at.
    /// - Throws: `.noDatabase`, `.unreadable`.
    package func mediaType(of head: [UInt8]) throws(MagicError) -> String {
        let known = idle.withLock { $0.popLast() }
        let cookie = if let known { known } else { try Cookie() }
        defer { idle.withLock { if $0.count < MediaTypeReader.mostIdle { $0.append(cookie) } } }
        return try cookie.mediaType(of: head)
    }
}

/// Owns one `magic_t`.
private final class Cookie: @unchecked Sendable {
    // Safety: used by one thread at a time: whoever took it out of `idle`.
    private let handle: magic_t

    init() throws(MagicError) {
        guard let handle = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR | MAGIC_NO_CHECK_COMPRESS) else {
            throw .noDatabase
        }
        self.handle = handle
        guard magic_load(handle, nil) == 0 else {
            magic_close(handle)
            throw .noDatabase
        }
    }

    deinit { magic_close(handle) }

    func mediaType(of head: [UInt8]) throws(MagicError) -> String {
        let text = head.withUnsafeBytes { bytes in
            magic_buffer(handle, bytes.baseAddress, min(bytes.count, MediaTypeReader.headLength)).map {
                String(cString: $0)
            }
        }
        guard let text else { throw .unreadable }
        let type = text.prefix { $0 != ";" && $0 != " " }.lowercased()
        return type.contains("/") && type.utf8.count <= 100 ? type : "application/octet-stream"
    }
}
