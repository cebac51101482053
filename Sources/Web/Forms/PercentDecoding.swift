/// RFC 3986 percent-decoding, strict: a broken escape, invalid UTF-8 or NUL is an error, never a guess.
enum PercentDecoding {
    enum Failure: Error {
        case malformed
    }

    /// - Parameter form: `+` is a space, as in `application/x-www-form-urlencoded`.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, form: Bool) throws(Failure) -> String {
        // What nearly every name and value is: letters, digits and signs that stand for themselves.
        var isPlain = true
        for byte in bytes {
            isPlain =
                isPlain && byte != 0 && byte < 0x80 && byte != UInt8(ascii: "%")
                && !(form && byte == UInt8(ascii: "+"))
        }
        if isPlain { return String(decoding: bytes, as: UTF8.self) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            var byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "%") {
                guard index + 1 < bytes.count, let high = hexValue(bytes[index]), let low = hexValue(bytes[index + 1])
                else { throw .malformed }
                index += 2
                byte = high << 4 | low
            } else if form, byte == UInt8(ascii: "+") {
                byte = UInt8(ascii: " ")
            }
            guard byte != 0 else { throw .malformed }
            decoded.append(byte)
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .malformed }
        return text
    }
}
