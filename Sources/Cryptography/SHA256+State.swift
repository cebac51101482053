internal import CCrypto

extension SHA256 {
    /// What was hashed so far, as 105 bytes that mean the same on every machine: another process can go on from there.
    package var savedState: [UInt8] {
        var bytes: [UInt8] = []
        func append<Word: FixedWidthInteger>(_ word: Word) {
            withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
        }
        let words = state.h
        for word in [words.0, words.1, words.2, words.3, words.4, words.5, words.6, words.7] { append(UInt32(word)) }
        append(UInt64(state.Nh) << 32 | UInt64(state.Nl))
        append(UInt8(truncatingIfNeeded: state.num))
        withUnsafeBytes(of: state.data) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Nil unless the bytes are a saved state.
    package init?(savedState bytes: [UInt8]) {
        guard bytes.count == 105, bytes[40] < SHA256.blockByteCount else { return nil }
        func word(_ index: Int) -> UInt32 { bytes[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        self.init()
        state.h = (word(0), word(4), word(8), word(12), word(16), word(20), word(24), word(28))
        state.Nh = word(32)
        state.Nl = word(36)
        state.num = UInt32(bytes[40])
        withUnsafeMutableBytes(of: &state.data) { $0.copyBytes(from: bytes[41...]) }
    }
}
