internal import HTTP

/// A problem as clients of SCIM read it (RFC 7644 §3.12), whatever refuses them: the gate, the router or a handler.
enum SCIMProblem {
    static let mediaType = "application/scim+json"

    static func isAsked(by request: Request) -> Bool { request.path.hasPrefix("/scim/v2/") }

    static func json(_ problem: Problem, language: Language) -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            writer.field("schemas", ["urn:ietf:params:scim:api:messages:2.0:Error"])
            // A text, by the RFC.
            writer.field("status", String(problem.status))
            if let scimType = problem.code.scimType { writer.field("scimType", scimType) }
            let detail = (problem.detail ?? problem.code.meaning)[language]
            writer.field("detail", problem.code.title[language] + " – " + detail)
        }
        return writer.bytes
    }
}
