package import HTTP

/// One thing the process answers: everything about it in one expression. The same value serves requests, documents the API
/// and is walked by the tests. Immutable, and handed on by reference: each call has one.
///
/// ```swift
/// Route.api(
///     .get, "/api/v1/me/timetable", access: .roles("pupil", "guardian", "teacher"), tag: "Timetable",
///     summary: "The lessons of a week.",
///     query: [.date("week", "Any day of the week; the present one when absent.")],
///     answers: [.json(WeekAnswer.schema, "The week.")],
///     errors: [.notYourChild]
/// ) { call in .json(try await timetable.week(of: call.query.date("week"), …)) }
/// ```
package final class Route: Sendable {
    package typealias Handler = @Sendable (Call) async throws -> Response

    /// For whom the answers are written: decides how errors look and whether OpenAPI shows the route.
    package enum Surface: String, Sendable {
        /// A person with a browser.
        case page
        /// A program: problem documents, OpenAPI.
        case api
        /// A program of another protocol: a feed, a style sheet, single sign-on; not in OpenAPI.
        case resource
        /// The process's own: health, metrics.
        case `internal`
    }

    /// How a write that a browser may send by itself, with its cookie, is told from a forged one.
    package enum ForgeryProtection: String, Sendable {
        /// By the token of the session, whenever the session's cookie authenticates the request; the gate checks it.
        case session
        /// By the handler itself, such as the sign-in form, which has no session yet.
        case handler
        /// Nothing to protect: a safe method, or no cookie plays a part.
        case none
    }

    package let method: Method
    /// `/api/v1/lessons/{id}`; each name is declared in `parameters`.
    package let pattern: String
    package let surface: Surface
    package let access: Access
    /// Groups routes in the OpenAPI document: the service's name.
    package let tag: String
    /// One English sentence.
    package let summary: String
    /// More, when one sentence is not enough.
    package let description: String?
    package let parameters: [Parameter]
    package let query: [Parameter]
    package let body: RequestContent
    package let conditions: Set<RequestCondition>
    package let answers: [Answer]
    /// The codes particular to this route; those that follow from its declaration are added by `documentedErrors`.
    package let errors: [ProblemCode]
    package let forgeryProtection: ForgeryProtection
    package let handler: Handler

    private init(
        _ method: Method, _ pattern: String, _ surface: Surface, access: Access, tag: String, summary: String,
        description: String? = nil, parameters: [Parameter], query: [Parameter], body: RequestContent,
        conditions: Set<RequestCondition> = [], answers: [Answer], errors: [ProblemCode],
        forgeryProtection: ForgeryProtection?, handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.surface = surface
        self.access = access
        self.tag = tag
        self.summary = summary
        self.description = description
        self.parameters = parameters
        self.query = query
        self.body = body
        self.conditions = conditions
        self.answers = answers
        self.errors = errors
        self.forgeryProtection = forgeryProtection ?? (method.isSafe ? .none : .session)
        self.handler = handler
    }

    /// A call of the JSON API.
    package static func api(
        _ method: Method, _ pattern: String, access: Access, tag: String, summary: String, description: String? = nil,
        parameters: [Parameter] = [], query: [Parameter] = [], body: RequestContent = .none,
        conditions: Set<RequestCondition> = [], answers: [Answer], errors: [ProblemCode] = [],
        forgeryProtection: ForgeryProtection? = nil, handler: @escaping Handler
    ) -> Route {
        Route(
            method, pattern, .api, access: access, tag: tag, summary: summary, description: description,
            parameters: parameters, query: query, body: body, conditions: conditions, answers: answers, errors: errors,
            forgeryProtection: forgeryProtection, handler: handler)
    }

    /// A page, or the form a page posts.
    ///
    /// - Parameter answers: `.elsewhere` alone for an address that never shows anything itself; the type of a file that people
    ///   open from a page.
    package static func page(
        _ method: Method, _ pattern: String, access: Access, tag: String, summary: String,
        parameters: [Parameter] = [], query: [Parameter] = [], body: RequestContent = .none,
        answers: [Answer] = [.page("The page.")],
        errors: [ProblemCode] = [], forgeryProtection: ForgeryProtection? = nil, handler: @escaping Handler
    ) -> Route {
        Route(
            method, pattern, .page, access: access, tag: tag, summary: summary, parameters: parameters, query: query,
            body: body, answers: answers, errors: errors, forgeryProtection: forgeryProtection,
            handler: handler)
    }

    /// Something else: a style sheet, a feed, another protocol, health and metrics.
    package static func resource(
        _ method: Method, _ pattern: String, access: Access, tag: String, summary: String, surface: Surface = .resource,
        parameters: [Parameter] = [], query: [Parameter] = [], body: RequestContent = .none, answers: [Answer] = [],
        errors: [ProblemCode] = [], forgeryProtection: ForgeryProtection? = nil, handler: @escaping Handler
    ) -> Route {
        Route(
            method, pattern, surface, access: access, tag: tag, summary: summary, parameters: parameters, query: query,
            body: body, answers: answers, errors: errors, forgeryProtection: forgeryProtection, handler: handler)
    }

    /// `GET /timetable`: the label of metrics and logs.
    package var name: String { "\(method.rawValue) \(pattern)" }

    /// Every code this route can answer with: its own, and those that its declaration brings along.
    package var documentedErrors: [ProblemCode] {
        var codes = errors
        func add(_ code: ProblemCode) { if !codes.contains(code) { codes.append(code) } }
        if !parameters.isEmpty {
            add(.malformedRequest)
            add(.notFound)
        }
        if !query.isEmpty {
            add(.malformedRequest)
            add(.invalidParameter)
        }
        if query.contains(where: { $0.kind == .date }) { add(.unanswerableParameter) }
        if query.contains(where: { $0.name == "cursor" }) { add(.invalidCursor) }
        if !body.isNone {
            add(.malformedRequest)
            add(.bodyTimedOut)
            add(.bodyTooLarge)
            add(.unsupportedMediaType)
            if case .json = body { add(.invalidBody) }
        }
        if forgeryProtection == .session { add(.forgedRequest) }
        if conditions.contains(.ifMatch) || conditions.contains(.ifMatchRequired) { add(.preconditionFailed) }
        if conditions.contains(.ifMatchRequired) { add(.preconditionRequired) }
        add(.internalError)
        return codes
    }
}

/// A header by which a client says under which conditions its write is meant.
package enum RequestCondition: String, Sendable, Hashable {
    /// `Idempotency-Key`: the same write sent twice is done once.
    case idempotencyKey
    /// `If-Match`: only when the version is still this one.
    case ifMatch
    /// As `ifMatch`, and refused without (428).
    case ifMatchRequired
}
