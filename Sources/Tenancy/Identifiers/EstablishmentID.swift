/// An establishment (one school) as every database of the platform knows it; its UAI is the name that people use.
package struct EstablishmentID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static func < (left: EstablishmentID, right: EstablishmentID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}
