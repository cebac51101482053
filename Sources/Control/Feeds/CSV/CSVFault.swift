/// A cell of a school's own file that somebody has to look at, by line and column. Pure.
package struct CSVFault: Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// A name without which there is nobody.
        case missing
        case notADay
        case notAnAddress
        /// Not of letters, digits, dashes and dots.
        case notAKey
        /// A guardian of nobody.
        case noChild
        /// The same person as on that line.
        case twice(line: Int)
        /// No such child in the school's own files.
        case unknownChild
        /// Several children of that name.
        case severalChildren

        /// The whole line is left out; else only the cell.
        package var leavesOut: Bool {
            switch self {
            case .notADay, .notAnAddress: false
            default: true
            }
        }
    }

    package let line: Int
    /// Counts from 0; nil where the file has no such column.
    package let column: Int?
    package let reason: Reason

    package init(line: Int, column: Int?, reason: Reason) {
        self.line = line
        self.column = column
        self.reason = reason
    }
}
