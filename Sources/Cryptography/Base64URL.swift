/// Base64 with the URL-safe alphabet and no padding (RFC 4648 §5).
package enum Base64URL {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    package static func encode(_ bytes: [UInt8]) -> String {
        let length = (bytes.count * 4 + 2) / 3
        return String(unsafeUninitializedCapacity: length) { text in
            alphabet.withUnsafeBufferPointer { alphabet in
                bytes.withUnsafeBufferPointer { bytes in
                    var position = 0
                    func put(_ sixth: UInt32) {
                        text[position] = alphabet[Int(sixth & 0x3f)]
                        position += 1
                    }
                    var index = 0
                    while index + 2 < bytes.count {
                        let group =
                            UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
                        put(group >> 18)
                        put(group >> 12)
                        put(group >> 6)
                        put(group)
                        index += 3
                    }
                    let left = bytes.count - index
                    if left > 0 {
                        let group = UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                        put(group >> 18)
                        put(group >> 12)
                        if left > 1 { put(group >> 6) }
                    }
                }
            }
            return length
        }
    }

    /// Nil for a character outside the alphabet, an impossible length, or unused bits that are not zero: each sequence of
    /// bytes has exactly one accepted text, so that a signed text cannot be written in a second way.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        text.utf8.withContiguousStorageIfAvailable { decode($0) } ?? decode(Array(text.utf8))
    }

    static func decode(_ text: [UInt8]) -> [UInt8]? { text.withUnsafeBufferPointer { decode($0) } }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        let count = text.count
        guard count % 4 != 1 else { return nil }
        var isGood = true
        let bytes = values.withUnsafeBufferPointer { values in
            [UInt8](unsafeUninitializedCapacity: count * 3 / 4) { bytes, filled in
                var bits: UInt32 = 0
                var held = 0
                for character in text {
                    let value = values[Int(character)]
                    isGood = isGood && value != 0xff
                    bits = bits << 6 | UInt32(value & 0x3f)
                    held += 6
                    if held >= 8 {
                        held -= 8
                        bytes[filled] = UInt8(truncatingIfNeeded: bits >> UInt32(held))
                        filled += 1
                    }
                }
                isGood = isGood && bits & (1 << UInt32(held) - 1) == 0
            }
        }
        return isGood ? bytes : nil
    }
}
