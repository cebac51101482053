import HTTP
import Runtime

@testable import Web

/// A small site with one route of each sort, served without sockets.
struct TestSite {
    struct Draft: Decodable {
        let title: String
        let day: String
    }

    enum PersonKey: CallKey { typealias Value = String }

    struct Broken: Error {}

    static let draft = Schema.named(
        "LessonDraft", .object([.required("title", .text(1...20), "The subject."), .required("day", .date)]))

    static var routes: [Route] {
        [
            .page(.get, "/", access: .everyone, tag: "Home", summary: "The door.") { call in
                call.page(Page(title: Phrase(verbatim: "Accueil"), main: Component.heading("Accueil")))
            },
            .page(
                .get, "/timetable", access: .signedIn, tag: "Timetable", summary: "The week.",
                query: [.date("week", "A day of it.")]
            ) {
                .text($0.query.date("week")?.description ?? "now")
            },
            .page(
                .post, "/timetable", access: .roles("teacher"), tag: "Timetable", summary: "Adds a lesson.",
                body: .form([.text("title", "The subject.").required], limits: FormLimits(bytes: 200))
            ) { .text(try await $0.form()["title"] ?? "none") },
            .api(
                .get, "/api/v1/lessons/{id}", access: .roles("pupil", "teacher"), tag: "Timetable",
                summary: "One lesson.",
                parameters: [.uuid("id", "The lesson.")], query: [.integer("depth", 1...3, "How much.")],
                answers: [.json(draft, "The lesson.")]
            ) { call in .json { try? $0.field("x", call.path.uuid("id")) } },
            .api(
                .get, "/api/v1/lessons/latest", access: .signedIn, tag: "Timetable", summary: "The latest.",
                answers: [.json(draft, "The lesson.")]
            ) { _ in .json("latest") },
            .api(
                .post, "/api/v1/lessons", access: .roles("teacher"), tag: "Timetable", summary: "Adds a lesson.",
                body: .json(draft, limit: 300), conditions: [.idempotencyKey],
                answers: [.json(draft, "The lesson.", status: 201, headers: [("Location", "Where it is.")])],
                errors: [.unavailable]
            ) { call in
                let draft = try await call.jsonBody(as: Draft.self)
                return .json(draft.title, status: .created)
            },
            .api(
                .put, "/api/v1/lessons/{id}", access: .roles("teacher"), tag: "Timetable", summary: "Changes a lesson.",
                parameters: [.uuid("id", "The lesson.")], body: .json(draft), conditions: [.ifMatchRequired],
                answers: [.empty("Done.")]
            ) { call in
                try call.holdToPreconditions(.strong("5"))
                return Response(status: .noContent)
            },
            .api(.get, "/api/v1/broken", access: .everyone, tag: "Test", summary: "Fails.", answers: []) { _ in
                throw Broken()
            },
            .page(.get, "/broken", access: .everyone, tag: "Test", summary: "Fails.") { _ in throw Broken() },
            .page(.get, "/busy", access: .everyone, tag: "Test", summary: "Is busy.") { _ in
                throw Problem(.unavailable, retryAfter: .milliseconds(1500))
            },
            .page(
                .get, "/class/{name}/day/{date}", access: .signedIn, tag: "Timetable", summary: "A day of a class.",
                parameters: [.text("name", "The class."), .date("date", "The day.")]
            ) { .text(try $0.path.text("name") + " " + $0.path.date("date").description) },
        ]
    }

    let application: Application

    init(middleware: [Middleware] = []) throws {
        var table = try RouteTable(TestSite.routes + Assets.routes { _, name in Theme(name: name, accent: "#aa0000") })
        try table.add([LanguageSwitch.route])
        try table.add(try ProblemRegistry([.init("Web", ProblemCode.web)]).routes)
        try table.publish(.init(title: "Préau", version: "1", description: "Test."))
        application = Application(
            table, middleware: middleware, settings: .init(node: "node-t", isSecure: false, log: Log("test")))
    }

    func answer(
        _ method: HTTP.Method = .get, _ target: String, _ headers: HeaderFields = [], body: [UInt8] = []
    ) async throws -> (response: Response, text: String) {
        let request = try Request(method: method, target: target, headers: headers, body: body)
        let response = await application.handle(request)
        return (response, String(decoding: try await response.collectBody(), as: UTF8.self))
    }

    /// The answer as a problem document.
    func problem(
        _ method: HTTP.Method = .get, _ target: String, _ headers: HeaderFields = [], body: [UInt8] = []
    ) async throws -> (status: Int, code: String?, json: JSON, response: Response) {
        let (response, text) = try await answer(method, target, headers, body: body)
        var parser = JSONParser(Array(text.utf8))
        let json = try parser.parse()
        return (response.status.rawValue, json["code"]?.text, json, response)
    }
}
