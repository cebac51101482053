/// RFC 3986 percent-decoding, strict: a broken escape, invalid UTF-8 or NUL is an error, never a guess.
enum PercentDecoding {
    enum Failure: Error {
        case malformed
    }

    /// - Parameter form: `+` is a space, as in `application/x-www-form-urlencoded`.
    static func decode(_ bytes: some Collection<UInt8>, form: Bool) throws(Failure) -> String {
        var isPlain = true
        for byte in bytes {
            if byte == UInt8(ascii: "%") || (form && byte == UInt8(ascii: "+")) {
                isPlain = false
                break
            }
        }
        if isPlain {
            guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
            return text
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index != bytes.endIndex {
            var byte = bytes[index]
            bytes.formIndex(after: &index)
            if byte == UInt8(ascii: "%") {
                guard index != bytes.endIndex, let high = hexValue(bytes[index]) else { throw .malformed }
                bytes.formIndex(after: &index)
                guard index != bytes.endIndex, let low = hexValue(bytes[index]) else { throw .malformed }
                bytes.formIndex(after: &index)
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
