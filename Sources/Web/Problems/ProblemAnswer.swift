internal import HTTP

/// A problem as the answer to a call: a document for a program, a page for a person.
enum ProblemAnswer {
    static func response(to call: Call, _ problem: Problem) -> Response {
        let problem = problem.spread
        let status = Status(rawValue: problem.status)
        var response: Response
        if SCIMProblem.isAsked(by: call.request) {
            response = .json(
                SCIMProblem.json(problem, language: call.language), status: status, contentType: SCIMProblem.mediaType)
        } else if call.route.surface == .page {
            response = call.page(
                ProblemPage.page(problem, requestID: call.request.id, language: call.language), status: status)
        } else {
            response = Response(
                status: status, headers: [("Content-Type", "application/problem+json")],
                body: .bytes(
                    problem.json(language: call.language, instance: call.request.path, requestID: call.request.id)))
        }
        response.headers.set("Content-Language", call.language.rawValue)
        if let seconds = problem.retryAfterSeconds { response.headers.set("Retry-After", String(seconds)) }
        for (name, value) in problem.headers { response.headers.add(name, value) }
        return response
    }
}
