/// The header fields of a response, in order.
///
/// A line break cannot get in: control characters in a value become spaces, and a name keeps only the characters that
/// RFC 9110 allows. So a value made of what a person typed cannot add a header or a body.
package struct HeaderFields: Sendable, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, RandomAccessCollection
{
    package typealias Element = (name: String, value: String)

    private var fields: [(String, String)] = []

    package init() {}

    package init(arrayLiteral elements: (String, String)...) { self.init(elements) }

    package init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }

    private init(_ elements: [(String, String)]) {
        guard elements.allSatisfy({ HeaderFields.isClean(name: $0) && HeaderFields.isClean(value: $1) }) else {
            for (name, value) in elements { add(name, value) }
            return
        }
        fields = elements
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { fields.count }
    package subscript(position: Int) -> Element { (fields[position].0, fields[position].1) }

    /// Adds a field beside those of the same name (`Set-Cookie`, `Link`, `Vary`).
    package mutating func add(_ name: String, _ value: String) {
        fields.append((HeaderFields.clean(name: name), HeaderFields.clean(value: value)))
    }

    /// Makes this the only field of its name.
    package mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    /// Adds the fields of another list whose names this one does not have yet; they were checked when that one was made.
    package mutating func add(missing others: HeaderFields) {
        fields.reserveCapacity(fields.count + others.fields.count)
        for field in others.fields where !contains(field.0) { fields.append(field) }
    }

    package mutating func remove(_ name: String) {
        guard contains(name) else { return }
        fields.removeAll { HeaderFields.isSame($0.0, name) }
    }

    package func contains(_ name: String) -> Bool { fields.contains { HeaderFields.isSame($0.0, name) } }

    /// The first value of that name, whatever its case.
    package subscript(name: String) -> String? { fields.first { HeaderFields.isSame($0.0, name) }?.1 }

    /// ASCII letters compared without case; nothing else folds in a field name.
    static func isSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        var (left, right) = (left, right)
        return left.withUTF8 { left in
            right.withUTF8 { right in
                for index in left.indices
                where left[index] != right[index] && ASCII.lowercased(left[index]) != ASCII.lowercased(right[index]) {
                    return false
                }
                return true
            }
        }
    }

    private static func isClean(name: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            // Letters, digits and hyphens, as nearly all names: without a way out of the loop, the compiler looks at many
            // bytes at once.
            var isPlain = true
            for byte in bytes {
                let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
                let isDigit = byte &- UInt8(ascii: "0") < 10
                isPlain = isPlain && (isLetter || isDigit || byte == UInt8(ascii: "-"))
            }
            return isPlain || bytes.allSatisfy(ASCII.isToken)
        }
    }

    private static func isClean(value: String) -> Bool {
        var value = value
        return value.withUTF8 { bytes in
            // Without a way out of the loop, the compiler looks at 32 bytes at once.
            var hasControl = false
            for byte in bytes { hasControl = hasControl || byte < 0x20 || byte == 0x7f }
            return !hasControl
        }
    }

    private static func clean(name: String) -> String {
        isClean(name: name) ? name : String(decoding: name.utf8.filter(ASCII.isToken), as: UTF8.self)
    }

    private static func clean(value: String) -> String {
        if isClean(value: value) { return value }
        return String(decoding: value.utf8.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    }
}
