internal import Runtime

/// Instants as the API writes them.
package enum Instants {
    /// Microseconds since 1970 of an RFC 3339 date and time with its offset; nil for anything else. A leap second counts as
    /// the second after it.
    package static func microseconds(rfc3339 text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 35, bytes[10] | 0x20 == UInt8(ascii: "t"),
            let date = CivilDate(String(decoding: bytes[0..<10], as: UTF8.self)),
            let minutes = Schema.minutes(ofTime: String(decoding: bytes[11..<16], as: UTF8.self)),
            bytes[16] == UInt8(ascii: ":"), bytes[17].isDigit, bytes[18].isDigit
        else { return nil }
        let second = Int64(bytes[17] - 48) * 10 + Int64(bytes[18] - 48)
        guard second <= 60 else { return nil }
        var position = 19
        var fraction: Int64 = 0
        if bytes[position] == UInt8(ascii: ".") {
            position += 1
            var scale: Int64 = 100_000
            let start = position
            while position < bytes.count, bytes[position].isDigit {
                fraction += Int64(bytes[position] - 48) * scale
                scale /= 10
                position += 1
            }
            guard position > start, position - start <= 9 else { return nil }
        }
        guard position < bytes.count else { return nil }
        var offset: Int64 = 0
        if bytes[position] | 0x20 == UInt8(ascii: "z") {
            guard position + 1 == bytes.count else { return nil }
        } else {
            let sign: Int64 = bytes[position] == UInt8(ascii: "+") ? 1 : -1
            guard sign == 1 || bytes[position] == UInt8(ascii: "-"), bytes.count == position + 6,
                let distance = Schema.minutes(ofTime: String(decoding: bytes[(position + 1)...], as: UTF8.self))
            else { return nil }
            offset = sign * Int64(distance)
        }
        let seconds = Int64(date.daysSince1970) * 86_400 + (Int64(minutes) - offset) * 60 + second
        return seconds * 1_000_000 + fraction
    }
}
