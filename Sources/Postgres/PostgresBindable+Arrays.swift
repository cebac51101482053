extension Array where Element: PostgresArrayElement {
    /// The text form, `{"1",NULL,"a \"word\""}`; every element quoted, which every type's array accepts.
    func encodeText(into bytes: inout [UInt8]) -> Bool {
        var isValid = true
        bytes.append(UInt8(ascii: "{"))
        for (index, element) in enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if element.isNull {
                bytes.append(contentsOf: "NULL".utf8)
                continue
            }
            bytes.append(UInt8(ascii: "\""))
            let start = bytes.count
            isValid = element.encode(into: &bytes) && isValid
            Array.escape(&bytes, from: start)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: "}"))
        return isValid
    }

    private static func escape(_ bytes: inout [UInt8], from start: Int) {
        func needsEscape(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") }
        guard bytes[start...].contains(where: needsEscape) else { return }
        let element = [UInt8](bytes[start...])
        bytes.removeSubrange(start...)
        for byte in element {
            if needsEscape(byte) { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
    }

    /// The binary form of `array_send`: one dimension, lower bound 1.
    func encodeBinary(into bytes: inout [UInt8]) -> Bool {
        var isValid = true
        bytes.appendBigEndian(Int32(isEmpty ? 0 : 1))
        bytes.appendBigEndian(Int32(contains { $0.isNull } ? 1 : 0))
        bytes.appendBigEndian(Element.postgresType)
        guard !isEmpty else { return true }
        bytes.appendBigEndian(Int32(count))
        bytes.appendBigEndian(Int32(1))
        for element in self {
            guard !element.isNull else {
                bytes.appendBigEndian(Int32(-1))
                continue
            }
            let start = bytes.count
            bytes.appendBigEndian(Int32(0))
            isValid = element.encode(into: &bytes) && isValid
            let length = UInt32(bytes.count - start - 4)
            for byte in 0..<4 { bytes[start + byte] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * byte)) }
        }
        return isValid
    }
}
