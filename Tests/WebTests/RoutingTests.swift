import HTTP
import Runtime
import Synchronization
import Testing

@testable import Web

@Suite struct RouteTableTests {
    private func route(_ pattern: String, _ parameters: [Parameter] = [], _ method: HTTP.Method = .get) -> Route {
        .api(method, pattern, access: .everyone, tag: "T", summary: "T.", parameters: parameters, answers: []) { _ in
            .text("")
        }
    }

    @Test(arguments: [
        "", "a", "//", "/a//b", "/a/", "/{", "/{}", "/{A}", "/a b", "/..", "/a/./b", "/é", "/{a}/{a}", "/a?b",
    ])
    func refusesPatterns(pattern: String) {
        #expect(throws: RouteTableError.self) {
            try RouteTable([route(pattern, [.text("a", "A."), .text("A", "A.")])])
        }
    }

    @Test func refusesMistakes() {
        #expect(throws: RouteTableError.undeclaredParameter(pattern: "/{a}", name: "a")) {
            try RouteTable([route("/{a}")])
        }
        #expect(throws: RouteTableError.parameterNotInPattern(pattern: "/b", name: "a")) {
            try RouteTable([route("/b", [.text("a", "A.")])])
        }
        #expect(throws: RouteTableError.duplicate(method: "GET", pattern: "/{b}")) {
            try RouteTable([route("/{a}", [.text("a", "A.")]), route("/{b}", [.text("b", "B.")])])
        }
    }

    @Test func prefersLiteralsAndGoesBack() throws {
        let id = Parameter.text("id", "I.")
        let table = try RouteTable([
            route("/a/{id}", [id]), route("/a/new"), route("/a/{id}/edit", [id]), route("/a/new/x"), route("/"),
        ])
        func index(_ path: String) -> Int? {
            if case .found(let index, _) = table.match(.get, path) { index } else { nil }
        }
        #expect(index("/a/1") == 0)
        #expect(index("/a/new") == 1)
        #expect(index("/a/new/edit") == 2)
        #expect(index("/a/new/x") == 3)
        #expect(index("/") == 4)
        #expect(index("/a") == nil)
        #expect(index("/a/1/2/3") == nil)
        #expect(index("//") == nil)
        #expect(index("/a//edit") == nil)
        #expect(index("*") == nil)
        #expect(index(String(repeating: "/a", count: 1000)) == nil)
    }

    @Test(arguments: [
        ("/a/%C3%A9t%C3%A9", "été"), ("/a/x%20y", "x y"), ("/a/%41", "A"), ("/a/+", "+"), ("/a/4%C2%B0B", "4°B"),
    ])
    func decodesParameters(path: String, expected: String) throws {
        let table = try RouteTable([route("/a/{id}", [.text("id", "I.")])])
        guard case .found(_, let values) = table.match(.get, path) else {
            Issue.record("not found")
            return
        }
        #expect(values == [expected])
    }

    @Test(arguments: ["/a/%00", "/a/%ff", "/a/%c0%af", "/a/%zz", "/a/%"])
    func refusesMalformedParameters(path: String) throws {
        let table = try RouteTable([route("/a/{id}", [.text("id", "I.")])])
        guard case .malformed = table.match(.get, path) else {
            Issue.record("taken: \(path)")
            return
        }
    }

    @Test(arguments: ["/a/%2F", "/a/..", "/a/%2e%2e", "/a/%5C", "/a/%0a", "/a/%11"])
    func findsNothingUnderUnsafeNames(path: String) throws {
        let table = try RouteTable([route("/a/{id}", [.text("id", "I.")])])
        guard case .notFound = table.match(.get, path) else {
            Issue.record("taken: \(path)")
            return
        }
    }

    @Test func describesEveryRoute() throws {
        let table = try RouteTable(TestSite.routes)
        var parser = JSONParser(table.describe())
        let routes = try #require(try parser.parse().elements)
        #expect(routes.count == TestSite.routes.count)
        for route in routes {
            #expect(route["access"]?["kind"]?.text != nil)
            #expect(route["method"]?.text != nil)
        }
        let lesson = try #require(
            routes.first { $0["pattern"]?.text == "/api/v1/lessons/{id}" && $0["method"]?.text == "PUT" })
        #expect(lesson["access"]?["roles"] == ["teacher"])
        #expect(lesson["parameters"]?[0]?["kind"]?.text == "uuid")
        #expect(lesson["forgery_protection"]?.text == "session")
        #expect(lesson["example"]?["title"]?.text != nil)
        #expect(lesson["errors"]?.elements?.contains("preau.web.precondition_required") == true)
    }
}

@Suite struct ApplicationTests {
    private static let id = "0192f1c0-8a3e-7c41-9b52-6f1d2a3b4c5d"
    private let site: TestSite

