extension Schema {
    /// A value of this shape: the declared example, or one made from the parts.
    package var example: JSON { example(depth: 0) }

    private func example(depth: Int) -> JSON {
        if let ownExample { return ownExample }
        // A schema that refers to itself ends here: in an optional, a list or a nullable, all of which may be empty.
        let isDeep = depth > 8
        switch kind {
        case .any: return "…"
        case .null: return nil
        case .boolean: return true
        case .integer(let range): return .integer(min(max(1, range.lowerBound), range.upperBound))
        case .number(let range): return .number(min(max(12.5, range.lowerBound), range.upperBound))
        case .text(let lengths, let format): return .string(Schema.text(lengths, format))
        case .enumeration(let values): return values.first.map { .string($0) } ?? nil
        case .array(let element, let counts):
            if isDeep || counts.upperBound == 0 { return [] }
            let one = element.example(depth: depth + 1)
            return .array(Array(repeating: one, count: max(1, counts.lowerBound)))
        case .object(let properties, _):
            let shown = properties.filter { $0.isRequired || !isDeep }
            return .object(shown.map { JSON.Member($0.name, $0.schema.example(depth: depth + 1)) })
        case .map(let value): return isDeep ? [:] : .object([JSON.Member("name", value.example(depth: depth + 1))])
        case .nullable(let schema): return isDeep ? nil : schema.example(depth: depth + 1)
        case .oneOf(let schemas): return schemas.first?.example(depth: depth + 1) ?? nil
        case .named(_, let schema): return schema().example(depth: depth + 1)
        }
    }

    private static func text(_ lengths: ClosedRange<Int>, _ format: Format) -> String {
        switch format {
        case .uuid: return "0192f1c0-8a3e-7c41-9b52-6f1d2a3b4c5d"
        case .date: return "2026-11-23"
        case .dateTime: return "2026-11-23T07:05:00.000Z"
        case .timeOfDay: return "08:05"
        case .uri: return "https://ent.example.org/"
        case .email: return "camille.martin@example.org"
        case .uai: return "0690078K"
        case .languageTag: return "fr"
        case .slug: return "seine-et-marne"
        case .byte: return "cHLDqWF1"
        case .plain:
            let text = "Texte"
            if text.count < lengths.lowerBound { return String(repeating: "x", count: lengths.lowerBound) }
            return String(text.prefix(lengths.upperBound))
        }
    }
}
