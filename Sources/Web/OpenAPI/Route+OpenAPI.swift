internal import HTTP

extension Route {
    /// The Operation Object.
    /// - Parameter common: codes beyond the route's own.
    func writeOperation(common: [ProblemCode], to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("operationId", operationID)
            writer.field("tags", [tag])
            writer.field("summary", summary)
            writer.field("description", [description, access.sentence].compactMap { $0 }.joined(separator: "\n\n"))
            writer.array("security", access.securitySchemes) { writer, scheme in
                writer.object { writer in
                    writer.key(escaping: scheme)
                    writer.array { _ in }
                }
            }
            writer.key("parameters")
            writer.array { writer in
                for parameter in parameters { parameter.write(in: "path", isRequired: true, to: &writer) }
                for parameter in query { parameter.write(in: "query", isRequired: parameter.isRequired, to: &writer) }
                for name in sharedParameters {
                    writer.object { $0.field("$ref", "#/components/parameters/" + name) }
                }
            }
            writeBody(to: &writer)
            writer.object("responses") { writer in
                for status in Set(answers.map(\.status)).sorted() {
                    Answer.write(answers.filter { $0.status == status }, status: status, to: &writer)
                }
                writeErrors(documentedErrors + common.filter { !documentedErrors.contains($0) }, to: &writer)
            }
        }
    }

    /// `get_api_v1_lessons_id`.
    private var operationID: String {
        let words = pattern.split { "/{}".contains($0) }.joined(separator: "_")
        return method.rawValue.lowercased() + "_" + words.map { $0 == "-" || $0 == "." ? "_" : String($0) }.joined()
    }

    private var sharedParameters: [String] {
        var names = ["AcceptLanguage"]
        if forgeryProtection == .session { names.append("CSRFToken") }
        if conditions.contains(.idempotencyKey) { names.append("IdempotencyKey") }
        if conditions.contains(.ifMatchRequired) {
            names.append("IfMatchRequired")
        } else if conditions.contains(.ifMatch) {
            names.append("IfMatch")
        }
        return names
    }

    private func writeBody(to writer: inout JSONWriter) {
        guard !body.isNone else { return }
        writer.object("requestBody") { writer in
            writer.field("required", true)
            writer.field("description", "At most \(Language.en.number(body.limit)) bytes.")
            writer.object("content") { writer in
                for type in body.mediaTypes {
                    writer.key(escaping: type)
                    writer.object { writer in
                        switch body {
                        case .json(let schema, _):
                            writer.key("schema")
                            schema.writeOpenAPI(to: &writer)
                            writer.key("example")
                            schema.example.write(to: &writer)
                        case .form(let fields, _), .multipart(let fields, _):
                            let properties = fields.map {
                                Schema.Property(
                                    name: $0.name, schema: $0.schema.described($0.description),
                                    isRequired: $0.isRequired)
                            }
                            writer.key("schema")
                            Schema.object(properties).writeOpenAPI(to: &writer)
                        case .none, .stream: break
                        }
                    }
                }
            }
        }
    }

    /// One response for each status; the codes it can carry, each with an example.
    private func writeErrors(_ codes: [ProblemCode], to writer: inout JSONWriter) {
        for status in Set(codes.map(\.status)).sorted() where !answers.contains(where: { $0.status == status }) {
            let ofStatus = codes.filter { $0.status == status }
            writer.key(escaping: String(status))
            writer.object { writer in
                writer.field("description", ofStatus.map { "`\($0.code)`: \($0.title.en)." }.joined(separator: " "))
                writer.object("headers") { Answer.writeRequestID(to: &$0) }
                writer.object("content") { writer in
                    writer.object("application/problem+json") { writer in
                        writer.object("schema") { $0.field("$ref", "#/components/schemas/Problem") }
                        writer.object("examples") { writer in
                            for code in ofStatus {
                                writer.key(escaping: code.code)
                                writer.object { writer in
                                    writer.key("value")
                                    writer.write(
                                        json: Problem(code).json(
                                            language: .en, instance: pattern, requestID: "5f0c9a61e2b74d38-1c"))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

extension Answer {
    /// The answers of one status, which differ by their types.
    fileprivate static func write(_ answers: [Answer], status: Int, to writer: inout JSONWriter) {
        writer.key(escaping: String(status))
        writer.object { writer in
            writer.field("description", answers.map(\.description).joined(separator: " "))
            writer.object("headers") { writer in
                writeRequestID(to: &writer)
                for header in answers.flatMap(\.headers) {
                    writer.key(escaping: header.name)
                    writer.object { writer in
                        writer.field("description", header.description)
                        writer.object("schema") { $0.field("type", "string") }
                    }
                }
            }
            guard !answers.allSatisfy(\.isEmpty) else { return }
            writer.object("content") { writer in
                for answer in answers { answer.writeContent(to: &writer) }
            }
        }
    }

    private var isEmpty: Bool { if case .empty = content { true } else { false } }

    private func writeContent(to writer: inout JSONWriter) {
        switch content {
        case .empty: break
        case .json(let schema):
            writer.object("application/json") { writer in
                writer.key("schema")
                schema.writeOpenAPI(to: &writer)
                writer.key("example")
                schema.example.write(to: &writer)
            }
        case .other(let mediaType):
            writer.key(escaping: mediaType)
            writer.object { _ in }
        }
    }

    fileprivate static func writeRequestID(to writer: inout JSONWriter) {
        writer.object("X-Request-ID") { $0.field("$ref", "#/components/headers/RequestID") }
    }
}

extension Parameter {
    fileprivate func write(in place: String, isRequired: Bool, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", name)
            writer.field("in", place)
            writer.field("required", isRequired)
            writer.field("description", description)
            writer.key("schema")
            schema.writeOpenAPI(to: &writer)
            writer.key("example")
            schema.example.write(to: &writer)
        }
    }
}

extension Access {
    fileprivate var securitySchemes: [String] {
        switch self {
        case .everyone, .secretAddress, .privatePort: []
        case .signedIn, .roles: ["session", "bearer"]
        case .operatorToken: ["operator"]
        case .operatorTokenOrRoles: ["operator", "session"]
        }
    }

    fileprivate var sentence: String {
        switch self {
        case .everyone: "For everyone."
        case .signedIn: "For any signed-in person."
        case .roles(let roles): "For: \(roles.sorted().joined(separator: ", "))."
        case .operatorToken: "For operators."
        case .operatorTokenOrRoles(let roles): "For operators, and for: \(roles.sorted().joined(separator: ", "))."
        case .secretAddress: "For whoever has the address."
        case .privatePort: "On the private port only."
        }
    }
}
