/// Puts bytes right that are no UTF-8 in a document that claims to be: they are read as Windows-1252, which is what the
/// program that wrote them meant. Real feeds mix the two.
struct UTF8Repair {
    var isNeeded = true
    /// Bytes put right so far.
    private(set) var count = 0
    /// The beginning of a sequence that the piece before broke off, at most three bytes.
    private var pending: [UInt8] = []

    /// What Windows-1252 has where Latin-1 has control characters.
    static let windows1252: [Int: Unicode.Scalar] = [
        0x80: "\u{20ac}", 0x82: "\u{201a}", 0x83: "\u{192}", 0x84: "\u{201e}", 0x85: "\u{2026}", 0x86: "\u{2020}",
        0x87: "\u{2021}", 0x88: "\u{2c6}", 0x89: "\u{2030}", 0x8a: "\u{160}", 0x8b: "\u{2039}", 0x8c: "\u{152}",
        0x8e: "\u{17d}", 0x91: "\u{2018}", 0x92: "\u{2019}", 0x93: "\u{201c}", 0x94: "\u{201d}", 0x95: "\u{2022}",
        0x96: "\u{2013}", 0x97: "\u{2014}", 0x98: "\u{2dc}", 0x99: "\u{2122}", 0x9a: "\u{161}", 0x9b: "\u{203a}",
        0x9c: "\u{153}", 0x9e: "\u{17e}", 0x9f: "\u{178}",
    ]

    /// The piece put right; nil when it can be taken as it is.
    mutating func next(_ piece: UnsafeRawBufferPointer) -> [UInt8]? {
        guard isNeeded else { return nil }
        if pending.isEmpty, UTF8Repair.firstDoubt(piece, from: 0) == piece.count { return nil }
        var all = pending
        all.append(contentsOf: piece)
        pending = []
        return all.withUnsafeBytes { put(right: $0, isLast: false) }
    }

    /// What was held back.
    mutating func finish() -> [UInt8] {
        let rest = pending
        pending = []
        return rest.withUnsafeBytes { put(right: $0, isLast: true) }
    }

    private mutating func put(right bytes: UnsafeRawBufferPointer, isLast: Bool) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 16)
        var start = 0
        while start < bytes.count {
            let doubt = UTF8Repair.firstDoubt(bytes, from: start)
            output.append(contentsOf: bytes[start..<doubt])
            guard doubt < bytes.count else { break }
            if !isLast, UTF8Repair.isCutShort(bytes, at: doubt) {
                pending = Array(bytes[doubt...])
                break
            }
            let byte = Int(bytes[doubt])
            let scalar = UTF8Repair.windows1252[byte] ?? Unicode.Scalar(UInt8(byte))
            output.append(contentsOf: String(Character(scalar)).utf8)
            count += 1
            start = doubt + 1
        }
        return output
    }

    /// The place of the first byte that begins no whole sequence; the end when there is none.
    private static func firstDoubt(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        let end = bytes.count
        while position < end {
            // Eight plain bytes at a time: nearly all of a feed is ASCII.
            while position + 8 <= end,
                bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                position += 8
            }
            guard position < end else { return end }
            let length = sequence(bytes, at: position)
            guard length > 0 else { return position }
            position += length
        }
        return end
    }

    /// Bytes of the whole, valid sequence at a place; 0 when there is none.
    private static func sequence(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Int {
        let first = bytes[position]
        let length = expected(first)
        guard length > 0, position + length <= bytes.count else { return length == 1 ? 1 : 0 }
        guard length > 1 else { return 1 }
        for offset in 1..<length where bytes[position + offset] & 0xc0 != 0x80 { return 0 }
        let second = bytes[position + 1]
        switch first {
        case 0xe0: return second >= 0xa0 ? length : 0
        case 0xed: return second < 0xa0 ? length : 0
        case 0xf0: return second >= 0x90 ? length : 0
        case 0xf4: return second < 0x90 ? length : 0
        default: return length
        }
    }

    private static func expected(_ first: UInt8) -> Int {
        switch first {
        case 0..<0x80: 1
        case 0xc2...0xdf: 2
        case 0xe0...0xef: 3
        case 0xf0...0xf4: 4
        default: 0
        }
    }

    /// Whether what stands at a place may be the beginning of a sequence that the next piece ends.
    private static func isCutShort(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Bool {
        let length = expected(bytes[position])
        guard length > 1, position + length > bytes.count else { return false }
        return bytes[(position + 1)...].allSatisfy { $0 & 0xc0 == 0x80 }
    }
}
