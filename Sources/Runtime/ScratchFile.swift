internal import CLinux
internal import Glibc

/// A file without a name: nobody else can open it, and it is gone with the process, however that ends.
package final class ScratchFile: Sendable {
    private let descriptor: Int32

    /// - Parameter directory: on the file system that is to hold it.
    /// - Throws: `RuntimeError.system`.
    package init(in directory: String) throws(RuntimeError) {
        descriptor = clinux_scratch_file(directory)
        guard descriptor >= 0 else { throw .system(call: "open(O_TMPFILE)", code: errno) }
    }

    deinit { close(descriptor) }

    /// Blocks: for a thread of a `BlockingPool`.
    /// - Throws: `RuntimeError.system` when the bytes are not all there afterwards: a full disk, most often.
    package func write(_ bytes: [UInt8], at offset: Int) throws(RuntimeError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done, off_t(offset + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(call: "pwrite", code: errno) }
            done += count
        }
    }

    /// Bytes that are in memory already, without waiting for a disk.
    /// - Returns: nil when they are not all there.
    package func readAtOnce(_ range: Range<Int>) -> [UInt8]? {
        whole(range) { clinux_read_at_once(descriptor, $0, range.count, off_t(range.lowerBound)) }
    }

    /// The same, from the disk if need be. Blocks: for a thread of a `BlockingPool`.
    package func read(_ range: Range<Int>) -> [UInt8]? {
        whole(range) { pread(descriptor, $0, range.count, off_t(range.lowerBound)) }
    }

    /// A part of it is as good as nothing.
    private func whole(_ range: Range<Int>, _ read: (UnsafeMutableRawPointer?) -> Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            count = max(0, read(buffer.baseAddress))
        }
        return bytes.count == range.count ? bytes : nil
    }
}
