/// Whole gzip streams in memory.
package enum Gzip {
    /// - Parameter level: 1 (fast) to 12 (small).
    package static func compress(_ bytes: [UInt8], level: Int32 = 6) throws(CompressionError) -> [UInt8] {
        try GzipCompressor(level: level).compress(bytes)
    }

    /// - Parameter limit: the most bytes the output may have; past it, `CompressionError.tooLarge`.
    package static func decompress(_ bytes: [UInt8], limit: Int) throws(CompressionError) -> [UInt8] {
        let decoder = try GzipDecoder(limit: limit)
        let output = try decoder.write(bytes)
        guard decoder.isFinished else { throw .damaged }
        return output
    }
}
