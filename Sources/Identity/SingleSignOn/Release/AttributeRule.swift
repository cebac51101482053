package import Web

/// One thing that a service learns of a person: under which name, where it comes from, how it is written.
package struct AttributeRule: Hashable, Sendable {
    package let name: String
    package let source: AttributeSource
    package let format: AttributeFormat
    /// Values joined to one by this; each by itself when nil.
    package let separator: String?
    /// Of the source `constant`.
    package let constant: String?

    package init(
        _ name: String, _ source: AttributeSource, _ format: AttributeFormat = .plain, separator: String? = nil,
        constant: String? = nil
    ) {
        self.name = name
        self.source = source
        self.format = format
        self.separator = separator
        self.constant = constant
    }

    /// A letter or underscore, then letters, digits, `.`, `-`, `_`: what may name an XML element.
    static func isName(_ text: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 }
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 100 else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || $0 == 45 || $0 == 46 }
    }

    /// Nil when it is not a rule.
    init?(_ json: JSON) {
        guard let name = json["name"]?.text, AttributeRule.isName(name),
            let source = json["source"]?.text.flatMap(AttributeSource.init)
        else { return nil }
        var format = AttributeFormat.plain
        if let text = json["format"]?.text {
            guard let known = AttributeFormat(rawValue: text) else { return nil }
            format = known
        }
        self.init(
            name, source, format, separator: json["separator"]?.text, constant: json["value"]?.text)
    }
}

extension AttributeRule: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("source", source.rawValue)
            writer.field("format", format.rawValue)
            writer.field("separator", separator)
            writer.field("value", constant)
        }
    }

    package static let schema = Schema.named(
        "AttributeRule",
        .object([
            .required("name", .text(1...100)), .required("source", .enumeration(AttributeSource.self)),
            .optional("format", .enumeration(AttributeFormat.self)),
            .optional("separator", .nullable(.text(0...5)), "Joins several values to one."),
            .optional("value", .nullable(.text(0...200)), "Of the source constant."),
        ]))
}
