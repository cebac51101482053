internal import HTTP

extension RouteTable {
    /// Every route as JSON, for tests that walk the table and for operators: method, pattern, surface, access, kinds of
    /// parameters, kinds of query items, media types of the body, forgery protection.
    package func describe() -> [UInt8] {
        var writer = JSONWriter(capacity: 16_384)
        writer.array(routes) { writer, route in
            writer.object { writer in
                writer.field("method", route.method.rawValue)
                writer.field("pattern", route.pattern)
                writer.field("surface", route.surface.rawValue)
                writer.field("tag", route.tag)
                writer.field("summary", route.summary)
                writer.object("access") { writer in
                    let (kind, roles) = route.access.description
                    writer.field("kind", kind)
                    if !roles.isEmpty { writer.field("roles", roles) }
                }
                writer.array("parameters", route.parameters) { $1.write(to: &$0) }
                writer.array("query", route.query) { $1.write(to: &$0) }
                writer.field("body", route.body.mediaTypes)
                if case .form(let fields, _) = route.body { writer.array("form", fields) { $1.write(to: &$0) } }
                if case .multipart(let fields, _) = route.body {
                    writer.array("form", fields) { $1.write(to: &$0) }
                }
                if case .json(let schema, _) = route.body {
                    writer.key("example")
                    schema.example.write(to: &writer)
                }
                writer.field("conditions", route.conditions.map(\.rawValue).sorted())
                writer.field("forgery_protection", route.forgeryProtection.rawValue)
                writer.field("answers", route.answers.map(\.status))
                writer.field("answer_types", route.answers.compactMap(\.mediaType))
                writer.field("errors", route.documentedErrors.map(\.code))
            }
        }
        return writer.bytes
    }
}

extension Parameter {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("kind", kindName)
            writer.field("required", isRequired)
            if case .enumeration(let values) = kind { writer.field("values", values) }
            if case .integer(let range) = kind {
                writer.field("minimum", range.lowerBound)
                writer.field("maximum", range.upperBound)
            }
        }
    }
}
