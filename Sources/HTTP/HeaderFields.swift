/// The header fields of a response, in order.
///
/// A line break cannot get in: control characters in a value become spaces, and a name keeps only the characters that
/// RFC 9110 allows. So a value made of what a person typed cannot add a header or a body.
package struct HeaderFields: Sendable, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, RandomAccessCollection
{
    package typealias Element = (name: String, value: String)

    private var fields: [Element] = []

    package init() {}

    package init(arrayLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name, value) }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { fields.count }
    package subscript(position: Int) -> Element { fields[position] }

    /// Adds a field beside those of the same name (`Set-Cookie`, `Link`, `Vary`).
    package mutating func add(_ name: String, _ value: String) {
        fields.append((HeaderFields.clean(name: name), HeaderFields.clean(value: value)))
    }

    /// Makes this the only field of its name.
    package mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    package mutating func remove(_ name: String) {
        guard contains(name) else { return }
        fields.removeAll { HeaderFields.isSame($0.name, name) }
    }

    package func contains(_ name: String) -> Bool { fields.contains { HeaderFields.isSame($0.name, name) } }

    /// The first value of that name, whatever its case.
    package subscript(name: String) -> String? { fields.first { HeaderFields.isSame($0.name, name) }?.value }

    /// ASCII letters compared without case; nothing else folds in a field name.
    static func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count
            && zip(left.utf8, right.utf8).allSatisfy { $0 == $1 || ASCII.lowercased($0) == ASCII.lowercased($1) }
    }

    private static func clean(name: String) -> String {
        if name.utf8.allSatisfy(ASCII.isToken) { return name }
        return String(decoding: name.utf8.filter(ASCII.isToken), as: UTF8.self)
    }

    private static func clean(value: String) -> String {
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) { return value }
        return String(decoding: value.utf8.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
    }
}