    init() throws { site = try TestSite() }

    @Test func servesAndMarksEveryAnswer() async throws {
        let (response, text) = try await site.answer(
            .get, "/timetable?week=2026-11-23&utm=x", ["X-Request-ID": "abcdefgh-12"])
        #expect(response.status == .ok)
        #expect(text == "2026-11-23")
        #expect(response.headers["X-Request-ID"] == "abcdefgh-12")
        #expect(response.headers["X-Preau-Node"] == "node-t")
        #expect(response.headers["Content-Security-Policy"]?.contains("default-src 'none'; style-src 'self'") == true)
        #expect(response.headers["X-Content-Type-Options"] == "nosniff")
        #expect(response.headers["Cache-Control"] == "no-store")
        #expect(response.headers["Strict-Transport-Security"] == nil)
        for target in [
            "/nothing", "/api/v1/nothing", "/broken", "/api/v1/broken", "/timetable?week=x", "/class/%2F/day/x",
        ] {
            let (response, _) = try await site.answer(.get, target)
            #expect(response.headers["X-Request-ID"] != nil, "\(target)")
            #expect(response.headers["X-Preau-Node"] != nil, "\(target)")
            #expect(response.headers["Content-Security-Policy"] != nil, "\(target)")
        }
    }

    @Test func decodesPath() async throws {
        #expect(try await site.answer(.get, "/class/4%C2%B0B/day/2026-11-23").text == "4°B 2026-11-23")
        // A value of the wrong kind names nothing.
        #expect(try await site.answer(.get, "/class/4B/day/2026-02-30").response.status == .notFound)
        #expect(try await site.problem(.get, "/api/v1/lessons/12").code == "preau.web.not_found")
        #expect(try await site.answer(.get, "/api/v1/lessons/latest").text == "\"latest\"")
    }

    @Test func answersMethods() async throws {
        let (head, _) = try await site.answer(.head, "/timetable")
        #expect(head.status == .ok)
        let other = try await site.problem(.delete, "/api/v1/lessons/\(ApplicationTests.id)")
        #expect(other.status == 405)
        #expect(other.response.headers["Allow"] == "GET, HEAD, OPTIONS, PUT")
        let (options, _) = try await site.answer(.options, "/timetable")
        #expect(options.status == .noContent)
        #expect(options.headers["Allow"] == "GET, HEAD, OPTIONS, POST")
    }

    @Test func foldsATrailingSlash() async throws {
        let (response, _) = try await site.answer(.get, "/timetable/?week=2026-11-23")
        #expect(response.status == .permanentRedirect)
        #expect(response.headers["Location"] == "/timetable?week=2026-11-23")
        // Must not lead to another site.
        #expect(try await site.answer(.get, "//evil.org/").response.status == .notFound)
        #expect(try await site.answer(.post, "/timetable/").response.status == .notFound)
    }

