internal import HTTP

/// The OpenAPI 3.1 document of a route table: written from the declarations that serve, so it cannot lag behind them.
package struct OpenAPIDocument {
    package struct Info: Sendable {
        package let title: String
        package let version: String
        package let description: String

        package init(title: String, version: String, description: String) {
            self.title = title
            self.version = version
            self.description = description
        }
    }

    private let routes: [Route]
    private let info: Info
    private let common: (Route) -> [ProblemCode]
    private var components: [(name: String, json: [UInt8])] = []

    init(_ table: RouteTable, _ info: Info, _ common: @escaping (Route) -> [ProblemCode] = { _ in [] }) {
        routes = table.routes.filter { $0.surface == .api }
        self.info = info
        self.common = common
    }

    /// The document as JSON.
    /// - Throws: `conflictingSchemas` when one name stands for two shapes.
    mutating func json() throws(RouteTableError) -> [UInt8] {
        try collectComponents()
        let (info, routes, components, common) = (info, routes, components, common)
        var writer = JSONWriter(capacity: 65_536)
        writer.object { writer in
            writer.field("openapi", "3.1.0")
            writer.field("jsonSchemaDialect", "https://spec.openapis.org/oas/3.1/dialect/base")
            writer.object("info") { writer in
                writer.field("title", info.title)
                writer.field("version", info.version)
                writer.field("description", info.description)
                writer.object("license") { writer in
                    writer.field("name", "Apache-2.0")
                    writer.field("identifier", "Apache-2.0")
                }
            }
            writer.array("servers", ["/"]) { writer, url in writer.object { $0.field("url", url) } }
            writer.array("tags", OpenAPIDocument.tags(routes)) { writer, tag in writer.object { $0.field("name", tag) }
            }
            writer.object("paths") { writer in
                for pattern in OpenAPIDocument.patterns(routes) {
                    writer.key(escaping: pattern)
                    writer.object { writer in
                        for route in routes where route.pattern == pattern {
                            writer.key(escaping: route.method.rawValue.lowercased())
                            route.writeOperation(common: common(route), to: &writer)
                        }
                    }
                }
            }
            writer.object("components") { writer in
                writer.object("schemas") { writer in
                    for component in components {
                        writer.key(escaping: component.name)
                        writer.write(json: component.json)
                    }
                }
                OpenAPIDocument.writeShared(to: &writer)
            }
        }
        return writer.bytes
    }

    private static func tags(_ routes: [Route]) -> [String] {
        routes.reduce(into: []) { if !$0.contains($1.tag) { $0.append($1.tag) } }
    }

    private static func patterns(_ routes: [Route]) -> [String] {
        routes.reduce(into: []) { if !$0.contains($1.pattern) { $0.append($1.pattern) } }
    }

    // MARK: Named schemas

    private mutating func collectComponents() throws(RouteTableError) {
        try collect(Problem.schema)
        for route in routes {
            if case .json(let schema, _) = route.body { try collect(schema) }
            for answer in route.answers {
                if case .json(let schema) = answer.content { try collect(schema) }
            }
        }
        components.sort { $0.name < $1.name }
    }

    private mutating func collect(_ schema: Schema) throws(RouteTableError) {
        switch schema.kind {
        case .named(let name, let definition):
            let definition = definition()
            var writer = JSONWriter()
            definition.writeOpenAPI(to: &writer)
            if let known = components.first(where: { $0.name == name }) {
                guard known.json == writer.bytes else { throw .conflictingSchemas(name: name) }
                return
            }
            components.append((name, writer.bytes))
            try collect(definition)
        case .array(let element, _): try collect(element)
        case .object(let properties, _): for property in properties { try collect(property.schema) }
        case .map(let value), .nullable(let value): try collect(value)
        case .oneOf(let schemas): for schema in schemas { try collect(schema) }
        case .any, .null, .boolean, .integer, .number, .text, .enumeration: return
        }
    }
}

extension RouteTable {
    /// Adds `GET /api/v1/openapi.json`, which describes every API route that the table holds by now, itself included.
    /// - Parameter common: what any route of its kind can answer with besides its own codes: no session, a part that is gone.
    /// - Throws: as `add`, and `conflictingSchemas` when one name stands for two shapes.
    package mutating func publish(
        _ info: OpenAPIDocument.Info, common: @escaping (Route) -> [ProblemCode] = { _ in [] }
    ) throws(RouteTableError) {
        func route(_ bytes: [UInt8]) -> Route {
            let tag = EntityTag.strong(Assets.hash(bytes))
            return .api(
                .get, "/api/v1/openapi.json", access: .everyone, tag: "Web", summary: "This document.",
                answers: [.json(.openObject([]), "An OpenAPI 3.1 document.")]
            ) { _ in
                var response = Response.json(bytes)
                response.headers.set("Cache-Control", "public, no-cache")
                response.entityTag = tag
                return response
            }
        }
        var described = self
        try described.add([route([])])
        var document = OpenAPIDocument(described, info, common)
        try add([route(try document.json())])
    }
}
