package import HTTP
package import Runtime

/// What runs around handlers. Calls `next` to go on, at most once.
///
/// A type of its own, like `Chain`: closures that are kept in an array are called through a thunk each time, and an
/// asynchronous thunk has a frame to make.
package struct Middleware: Sendable {
    fileprivate enum Kind: Sendable {
        case around(@Sendable (_ call: Call, _ next: Next) async throws -> Response)
        case beside(Beside)
    }

    /// What never waits: neighbours of this kind share one frame of the task that serves the call.
    fileprivate struct Beside: Sendable {
        let enter: @Sendable (_ call: Call) throws -> Void
        let leave: @Sendable (_ call: Call, _ response: inout Response) -> Void
        let fail: @Sendable (_ call: Call, _ error: any Error) -> Void
    }

    fileprivate let kind: Kind

    package init(_ run: @escaping @Sendable (_ call: Call, _ next: Next) async throws -> Response) {
        kind = .around(run)
    }

    /// - Parameters:
    ///   - enter: before what is inside; what it throws turns the call away, and neither of the others is called.
    ///   - leave: after what is inside has answered.
    ///   - fail: after what is inside has thrown.
    package init(
        enter: @escaping @Sendable (_ call: Call) throws -> Void,
        leave: @escaping @Sendable (_ call: Call, _ response: inout Response) -> Void = { _, _ in },
        fail: @escaping @Sendable (_ call: Call, _ error: any Error) -> Void = { _, _ in }
    ) {
        kind = .beside(Beside(enter: enter, leave: leave, fail: fail))
    }
}

package typealias Next = @Sendable (_ call: Call) async throws -> Response

