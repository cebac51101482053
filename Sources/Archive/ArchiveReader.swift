internal import CArchive

/// Reads a zip or tar archive, packed with gzip or not, from its first byte to its last with libarchive: nothing is written
/// anywhere, names are only names. Blocks while it waits for bytes; use it on a thread that may.
package final class ArchiveReader {
    private let archive: OpaquePointer
    private let source: Source
    private let limits: ArchiveLimits
    private var entries = 0
    private var unpacked = 0

    /// - Parameter next: gives the next bytes, an empty array at the end; waits as long as it needs.
    package init(limits: ArchiveLimits = ArchiveLimits(), _ next: @escaping () throws -> [UInt8]) throws(ArchiveError) {
        guard let archive = archive_read_new() else { throw .tooLarge("there is no memory left to read it") }
        self.archive = archive
        self.limits = limits
        source = Source(next)
        archive_read_support_filter_gzip(archive)
        archive_read_support_format_tar(archive)
        archive_read_support_format_gnutar(archive)
        archive_read_support_format_zip_streamable(archive)
        let status = archive_read_open(
            archive, Unmanaged.passUnretained(source).toOpaque(), nil,
            { _, pointer, buffer in
                guard let pointer, let buffer else { return -1 }
                return Unmanaged<Source>.fromOpaque(pointer).takeUnretainedValue().fill(buffer)
            }, nil)
        guard status == ARCHIVE_OK else {
            // Everything is set: `deinit` frees it.
            throw .damaged(ArchiveReader.reason(archive))
        }
    }

    deinit { archive_read_free(archive) }

    /// An error of the source itself, which goes before what libarchive makes of it.
    package var sourceFailure: (any Error)? { source.failure }

    /// The name of the next file, its folders included; nil at the end. Folders are passed over.
    package func nextFile() throws(ArchiveError) -> String? {
        while true {
            var entry: OpaquePointer?
            switch archive_read_next_header(archive, &entry) {
            case ARCHIVE_OK, ARCHIVE_WARN: break
            case ARCHIVE_EOF: return nil
            default: throw .damaged(ArchiveReader.reason(archive))
            }
            entries += 1
            guard entries <= limits.entries else {
                throw .tooLarge("more than \(limits.entries) entries in the archive")
            }
            guard let entry, let name = archive_entry_pathname(entry).map({ String(cString: $0) }) else {
                throw .refused("an entry of the archive has no readable name")
            }
            guard archive_entry_is_encrypted(entry) == 0 else { throw .refused("\(name) is encrypted") }
            switch archive_entry_filetype(entry) {
            case 0o100000: return name
            case 0o040000: continue
            default: throw .refused("\(name) is neither a file nor a folder")
            }
        }
    }

    /// Hands the present file's bytes on, in pieces.
    package func read(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var block: UnsafeRawPointer?
        var size = 0
        var offset: Int64 = 0
        while true {
            switch archive_read_data_block(archive, &block, &size, &offset) {
            case ARCHIVE_OK, ARCHIVE_WARN: break
            case ARCHIVE_EOF: return
            default: throw ArchiveError.damaged(ArchiveReader.reason(archive))
            }
            unpacked += size
            guard unpacked <= limits.bytes else {
                throw ArchiveError.tooLarge("more than \(limits.bytes) bytes in the archive")
            }
            guard unpacked <= limits.freeBytes || unpacked / limits.ratio <= source.count else {
                throw ArchiveError.bomb
            }
            try body(UnsafeRawBufferPointer(start: block, count: size))
        }
    }

    private static func reason(_ archive: OpaquePointer) -> String {
        archive_error_string(archive).map { String(cString: $0) } ?? "it cannot be read"
    }

    /// Where libarchive's bytes come from; it keeps each piece until the next is asked for.
    private final class Source {
        private let next: () throws -> [UInt8]
        private var piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        private(set) var count = 0
        private(set) var failure: (any Error)?

        init(_ next: @escaping () throws -> [UInt8]) { self.next = next }

        deinit { piece.deallocate() }

        func fill(_ buffer: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
            do {
                let bytes = try next()
                if bytes.count > piece.count {
                    piece.deallocate()
                    piece = .allocate(byteCount: bytes.count, alignment: 16)
                }
                piece.copyBytes(from: bytes)
                count += bytes.count
                buffer.pointee = UnsafeRawPointer(piece.baseAddress)
                return bytes.count
            } catch {
                failure = error
                return -1
            }
        }
    }
}
