/// A region or a department, by its slug: `seine-et-marne`. Also the name of its folder in `Tenants/`.
package struct TerritoryID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String

    /// Nil unless `rawValue` is 2 to 63 lower-case letters, digits and hyphens, starting with a letter.
    package init?(rawValue: String) {
        let bytes = rawValue.utf8
        guard (2...63).contains(bytes.count), let first = bytes.first, TerritoryID.isLetter(first),
            bytes.allSatisfy({ TerritoryID.isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.rawValue = rawValue
    }

    package static func < (left: TerritoryID, right: TerritoryID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { rawValue }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}