/// Routes and middleware as the handler of an HTTP server: matches, checks what the route declares, runs, turns errors into
/// answers, and puts on every answer what every answer has.
package struct Application: Sendable {
    package struct Settings: Sendable {
        /// `X-Preau-Node`.
        package var node: String
        /// Whether people come over TLS only: adds `Strict-Transport-Security`.
        package var isSecure: Bool
        package var log: Log
        /// Which other origins may read answers; nil: none.
        package var crossOrigin: CrossOrigin?

        package init(node: String, isSecure: Bool, log: Log = Log("web"), crossOrigin: CrossOrigin? = nil) {
            self.node = node
            self.isSecure = isSecure
            self.log = log
            self.crossOrigin = crossOrigin
        }
    }

    private let table: RouteTable
    /// A route's handler with everything around it.
    private struct Chain: Sendable {
        let run: Next
    }

    private let chains: [Chain]
    private let names: [[String]]
    private let settings: Settings
    private let metrics: RouteMetrics?
    private let unmatched: (page: Route, api: Route)
    private let unmatchedChains: (page: Chain, api: Chain)

    /// - Parameter middleware: the first is the outermost; it also runs around "not found", so that such a page has the
    ///   frame of the territory and the person.
    package init(
        _ table: RouteTable, middleware: [Middleware] = [], settings: Settings, metrics: RouteMetrics? = nil
    ) {
        self.table = table
        self.settings = settings
        self.metrics = metrics
        chains = table.routes.map { Application.chain(middleware, Application.guarded($0)) }
        names = table.routes.map { (try? RouteTrie.parameterNames(of: $0.pattern)) ?? [] }
        let page = Route.page(.get, "/", access: .everyone, tag: "Web", summary: "No such page.") { _ in
            throw Problem(.notFound)
        }
        let api = Route.api(.get, "/", access: .everyone, tag: "Web", summary: "No such call.", answers: []) { _ in
            throw Problem(.notFound)
        }
        unmatched = (page, api)
        unmatchedChains = (Application.chain(middleware, page.handler), Application.chain(middleware, api.handler))
    }

    private static func chain(_ middleware: [Middleware], _ handler: @escaping Next) -> Chain {
        var chain = Chain(run: handler)
        var neighbours: [Middleware.Beside] = []
        func close() {
            guard !neighbours.isEmpty else { return }
            let (inner, next) = (neighbours, chain.run)
            neighbours = []
            chain = Chain { call in try await pass(inner, call, next) }
        }
        for each in middleware.reversed() {
            switch each.kind {
            case .beside(let beside): neighbours.insert(beside, at: 0)
            case .around(let run):
                close()
                let next = chain.run
                chain = Chain { call in try await run(call, next) }
            }
        }
        close()
        return chain
    }

    /// Goes in through each of them and out through those that let it in, the last first.
    private static func pass(
        _ neighbours: [Middleware.Beside], _ call: Call, _ next: Next
    ) async throws -> Response {
        var entered = 0
        do {
            while entered < neighbours.count {
                try neighbours[entered].enter(call)
                entered += 1
            }
            var response = try await next(call)
            while entered > 0 {
                entered -= 1
                neighbours[entered].leave(call, &response)
            }
            return response
        } catch {
            while entered > 0 {
                entered -= 1
                neighbours[entered].fail(call, error)
            }
            throw error
        }
    }

    /// What the declaration asks for beyond access is checked last, so that a stranger learns nothing of it.
    private static func guarded(_ route: Route) -> Next {
        guard route.conditions.contains(.ifMatchRequired) else { return route.handler }
        let handler = route.handler
        return { call in
            guard call.request.header("if-match") != nil else { throw Problem(.preconditionRequired) }
            return try await handler(call)
        }
    }

    // MARK: Serving

    /// Answers one request; never throws.
    package func handle(_ request: Request) async -> Response {
        guard let origin = settings.crossOrigin?.origin(of: request) else { return await answer(request) }
        var response =
            CrossOrigin.isPreflight(request)
            ? finish(CrossOrigin.preflight, request, .api) : await answer(request)
        CrossOrigin.open(&response, to: origin)
        return response
    }

    // The steps of serving are inlined: each asynchronous call has a frame to make and to leave.
    @inline(__always)
    private func answer(_ request: Request) async -> Response {
        switch table.match(request.method, request.path) {
        case .found(let index, let values): return await serve(request, index, values)
        case .otherMethods(let allow):
            let route = pseudoRoute(request)
            if request.method == .options {
                return finish(Response(status: .noContent, headers: [("Allow", allow)]), request, route.surface)
            }
            return refuse(request, Problem(.methodNotAllowed).adding(header: "Allow", allow))
        case .slashed where request.method.isSafe:
            let target = String(request.path.dropLast()) + (request.query.map { "?" + $0 } ?? "")
            guard let link = Link(localPath: target) else { return refuse(request, Problem(.notFound)) }
            return finish(.redirect(.permanentRedirect, to: link.text), request, .page)
        case .slashed, .notFound: return await serveUnmatched(request)
        case .malformed: return refuse(request, Problem(.malformedRequest))
        }
    }

    @inline(__always)
    private func serve(_ request: Request, _ index: Int, _ values: [String]) async -> Response {
        let route = table.routes[index]
        let names = names[index]
        for (name, value) in zip(names, values) {
            let declared = route.parameters.first { $0.name == name }
            // A path with an identifier of the wrong kind names nothing: 404, as for one that does not exist.
            if let declared, declared.refusal(of: value) != nil || declared.unanswerable(value) != nil {
                return record(refuse(request, Problem(.notFound), route), index, request)
            }
        }
        let call: Call
        do {
            call = try Call(
                request, route: route, path: PathValues(declared: route.parameters, names: names, values: values))
        } catch {
            return record(refuse(request, error, route), index, request)
        }
        return record(finish(await run(chains[index], call), request, route.surface), index, request)
    }

    private func serveUnmatched(_ request: Request) async -> Response {
        let isPage = pseudoRoute(request).surface == .page
        guard isPage, request.method.isSafe else { return refuse(request, Problem(.notFound)) }
        return finish(
            await run(unmatchedChains.page, Call(unreadable: request, route: unmatched.page)), request, .page)
    }

    @inline(__always)
    private func run(_ chain: Chain, _ call: Call) async -> Response {
        do {
            return try await chain.run(call)
        } catch let error as any ProblemConvertible {
            let problem = error.problem
            if problem.status >= 500 { log(call, problem, error) }
            return ProblemAnswer.response(to: call, problem)
        } catch is CancellationError {
            return ProblemAnswer.response(to: call, Problem(.unavailable))
        } catch {
            let problem = Problem(.internalError)
            log(call, problem, error)
            return ProblemAnswer.response(to: call, problem)
        }
    }

    /// The type and the code of an error are logged, never its content, which may hold what a person wrote.
    private func log(_ call: Call, _ problem: Problem, _ error: any Error) {
        settings.log.error(
            "request failed", ("request", .text(call.request.id)), ("route", .text(call.route.name)),
            ("code", .text(problem.code.code)), ("error", .text(String(describing: type(of: error)))))
    }

    // MARK: Answers made here

    private func pseudoRoute(_ request: Request) -> Route {
        request.path.hasPrefix("/api/") || request.header("accept").map(Application.prefersJSON) ?? false
            ? unmatched.api : unmatched.page
    }

    private static func prefersJSON(_ accept: String) -> Bool {
        accept.contains("json") && !accept.contains("text/html")
    }

    private func refuse(_ request: Request, _ problem: Problem, _ route: Route? = nil) -> Response {
        let route = route ?? pseudoRoute(request)
        let call = Call(unreadable: request, route: route)
        return finish(ProblemAnswer.response(to: call, problem), request, route.surface)
    }

    private func record(_ response: Response, _ index: Int, _ request: Request) -> Response {
        metrics?.record(index, status: response.status, since: request.receivedAt)
        return response
    }

    /// What every answer carries. A handler that set a field itself is left its own.
    private func finish(_ response: Response, _ request: Request, _ surface: Route.Surface) -> Response {
        var response = response
        response.headers.set("X-Request-ID", request.id)
        response.headers.set("X-Preau-Node", settings.node)
        SecurityHeaders.add(to: &response.headers, surface: surface, isSecure: settings.isSecure)
        return response
    }
}
