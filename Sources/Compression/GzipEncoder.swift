internal import CZlib

/// A gzip stream (RFC 1952) written piece by piece, in about 256 kB of working memory.
package final class GzipEncoder {
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameter level: 1 (fast) to 9 (small).
    package init(level: Int32 = 5) throws(CompressionError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, +16: a gzip header and trailer instead of zlib's.
        let code = deflateInit2_(
            stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            stream.deallocate()
            throw .outOfMemory
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses a piece; what comes back may be empty, since deflate waits for more.
    /// - Parameter flush: gives out all that was written so far, for a reader that waits for it.
    package func write(_ bytes: [UInt8], flush: Bool = false) -> [UInt8] {
        run(bytes, flush ? Z_SYNC_FLUSH : Z_NO_FLUSH)
    }

    /// The last bytes of the stream.
    package func finish(_ bytes: [UInt8] = []) -> [UInt8] { run(bytes, Z_FINISH) }

    private func run(_ bytes: [UInt8], _ mode: Int32) -> [UInt8] {
        var output: [UInt8] = []
        bytes.withUnsafeBufferPointer { input in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(input.count)
            var room = mode == Z_FINISH ? Int(deflateBound(stream, UInt(input.count))) : input.count / 2 + 1024
            repeat {
                let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                    stream.pointee.next_out = buffer.baseAddress
                    stream.pointee.avail_out = UInt32(buffer.count)
                    deflate(stream, mode)
                    count = buffer.count - Int(stream.pointee.avail_out)
                }
                room = 16_384
                if output.isEmpty { output = piece } else { output += piece }
            } while stream.pointee.avail_out == 0
        }
        return output
    }
}
