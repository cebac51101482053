internal import Web

/// Reads filters and paths, within bounds: so many bytes, so deep, so many comparisons.
///
/// `or` binds least, then `and`, then `not ( … )`; names of attributes and operators are read whatever their case.
package struct SCIMFilterParser {
    package static let longest = 4096
    package static let deepest = 16
    package static let mostComparisons = 60

    private let type: SCIMResourceType
    private let bytes: [UInt8]
    private var position = 0
    private var comparisons = 0
    /// Of the element whose parts the names inside brackets are.
    private var element: SCIMAttribute?

    private init(_ text: String, of type: SCIMResourceType) throws(SCIMError) {
        guard text.utf8.count <= SCIMFilterParser.longest else { throw .invalidFilter(.tooLong) }
        self.type = type
        bytes = Array(text.utf8)
    }

    /// - Throws: `.invalidFilter`.
    package static func filter(_ text: String, of type: SCIMResourceType) throws(SCIMError) -> SCIMFilter {
        var parser = try SCIMFilterParser(text, of: type)
        let filter = try parser.either(depth: 0)
        parser.skipSpace()
        guard parser.position == parser.bytes.count else { throw .invalidFilter(.syntax) }
        return filter
    }

    /// - Throws: `.invalidPath`; `.invalidFilter` for what is between brackets.
    package static func path(_ text: String, of type: SCIMResourceType) throws(SCIMError) -> SCIMPath {
        guard let parser = try? SCIMFilterParser(text, of: type) else { throw .invalidPath }
        var reader = parser
        let word = reader.word()
        guard let base = reader.resolve(word) else { throw .invalidPath }
        guard reader.take("[") else {
            guard reader.position == reader.bytes.count else { throw .invalidPath }
            return base
        }
        guard base.part == nil, let attribute = reader.attribute(base), attribute.isMultiValued,
            attribute.kind == .complex
        else { throw .invalidPath }
        let filter = try reader.bracketed(attribute, depth: 0)
        var part: String?
        if reader.take(".") {
            guard let found = attribute.part(reader.word()) else { throw .invalidPath }
            part = found.name
        }
        guard reader.position == reader.bytes.count else { throw .invalidPath }
        return SCIMPath(
            isOfAddition: base.isOfAddition, attribute: base.attribute, filter: filter, part: part)
    }

    // MARK: Grammar

    private mutating func either(depth: Int) throws(SCIMError) -> SCIMFilter {
        var left = try both(depth: depth)
        while keyword("or") { left = .or(left, try both(depth: depth)) }
        return left
    }

    private mutating func both(depth: Int) throws(SCIMError) -> SCIMFilter {
        var left = try single(depth: depth)
        while keyword("and") { left = .and(left, try single(depth: depth)) }
        return left
    }

    private mutating func single(depth: Int) throws(SCIMError) -> SCIMFilter {
        guard depth < SCIMFilterParser.deepest else { throw .invalidFilter(.tooDeep) }
        skipSpace()
        if take("(") { return try group(depth: depth) }
        let start = position
        let word = word()
        if word.lowercased() == "not" {
            skipSpace()
            if take("(") { return .not(try group(depth: depth)) }
            position = start + word.utf8.count
        }
        comparisons += 1
        guard comparisons <= SCIMFilterParser.mostComparisons else { throw .invalidFilter(.tooLong) }
        guard let path = resolve(word), let attribute = attribute(path) else {
            throw .invalidFilter(.unknownAttribute)
        }
        if take("[") {
            guard element == nil, path.part == nil, attribute.isMultiValued, attribute.kind == .complex else {
                throw .invalidFilter(.syntax)
            }
            return .some(path, try bracketed(attribute, depth: depth))
        }
        return try comparison(path, attribute)
    }

    private mutating func group(depth: Int) throws(SCIMError) -> SCIMFilter {
        let inner = try either(depth: depth + 1)
        skipSpace()
        guard take(")") else { throw .invalidFilter(.syntax) }
        return inner
    }

    private mutating func bracketed(_ attribute: SCIMAttribute, depth: Int) throws(SCIMError) -> SCIMFilter {
        element = attribute
        let filter = try either(depth: depth + 1)
        element = nil
        skipSpace()
        guard take("]") else { throw .invalidFilter(.syntax) }
        return filter
    }

    private mutating func comparison(
        _ path: SCIMPath, _ attribute: SCIMAttribute
    ) throws(SCIMError) -> SCIMFilter {
        skipSpace()
        let word = word().lowercased()
        if word == "pr" { return .present(path) }
        guard let operation = SCIMFilter.Operator(rawValue: word) else { throw .invalidFilter(.syntax) }
        skipSpace()
        let value = try value()
        // A complex attribute is compared by its value (RFC 7643 §2.4).
        var (path, compared) = (path, path.part.flatMap(attribute.part) ?? attribute)
        if compared.kind == .complex {
            guard let part = compared.part("value") else { throw .invalidFilter(.unknownAttribute) }
            path = SCIMPath(isOfAddition: path.isOfAddition, attribute: path.attribute, part: part.name)
            compared = part
        }
        switch (value, compared.kind, operation) {
        case (.null, _, .equal), (.null, _, .notEqual): break
        case (.bool, .boolean, .equal), (.bool, .boolean, .notEqual): break
        case (.text(let text), .dateTime, _):
            guard Instants.microseconds(rfc3339: text) != nil else { throw .invalidFilter(.wrongType) }
        case (.text, .string, _), (.text, .reference, _): break
        default: throw .invalidFilter(.wrongType)
        }
        return .compare(path, operation, value)
    }

    private mutating func value() throws(SCIMError) -> SCIMFilter.Value {
        guard position < bytes.count else { throw .invalidFilter(.syntax) }
        guard bytes[position] == UInt8(ascii: "\"") else {
            switch word().lowercased() {
            case "true": return .bool(true)
            case "false": return .bool(false)
            case "null": return .null
            default: throw .invalidFilter(.wrongType)
            }
        }
        var end = position + 1
        while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
            end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard end < bytes.count else { throw .invalidFilter(.syntax) }
        var parser = JSONParser(Array(bytes[position...end]))
        guard case .string(let text)? = try? parser.parse() else { throw .invalidFilter(.syntax) }
        position = end + 1
        return .text(text)
    }

    // MARK: Names

    /// What a name stands for; inside brackets, a part of the element.
    private func resolve(_ word: String) -> SCIMPath? {
        if let element {
            return element.part(word).map { SCIMPath(attribute: $0.name) }
        }
        var rest = word[...]
        var isOfAddition = false
        for (schema, isAddition) in [(type.core, false), (type.addition, true)] {
            guard word.lowercased().hasPrefix(schema.lowercased()) else { continue }
            rest = word.dropFirst(schema.count)
            if rest.isEmpty { return isAddition ? SCIMPath(isOfAddition: true, attribute: nil) : nil }
            guard rest.first == ":" else { return nil }
            rest = rest.dropFirst()
            isOfAddition = isAddition
            break
        }
        let names = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let attribute = type.attribute(names[0], ofAddition: isOfAddition) else { return nil }
        guard names.count == 2 else { return SCIMPath(isOfAddition: isOfAddition, attribute: attribute.name) }
        guard let part = attribute.part(names[1]) else { return nil }
        return SCIMPath(isOfAddition: isOfAddition, attribute: attribute.name, part: part.name)
    }

    private func attribute(_ path: SCIMPath) -> SCIMAttribute? {
        guard let name = path.attribute else { return nil }
        return element?.part(name) ?? type.attribute(name, ofAddition: path.isOfAddition)
    }

    // MARK: Signs

    private mutating func word() -> String {
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "_"),
                UInt8(ascii: "-"), UInt8(ascii: "$"):
                position += 1
            default: return String(decoding: bytes[start..<position], as: UTF8.self)
            }
        }
        return String(decoding: bytes[start...], as: UTF8.self)
    }

    private mutating func keyword(_ wanted: String) -> Bool {
        let start = position
        skipSpace()
        if word().lowercased() == wanted { return true }
        position = start
        return false
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: sign) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    }
}
