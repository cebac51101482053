/// An error as the outside sees it: an RFC 9457 problem document for a program, a page in people's words for a person.
///
/// Holds nothing that a person wrote and nothing of the inside: no SQL, no host, no name.
package struct Problem: Error, Sendable {
    /// One field or parameter that does not fit.
    package struct Detail: Sendable, Hashable {
        package enum Place: Sendable, Hashable {
            /// A JSON Pointer (RFC 6901) into the body; `/name` for a field of a form.
            case pointer(String)
            case parameter(String)
            case header(String)
        }

        package let place: Place
        package let reason: Phrase

        package init(_ place: Place, _ reason: Phrase) {
            self.place = place
            self.reason = reason
        }
    }

    package let code: ProblemCode
    /// What is particular to this time; the code's meaning is said anyway.
    package var detail: Phrase?
    /// When it makes sense to try again.
    package var retryAfter: Duration?
    package var errors: [Detail]
    /// More headers of the answer, such as `Allow` or `WWW-Authenticate`.
    package var headers: [(name: String, value: String)] = []

    package init(
        _ code: ProblemCode, detail: Phrase? = nil, retryAfter: Duration? = nil, errors: [Detail] = []
    ) {
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
        self.errors = errors
    }

    /// For a parameter of the query that is as declared and yet cannot be answered (422).
    package static func unanswerable(parameter: String, _ reason: Phrase) -> Problem {
        Problem(.unanswerableParameter, errors: [Detail(.parameter(parameter), reason)])
    }

    package var status: Int { code.status }

    package func adding(header name: String, _ value: String) -> Problem {
        var problem = self
        problem.headers.append((name, value))
        return problem
    }

    /// Whole seconds for `Retry-After`, at least one.
    package var retryAfterSeconds: Int? {
        retryAfter.map { max(1, Int($0.components.seconds) + ($0.components.attoseconds > 0 ? 1 : 0)) }
    }

    /// The same problem with the moment to come back spread a little, never sooner: those who were turned away together do not
    /// come back together. Every 429 and 503 has such a moment.
    package var spread: Problem {
        guard status == 429 || status == 503 else { return self }
        var problem = self
        let seconds = retryAfterSeconds ?? 5
        problem.retryAfter = .seconds(Int64(seconds + Int.random(in: 0...max(1, seconds / 4))))
        return problem
    }

    /// The problem document.
    package func json(language: Language, instance: String, requestID: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { writer in
            writer.field("type", "/errors/" + code.code)
            writer.field("title", code.title[language])
            writer.field("status", code.status)
            writer.field("detail", (detail ?? code.meaning)[language])
            writer.field("instance", instance)
            writer.field("code", code.code)
            writer.field("request_id", requestID)
            if let retryAfterSeconds { writer.field("retry_after", retryAfterSeconds) }
            if !errors.isEmpty {
                writer.array("errors", errors) { writer, error in
                    writer.object { writer in
                        switch error.place {
                        case .pointer(let pointer): writer.field("pointer", "#" + pointer)
                        case .parameter(let name): writer.field("parameter", name)
                        case .header(let name): writer.field("header", name)
                        }
                        writer.field("detail", error.reason[language])
                    }
                }
            }
        }
        return writer.bytes
    }

    /// The shape of the document, for OpenAPI.
    package static let schema = Schema.named(
        "Problem",
        .openObject([
            .required("type", .text(), "A relative address that explains the code to people."),
            .required("title", .text(), "What happened, in the language of the request."),
            .required("status", .integer(400...599)),
            .required("detail", .text(), "What it means and what to do, in the language of the request."),
            .required("instance", .text(), "The path that was asked for."),
            .required("code", .text(), "Stable: programs decide by this."),
            .required("request_id", .text(), "Also in the X-Request-ID header."),
            .optional("retry_after", .integer(1...86_400), "Seconds; also in the Retry-After header."),
            .optional(
                "errors",
                .array(
                    of: .object([
                        .optional("pointer", .text(), "JSON Pointer into the body, as a fragment."),
                        .optional("parameter", .text()),
                        .optional("header", .text()),
                        .required("detail", .text()),
                    ]))),
        ]))
}

/// An error that knows how it shows outside. Every module's closed error type conforms where the module meets Web.
package protocol ProblemConvertible: Error {
    var problem: Problem { get }
}

extension Problem: ProblemConvertible {
    package var problem: Problem { self }
}
