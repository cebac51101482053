extension Schema {
    /// As JSON Schema 2020-12, the dialect of OpenAPI 3.1.
    func writeOpenAPI(to writer: inout JSONWriter) {
        writer.object { writer in
            writeKeywords(to: &writer)
            if let description { writer.field("description", description) }
            if let ownExample {
                writer.key("examples")
                writer.array { ownExample.write(to: &$0) }
            }
        }
    }

    private func writeKeywords(to writer: inout JSONWriter) {
        switch kind {
        case .any: break
        case .null: writer.field("type", "null")
        case .boolean: writer.field("type", "boolean")
        case .integer(let range):
            writer.field("type", "integer")
            if range.lowerBound != .min { writer.field("minimum", range.lowerBound) }
            if range.upperBound != .max { writer.field("maximum", range.upperBound) }
        case .number(let range):
            writer.field("type", "number")
            if range.lowerBound > -Double.greatestFiniteMagnitude { writer.field("minimum", range.lowerBound) }
            if range.upperBound < Double.greatestFiniteMagnitude { writer.field("maximum", range.upperBound) }
        case .text(let lengths, let format):
            writer.field("type", "string")
            if format != .plain { writer.field("format", format.rawValue) }
            if let pattern = format.pattern { writer.field("pattern", pattern) }
            if lengths.lowerBound > 0 { writer.field("minLength", lengths.lowerBound) }
            writer.field("maxLength", lengths.upperBound)
        case .enumeration(let values):
            writer.field("type", "string")
            writer.field("enum", values)
        case .array(let element, let counts):
            writer.field("type", "array")
            writer.key("items")
            element.writeOpenAPI(to: &writer)
            if counts.lowerBound > 0 { writer.field("minItems", counts.lowerBound) }
            writer.field("maxItems", counts.upperBound)
        case .object(let properties, let open):
            writer.field("type", "object")
            writer.object("properties") { writer in
                for property in properties {
                    writer.key(escaping: property.name)
                    property.schema.writeOpenAPI(to: &writer)
                }
            }
            let required = properties.filter(\.isRequired).map(\.name)
            if !required.isEmpty { writer.field("required", required) }
            if !open { writer.field("additionalProperties", false) }
        case .map(let value):
            writer.field("type", "object")
            writer.key("additionalProperties")
            value.writeOpenAPI(to: &writer)
        case .nullable(let schema):
            writer.array("anyOf", [schema, .null]) { $1.writeOpenAPI(to: &$0) }
        case .oneOf(let schemas): writer.array("oneOf", schemas) { $1.writeOpenAPI(to: &$0) }
        case .named(let name, _): writer.field("$ref", "#/components/schemas/" + name)
        }
    }
}

extension Schema.Format {
    /// What `accepts` asks for, for those formats that JSON Schema does not know.
    fileprivate var pattern: String? {
        switch self {
        case .plain: "^[^\\u0000]*$"
        case .timeOfDay: "^([01][0-9]|2[0-3]):[0-5][0-9]$"
        case .uri: "^https?://[!-~]*$"
        case .uai: "^[0-9]{7}[A-Z]$"
        case .languageTag: "^(fr|en)$"
        case .slug: "^[a-z0-9-]+$"
        case .byte: "^[A-Za-z0-9_-]*$"
        case .uuid, .date, .dateTime, .email: nil
        }
    }
}
