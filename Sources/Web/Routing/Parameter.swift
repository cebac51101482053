internal import Runtime

/// A declared part of the path (`{id}`) or item of the query. Checked before the handler runs.
package struct Parameter: Sendable {
    package enum Kind: Sendable, Hashable {
        case text(maxLength: Int)
        case integer(ClosedRange<Int>)
        case uuid
        case date
        case uai
        case slug
        case enumeration([String])
        /// `1`, `true`, `on` or `0`, `false`, `off`.
        case flag
        /// Opaque text of ours.
        case token
    }

    package let name: String
    package let kind: Kind
    /// In English, for the OpenAPI document.
    package let description: String
    package var isRequired: Bool

    package static func text(_ name: String, _ description: String, maxLength: Int = 200) -> Parameter {
        Parameter(name: name, kind: .text(maxLength: maxLength), description: description, isRequired: false)
    }

    package static func integer(_ name: String, _ range: ClosedRange<Int>, _ description: String) -> Parameter {
        Parameter(name: name, kind: .integer(range), description: description, isRequired: false)
    }

    package static func uuid(_ name: String, _ description: String) -> Parameter {
        Parameter(name: name, kind: .uuid, description: description, isRequired: false)
    }

    package static func date(_ name: String, _ description: String) -> Parameter {
        Parameter(name: name, kind: .date, description: description, isRequired: false)
    }

    package static func uai(_ name: String, _ description: String) -> Parameter {
        Parameter(name: name, kind: .uai, description: description, isRequired: false)
    }

    package static func slug(_ name: String, _ description: String) -> Parameter {
        Parameter(name: name, kind: .slug, description: description, isRequired: false)
    }

    package static func enumeration(_ name: String, _ values: [String], _ description: String) -> Parameter {
        Parameter(name: name, kind: .enumeration(values), description: description, isRequired: false)
    }

    package static func flag(_ name: String, _ description: String) -> Parameter {
        Parameter(name: name, kind: .flag, description: description, isRequired: false)
    }

    package static func token(_ name: String, _ description: String) -> Parameter {
        Parameter(name: name, kind: .token, description: description, isRequired: false)
    }

    /// The `cursor` and `limit` of a paged list.
    package static let paging: [Parameter] = [
        .token("cursor", "Where to go on: `next` of the page before."),
        .integer("limit", 1...200, "At most so many items; 50 when absent."),
    ]

    /// The same parameter, required (a query item; those of the path always are).
    package var required: Parameter {
        var parameter = self
        parameter.isRequired = true
        return parameter
    }

    package var schema: Schema {
        switch kind {
        case .text(let maxLength): .text(0...maxLength)
        case .integer(let range): .integer(range)
        case .uuid: .uuid
        case .date: .date
        case .uai: .uai
        case .slug: .text(1...100, format: .slug)
        case .enumeration(let values): .enumeration(values)
        case .flag: .enumeration(["1", "0", "true", "false", "on", "off"])
        case .token: .text(1...2000, format: .byte)
        }
    }

    /// The word for the kind in `describe()`.
    package var kindName: String {
        switch kind {
        case .text: "text"
        case .integer: "integer"
        case .uuid: "uuid"
        case .date: "date"
        case .uai: "uai"
        case .slug: "slug"
        case .enumeration: "enumeration"
        case .flag: "flag"
        case .token: "token"
        }
    }

    /// Why `text` does not fit; nil when it does.
    func refusal(of text: String) -> Phrase? {
        switch kind {
        case .text(let maxLength): Schema.refusal(of: text, lengths: 0...maxLength, format: .plain)
        case .integer(let range):
            Parameter.integer(text).map { range.contains($0) ? nil : .outOfRange(range) } ?? .expectedInteger
        case .uuid: UUID(text) == nil ? .badFormat(.uuid) : nil
        case .date: CivilDate(text) == nil ? .badFormat(.date) : nil
        case .uai: Schema.Format.uai.accepts(text) ? nil : .badFormat(.uai)
        case .slug: text.utf8.count <= 100 && Schema.Format.slug.accepts(text) ? nil : .badFormat(.slug)
        case .enumeration(let values): values.contains(text) ? nil : .expectedOneOf(values)
        case .flag: Parameter.flag(text) == nil ? .expectedBoolean : nil
        case .token: (1...2000).contains(text.utf8.count) && Schema.Format.byte.accepts(text) ? nil : .badFormat(.byte)
        }
    }

    /// Years that a day of the address may be of: from anybody's birth to any plan. Beyond, the week of a day could leave what
    /// four digits write.
    static let years = 1900...2199

    /// Why nothing can answer to `text`, which is of the right kind; nil when something can.
    func unanswerable(_ text: String) -> Phrase? {
        guard kind == .date, let date = CivilDate(text), !Parameter.years.contains(date.parts.year) else { return nil }
        return .yearOutOfCalendar(Parameter.years)
    }

    /// Digits with an optional minus: no plus sign, no leading zero, so that a number has one way to be written.
    static func integer(_ text: String) -> Int? {
        guard let value = Int(text), String(value) == text else { return nil }
        return value
    }

    static func flag(_ text: String) -> Bool? {
        switch text {
        case "1", "true", "on": true
        case "0", "false", "off": false
        default: nil
        }
    }
}
