/// A piece of a page, as UTF-8.
///
/// `let row: HTML = "<td>\(lesson.subject)</td>"`: the literal parts are trusted, an interpolated text is escaped so that it is
/// safe both between tags and inside a quoted attribute, an interpolated piece of HTML stays what it is. Nothing turns a
/// string that is not a literal into markup.
package struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
    package private(set) var bytes: [UInt8]

    package static let empty = HTML()

    /// An empty piece, with room for `capacity` bytes.
    package init(capacity: Int = 0) {
        bytes = []
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    package init(stringLiteral value: String) { bytes = Array(value.utf8) }

    package init(stringInterpolation: StringInterpolation) { bytes = stringInterpolation.bytes }

    /// A text, escaped.
    package init(text: String) {
        bytes = []
        bytes.appendEscaped(text)
    }

    package var isEmpty: Bool { bytes.isEmpty }

    /// The piece as text, for tests and logs of lengths.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The two bytes of a template's gap.
    init(gap mark: UInt8, _ number: UInt8) { bytes = [mark, number] }

    package mutating func append(_ other: HTML) { bytes.append(contentsOf: other.bytes) }

    /// A text, escaped.
    package mutating func append(text: String) { bytes.appendEscaped(text) }

    mutating func append(_ other: [UInt8], _ range: Range<Int>) {
        other.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
    }

    mutating func appendBytes(_ text: StaticString) { bytes.appendStatic(text) }
    mutating func append(decimal value: Int) { bytes.appendDecimal(value) }

    package static func += (left: inout HTML, right: HTML) { left.append(right) }

    package static func + (left: HTML, right: HTML) -> HTML {
        var sum = left
        sum.append(right)
        return sum
    }
}

extension Sequence<HTML> {
    package func joined(separator: HTML = .empty) -> HTML {
        var result = HTML()
        var first = true
        for piece in self {
            if !first { result.append(separator) }
            first = false
            result.append(piece)
        }
        return result
    }
}

extension Sequence {
    /// Each element as HTML, one after the other.
    package func html(_ transform: (Element) throws -> HTML) rethrows -> HTML {
        var result = HTML()
        for element in self { result.append(try transform(element)) }
        return result
    }
}
