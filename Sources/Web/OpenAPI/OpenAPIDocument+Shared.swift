extension OpenAPIDocument {
    /// What operations refer to: request headers, answer headers, ways to sign in.
    static func writeShared(to writer: inout JSONWriter) {
        writer.object("parameters") { writer in
            writer.object("IdempotencyKey") { writer in
                writeHeader(
                    "Idempotency-Key", isRequired: false, example: "\"8f3e0c52-3d0e-4b7a-9d3f-2f6b1c7e9a10\"",
                    "The client's name for this write: sent twice, it is done once, and the second answer is the first.",
                    pattern: #"^("[!#-\[\]-~]{1,62}"|[!#-\[\]-~]{1,64})$"#, to: &writer)
            }
            writer.object("IfMatch") { writer in
                writeHeader(
                    "If-Match", isRequired: false, example: "\"5\"",
                    "Only when the version is still the one with this ETag; else 412.", to: &writer)
            }
            writer.object("IfMatchRequired") { writer in
                writeHeader(
                    "If-Match", isRequired: true, example: "\"5\"",
                    "The ETag of the version being changed: 412 when it is not the current one, 428 without.",
                    to: &writer)
            }
            writer.object("CSRFToken") { writer in
                writeHeader(
                    "X-CSRF-Token", isRequired: false, example: "kq2V…",
                    "`csrf_token` of the session: needed when the session's cookie authenticates the write.",
                    to: &writer)
            }
            writer.object("AcceptLanguage") { writer in
                writeHeader(
                    "Accept-Language", isRequired: false, example: "fr",
                    "The language of texts, `fr` or `en`; French when absent.", to: &writer)
            }
        }
        writer.object("headers") { writer in
            writer.object("RequestID") { writer in
                writer.field("description", "Names this exchange in the logs; to be given to support.")
                writer.object("schema") { $0.field("type", "string") }
            }
        }
        writer.object("securitySchemes") { writer in
            writer.object("session") { writer in
                writer.field("type", "apiKey")
                writer.field("in", "cookie")
                writer.field("name", "preau_session")
                writer.field("description", "Given by `POST /api/v1/session`.")
            }
            writer.object("bearer") { writer in
                writer.field("type", "http")
                writer.field("scheme", "bearer")
                writer.field("description", "An OAuth 2 access token.")
            }
            writer.object("operator") { writer in
                writer.field("type", "http")
                writer.field("scheme", "bearer")
                writer.field("description", "The operators' token.")
            }
        }
    }

    private static func writeHeader(
        _ name: String, isRequired: Bool, example: String, _ description: String, pattern: String? = nil,
        to writer: inout JSONWriter
    ) {
        writer.field("name", name)
        writer.field("in", "header")
        writer.field("required", isRequired)
        writer.field("description", description)
        writer.object("schema") { writer in
            writer.field("type", "string")
            if let pattern { writer.field("pattern", pattern) }
        }
        writer.field("example", example)
    }
}
