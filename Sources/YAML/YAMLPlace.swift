/// Where something stands in a file: what every error of this module begins with.
package struct YAMLPlace: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The file as the caller named it.
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1, in characters (Unicode scalars), as editors count.
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, which editors and terminals make a link of.
    package var description: String { "\(file):\(line):\(column)" }

    package static func < (left: YAMLPlace, right: YAMLPlace) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}

/// A value and where it was written, for checks that come after the file has been read.
package struct YAMLPlaced<Value> {
    package let value: Value
    package let place: YAMLPlace

    package init(_ value: Value, at place: YAMLPlace) {
        self.value = value
        self.place = place
    }
}

extension YAMLPlaced: Sendable where Value: Sendable {}
