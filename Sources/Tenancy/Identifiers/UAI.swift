/// The national code of an establishment: seven digits and a letter.
///
/// The letter is a check character, but real files carry codes whose letter is wrong (replacement zones, test codes): those
/// are accepted with a warning, and only what a person types by hand has to have the right one.
package struct UAI: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String

    /// Nil unless `rawValue` is seven digits and a letter; a lower-case letter is put in upper case.
    package init?(rawValue: String) {
        var bytes = Array(rawValue.utf8)
        guard bytes.count == 8, bytes.dropLast().allSatisfy({ (48...57).contains($0) }) else { return nil }
        if (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[7]) { bytes[7] -= 32 }
        guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[7]) else { return nil }
        self.rawValue = String(decoding: bytes, as: UTF8.self)
    }

    /// The code whose first seven digits are `number`, with its check letter; nil outside 0...9,999,999.
    package init?(number: Int) {
        guard (0...9_999_999).contains(number) else { return nil }
        let digits = String(number)
        rawValue = String(repeating: "0", count: 7 - digits.count) + digits + String(UAI.letter(of: number))
    }

    /// Whether the letter is the one that the digits call for.
    package var hasValidLetter: Bool {
        guard let number = Int(rawValue.dropLast()), let last = rawValue.last else { return false }
        return UAI.letter(of: number) == last
    }

    package static func < (left: UAI, right: UAI) -> Bool { left.rawValue < right.rawValue }

    package var description: String { rawValue }

    // I, O and Q are left out, as digits would be read in them.
    private static let letters = Array("ABCDEFGHJKLMNPRSTUVWXYZ")

    private static func letter(of number: Int) -> Character { letters[number % 23] }
}
