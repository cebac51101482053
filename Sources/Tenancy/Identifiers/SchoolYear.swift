package import Runtime

/// A school year, named by the year of its September: 2026 is 2026-2027. On every row of a school service.
package struct SchoolYear: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int16

    package init(rawValue: Int16) { self.rawValue = rawValue }

    /// The school year that `date` falls in; a year begins on 1 August, when timetables are being prepared.
    package init(of date: CivilDate) {
        let (year, month, _) = date.parts
        rawValue = Int16(clamping: month >= 8 ? year : year - 1)
    }

    package static func < (left: SchoolYear, right: SchoolYear) -> Bool { left.rawValue < right.rawValue }

    /// `2026-2027`.
    package var description: String { "\(rawValue)-\(Int(rawValue) + 1)" }
}
