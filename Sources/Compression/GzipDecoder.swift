internal import CZlib

/// A gzip stream (RFC 1952) read piece by piece, never past a limit.
package final class GzipDecoder {
    private let stream: UnsafeMutablePointer<z_stream>
    private let limit: Int
    private var produced = 0

    /// True once the stream's trailer was read and its checksum found right.
    package private(set) var isFinished = false

    /// - Parameter limit: the most bytes the whole stream may give.
    package init(limit: Int) throws(CompressionError) {
        self.limit = limit
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            throw .outOfMemory
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decompresses a piece. Bytes after the end of the stream are damage.
    package func write(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        guard !isFinished else { throw .damaged }
        var output: [UInt8] = []
        var code = Z_OK
        var left = 0
        bytes.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(input.count)
            repeat {
                output += [UInt8](unsafeUninitializedCapacity: 16_384) { buffer, count in
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(buffer.count)
                    code = inflate(stream, Z_NO_FLUSH)
                    count = buffer.count - Int(stream.pointee.avail_out)
                }
            } while code == Z_OK && stream.pointee.avail_out == 0 && produced + output.count <= limit
            left = Int(stream.pointee.avail_in)
        }
        produced += output.count
        guard produced <= limit else { throw .tooLarge(limit: limit) }
        guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { throw .damaged }
        isFinished = code == Z_STREAM_END
        guard !isFinished || left == 0 else { throw .damaged }
        return output
    }
}