    @Test func checksTheQuery() async throws {
        let problem = try await site.problem(.get, "/api/v1/lessons/\(ApplicationTests.id)?depth=4")
        #expect(problem.code == "preau.web.invalid_parameter")
        #expect(problem.status == 400)
        #expect(problem.json["errors"]?[0]?["parameter"] == "depth")
        #expect(try await site.problem(.get, "/api/v1/lessons/\(ApplicationTests.id)?depth=1&depth=1").status == 400)
        #expect(try await site.problem(.get, "/api/v1/lessons/\(ApplicationTests.id)?depth=01").status == 400)
        #expect(
            try await site.problem(.get, "/api/v1/lessons/\(ApplicationTests.id)?x=%ff").code
                == "preau.web.malformed_request")
        // A program that names an item gives it a value; an optional field of a page's form is sent empty.
        #expect(try await site.problem(.get, "/api/v1/lessons/\(ApplicationTests.id)?depth=").status == 400)
    }

    @Test func saysWhatItCannotAnswer() async throws {
        // Of the right form, so not 400: no calendar has these days.
        for day in ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"] {
            let (response, _) = try await site.answer(.get, "/timetable?week=\(day)")
            #expect(response.status == .unprocessableContent)
            #expect(try await site.answer(.get, "/class/3A/day/\(day)").response.status == .notFound)
        }
        #expect(try await site.answer(.get, "/timetable?week=2199-12-31").response.status == .ok)
        #expect(try await site.answer(.get, "/timetable?week=2026-02-30").response.status == .badRequest)
    }

    @Test func checksJSONBodies() async throws {
        func post(_ body: String, _ type: String? = "application/json") async throws -> (Int, String?, JSON) {
            let headers: HeaderFields = type.map { ["Content-Type": $0] } ?? []
            let answer = try await site.problem(.post, "/api/v1/lessons", headers, body: Array(body.utf8))
            return (answer.status, answer.code, answer.json)
        }
        let good = #"{"title":"Latin","day":"2026-11-23"}"#
        #expect(try await post(good).0 == 201)
        #expect(try await post(good, "application/json; charset=UTF-8").0 == 201)
        #expect(try await post(good, "text/plain").0 == 415)
        #expect(try await post(good, "application/json; charset=latin1").0 == 415)
        #expect(try await post(good, nil).0 == 415)
        #expect(try await post("{").1 == "preau.web.malformed_request")
        #expect(try await post("").1 == "preau.web.malformed_request")
        let invalid = try await post(#"{"title":"","day":"x","more":1}"#)
        #expect(invalid.1 == "preau.web.invalid_body")
        #expect(invalid.2["errors"]?.elements?.compactMap { $0["pointer"]?.text } == ["#/title", "#/day", "#/more"])
        #expect(try await post(String(repeating: " ", count: 301)).1 == "preau.web.body_too_large")
        #expect(try await post(String(repeating: "[", count: 200)).1 == "preau.web.malformed_request")
    }

    @Test func checksForms() async throws {
        func post(_ body: String, _ type: String) async throws -> Response {
            try await site.answer(.post, "/timetable", ["Content-Type": type], body: Array(body.utf8)).response
        }
        let urlEncoded = "application/x-www-form-urlencoded"
        #expect(try await post("title=Latin", urlEncoded).status == .ok)
        #expect(try await post("title=%ff", urlEncoded).status == .badRequest)
        #expect(try await post("title=%00", urlEncoded).status == .badRequest)
        #expect(try await post("title=Latin", "text/plain").status == .unsupportedMediaType)
        #expect(try await post("title=Latin", "multipart/form-data").status == .badRequest)
        #expect(try await post(String(repeating: "a", count: 201), urlEncoded).status == .contentTooLarge)
        let multipart = "--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nLatin\r\n--b--\r\n"
        #expect(try await post(multipart, "multipart/form-data; boundary=b").status == .ok)
    }

    @Test func asksForTheVersion() async throws {
        let body = Array(#"{"title":"Latin","day":"2026-11-23"}"#.utf8)
        func put(_ tag: String?) async throws -> Int {
            var headers: HeaderFields = ["Content-Type": "application/json"]
            if let tag { headers.add("If-Match", tag) }
            return try await site.answer(.put, "/api/v1/lessons/\(ApplicationTests.id)", headers, body: body).response
                .status.rawValue
        }
        #expect(try await put(nil) == 428)
        #expect(try await put("\"4\"") == 412)
        #expect(try await put("\"5\"") == 204)
    }

    @Test func turnsErrorsIntoWords() async throws {
        let api = try await site.problem(
            .get, "/api/v1/broken", ["Accept-Language": "en", "X-Request-ID": "abcdefgh-1"])
        #expect(api.status == 500)
        #expect(api.response.headers["Content-Type"] == "application/problem+json")
        #expect(api.json["title"] == "Something went wrong on our side")
        #expect(api.json["type"] == "/errors/preau.web.internal_error")
        #expect(api.json["instance"] == "/api/v1/broken")
        #expect(api.json["request_id"] == "abcdefgh-1")
        #expect(Problem.schema.violations(in: api.json).isEmpty)
        let page = try await site.answer(.get, "/broken", ["X-Request-ID": "abcdefgh-2"])
        #expect(page.response.status == .internalServerError)
        #expect(page.text.contains("<h1>Quelque chose s’est mal passé chez nous</h1>"))
        #expect(page.text.contains("abcdefgh-2"))
        #expect(!page.text.contains("Broken"))
        let busy = try await site.answer(.get, "/busy")
        #expect(["2", "3"].contains(busy.response.headers["Retry-After"]))
        #expect(busy.text.contains("2 secondes") || busy.text.contains("3 secondes"))
        #expect(try await site.answer(.get, "/nothing").text.contains("Cette page n’existe pas"))
        #expect(try await site.problem(.get, "/nothing", ["Accept": "application/json"]).status == 404)
        #expect(try await site.answer(.get, "/errors/preau.web.not_found").response.status == .ok)
        #expect(try await site.answer(.get, "/errors/preau.web.nothing").response.status == .notFound)
    }

    @Test func aFrameIsDressedOnceAndForThoseWhoLookAtIt() async throws {
        let dressings = Mutex(0)
        let site = try TestSite(middleware: [
            Middleware { call, next in
                call.dressing { call, frame in
                    dressings.withLock { $0 += 1 }
                    frame.siteName = "ENT 77 \(call.route.pattern)"
                }
                return try await next(call)
            },
            Middleware { call, next in
                let response = try await next(call)
                // Too late to be seen, and done at once.
                if call.route.pattern == "/" {
                    call.dressing { _, frame in frame.siteName += "!" }
                    #expect(call.frame.siteName == "ENT 77 /!")
                }
                return response
            },
        ])
        #expect(try await site.answer(.get, "/timetable").text == "now")
        let none = dressings.withLock { $0 }
        #expect(none == 0)
        #expect(try await site.answer(.get, "/").text.contains("ENT 77 /"))
        let once = dressings.withLock { $0 }
        #expect(once == 1)
    }

    @Test func runsMiddlewareInOrderAndAroundNotFound() async throws {
        let site = try TestSite(middleware: [
            Middleware { call, next in
                call[TestSite.PersonKey.self] = "a"
                call.frame.siteName = "ENT 77"
                var response = try await next(call)
                response.headers.add("X-Trace", "outer")
                return response
            },
            Middleware { call, next in
                #expect(call[TestSite.PersonKey.self] == "a")
                call[TestSite.PersonKey.self] = nil
                #expect(call[TestSite.PersonKey.self] == nil)
                var response = try await next(call)
                response.headers.add("X-Trace", "inner")
                return response
            },
        ])
        let (response, text) = try await site.answer(.get, "/")
        #expect(response.headers.filter { $0.name == "X-Trace" }.map(\.value) == ["inner", "outer"])
        #expect(text.contains("ENT 77"))
        #expect(try await site.answer(.get, "/nothing").text.contains("ENT 77"))
    }

    /// Those that never wait: in through each, out through those that let it in, whatever became of the rest.
    @Test func runsMiddlewareBesideInOrder() async throws {
        final class Trace: @unchecked Sendable {
            // Safety: one request after the other.
            var steps: [String] = []
        }
        let trace = Trace()
        func step(_ name: String, turnsAway: String? = nil) -> Middleware {
            Middleware(
                enter: { call in
                    trace.steps.append("\(name) in")
                    if call.request.path == turnsAway { throw Problem(.overloaded) }
                },
                leave: { _, response in
                    trace.steps.append("\(name) out")
                    response.headers.add("X-Trace", name)
                },
                fail: { _, _ in trace.steps.append("\(name) failed") })
        }
        let around = Middleware { call, next in
            trace.steps.append("b in")
            return try await next(call)
        }
        let site = try TestSite(middleware: [
            step("a"), around, step("c"), step("d", turnsAway: "/timetable"),
        ])
        let (response, _) = try await site.answer(.get, "/")
        #expect(response.headers.filter { $0.name == "X-Trace" }.map(\.value) == ["d", "c", "a"])
        #expect(trace.steps == ["a in", "b in", "c in", "d in", "d out", "c out", "a out"])
        trace.steps = []
        #expect(try await site.answer(.get, "/timetable").response.status.rawValue == 503)
        #expect(trace.steps == ["a in", "b in", "c in", "d in", "c failed", "a failed"])
    }

    @Test func switchesLanguage() async throws {
        let (response, _) = try await site.answer(.get, "/language/en?back=%2Ftimetable%3Fweek%3D2026-11-23")
        #expect(response.status == .seeOther)
        #expect(response.headers["Location"] == "/timetable?week=2026-11-23")
        #expect(response.headers["Set-Cookie"]?.hasPrefix("preau_language=en; Path=/;") == true)
        for back in ["%2F%2Fevil.org", "https%3A%2F%2Fevil.org", "%2F%5Cevil.org"] {
            #expect(try await site.answer(.get, "/language/en?back=\(back)").response.headers["Location"] == "/")
        }
        #expect(try await site.answer(.get, "/language/de").response.status == .notFound)
        let (_, text) = try await site.answer(.get, "/", ["Cookie": "preau_language=en", "Accept-Language": "fr"])
        #expect(text.contains("<html lang=\"en\">"))
    }

    @Test func servesAssets() async throws {
        let (sheet, text) = try await site.answer(.get, Assets.styleSheet.text)
        #expect(sheet.status == .ok)
        #expect(sheet.headers["Content-Type"] == "text/css; charset=utf-8")
        #expect(sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable")
        #expect(text.utf8.count == StyleSheet.bytes.count)
        // A page of another version may ask for another hash: it gets what there is, not for ever.
        let (old, _) = try await site.answer(.get, "/assets/preau-000000000000.css")
        #expect(old.headers["Cache-Control"] == "public, no-cache")
        let theme = try #require(Theme(name: "eure", accent: "#aa0000"))
        #expect(try await site.answer(.get, theme.link.text).text == String(decoding: theme.styleSheet, as: UTF8.self))
        for name in ["x.css", "preau.css", "theme-.css", "theme-A-1.css", "-.css", "preau-.css", "..%2fx-1.css"] {
            #expect(try await site.answer(.get, "/assets/\(name)").response.status.family == 4, "\(name)")
        }
        #expect(try await site.answer(.get, "/robots.txt").text.contains("Disallow: /"))
    }
}
