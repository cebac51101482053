internal import CArchive

/// Writes a zip archive into memory with libarchive: for a few files of some megabytes. The same files give the same bytes.
package final class ArchiveWriter {
    private let archive: OpaquePointer
    private let sink = Sink()

    /// The first moment that a zip can tell.
    private static let moment = 315_532_800

    package init() throws(ArchiveError) {
        guard let archive = archive_write_new() else { throw .tooLarge("there is no memory left to write it") }
        self.archive = archive
        archive_write_set_format_zip(archive)
        // As it is, not filled up to blocks of a tape.
        archive_write_set_bytes_in_last_block(archive, 1)
        let status = archive_write_open(
            archive, Unmanaged.passUnretained(sink).toOpaque(), nil,
            { _, pointer, bytes, count in
                guard let pointer, let bytes else { return -1 }
                Unmanaged<Sink>.fromOpaque(pointer).takeUnretainedValue().bytes.append(
                    contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
                return count
            }, nil)
        guard status == ARCHIVE_OK else { throw .damaged(ArchiveWriter.reason(archive)) }
    }

    deinit { archive_write_free(archive) }

    /// Adds a file. - Parameter name: ASCII, without folders.
    package func add(_ name: String, _ content: [UInt8]) throws(ArchiveError) {
        guard let entry = archive_entry_new() else { throw .tooLarge("there is no memory left to write it") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_size(entry, Int64(content.count))
        archive_entry_set_filetype(entry, 0o100000)
        archive_entry_set_perm(entry, 0o644)
        archive_entry_set_mtime(entry, ArchiveWriter.moment, 0)
        guard archive_write_header(archive, entry) == ARCHIVE_OK,
            content.withUnsafeBytes({ archive_write_data(archive, $0.baseAddress, $0.count) }) == content.count
        else { throw .damaged(ArchiveWriter.reason(archive)) }
    }

    /// The whole archive; nothing can be added any more.
    package func finish() throws(ArchiveError) -> [UInt8] {
        guard archive_write_close(archive) == ARCHIVE_OK else { throw .damaged(ArchiveWriter.reason(archive)) }
        return sink.bytes
    }

    private static func reason(_ archive: OpaquePointer) -> String {
        archive_error_string(archive).map { String(cString: $0) } ?? "it cannot be written"
    }

    private final class Sink {
        var bytes: [UInt8] = []
    }
}
