import HTTP
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing
import Web

@testable import Identity

extension OnServers {
    @Suite struct GateTests {
        private static let routes: [Route] = [
            .page(.get, "/t/everyone", access: .everyone, tag: "Test", summary: "t") { _ in .text("ok") },
            .page(.get, "/t/page", access: .signedIn, tag: "Test", summary: "t") { call in
                .text(call.session?.holder.name ?? "nobody")
            },
            .page(.post, "/t/page", access: .signedIn, tag: "Test", summary: "t", body: .form([])) { _ in .text("ok") },
            .api(.get, "/api/t", access: .signedIn, tag: "Test", summary: "t", answers: []) { _ in .json([]) },
            .api(.put, "/api/t", access: .signedIn, tag: "Test", summary: "t", answers: []) { _ in .json([]) },
            .api(.get, "/api/head", access: .roles("head"), tag: "Test", summary: "t", answers: []) { _ in .json([]) },
            .page(.get, "/t/head", access: .roles("head"), tag: "Test", summary: "t") { _ in .text("ok") },
            .api(.get, "/api/operator", access: .operatorToken, tag: "Test", summary: "t", answers: []) { _ in .json([])
            },
            .api(
                .get, "/api/both", access: .operatorTokenOrRoles(["platform_admin"]), tag: "Test", summary: "t",
                answers: []
            ) { _ in .json([]) },
            .resource(.get, "/t/private", access: .privatePort, tag: "Test", summary: "t", surface: .internal) { _ in
                .text("secret")
            },
            .resource(.get, "/t/operator", access: .operatorToken, tag: "Test", summary: "t") { _ in .text("secret") },
            .resource(.get, "/t/sheet", access: .everyone, tag: "Test", summary: "t") { call in
                .text(call.session == nil ? "same for all" : "looked up")
            },
            .api(
                .get, "/api/schools/{id}", access: .signedIn, tag: "Test", summary: "t",
                parameters: [.integer("id", 1...Int(Int32.max), "An establishment.")], answers: []
            ) { call in
                let id = EstablishmentID(rawValue: Int32(try call.path.integer("id")))
                return .json(try call.require(.teacher, .head, in: id).map(\.person.rawValue.description))
            },
        ]

        @Test func peopleWithoutASessionAreLedToTheDoor() async throws {
            try await IdentityFixture.with { fixture in
                let browser = Browser(try await fixture.node(routes: Self.routes))
                #expect(try await browser.get("/t/everyone").text == "ok")
                let page = try await browser.get("/t/page?week=2026-11-23&a=b")
                #expect(page.status == 303)
                #expect(page.location == "/login?next=%2Ft%2Fpage%3Fweek%3D2026-11-23%26a%3Db")
                #expect(try await browser.post("/t/page", []).location == "/login")
                for (method, target) in [(Method.get, "/api/t"), (.put, "/api/t"), (.get, "/api/head")] {
                    let answer = try await browser.json(method, target)
                    #expect(answer.status == 401)
                    #expect(answer.member("code") == "preau.identity.signed_out")
                    #expect(answer.headers["WWW-Authenticate"] != nil)
                }
                for target in ["/api/operator", "/api/both", "/t/operator"] {
                    #expect(try await browser.json(.get, target).status == 401)
                }
                #expect(try await browser.get("/t/private").status == 404)
                browser.set("preau_session", "v1.k1.AAAA.AAAA")
                #expect(try await browser.get("/t/page").status == 303)
                #expect(try await browser.json(.get, "/api/t").status == 401)
            }
        }

        @Test func rolesAreEnforced() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node(routes: Self.routes)
                let teacher = try await fixture.person(.teacher)
                let head = try await fixture.person(.pupil, .head)
                let admin = try await fixture.person(mandates: [Mandate(role: .platformAdmin, territory: nil)])
                let browsers = [Browser(node), Browser(node), Browser(node)]
                for (browser, person) in zip(browsers, [teacher, head, admin]) { _ = try await browser.signIn(person) }
                for (target, statuses) in [
                    ("/api/head", [403, 200, 403]), ("/t/head", [403, 200, 403]), ("/api/t", [200, 200, 200]),
                    ("/api/both", [403, 403, 200]), ("/api/operator", [401, 401, 401]),
                ] {
                    for (browser, status) in zip(browsers, statuses) {
                        #expect(try await browser.get(target).status == status, "\(target)")
                    }
                }
            }
        }

        /// Another establishment does not exist; in one's own, a role too little is said to be one.
        @Test func anotherSchoolDoesNotExist() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node(routes: Self.routes)
                let person = try await fixture.person(.teacher, .pupil)
                let stranger = try await fixture.person(.head)
                let browser = Browser(node)
                _ = try await browser.signIn(person)
                let schools = person.profiles.map(\.establishment) + stranger.profiles.map(\.establishment)
                var statuses: [Int] = []
                for school in schools { statuses.append(try await browser.json(.get, "/api/schools/\(school)").status) }
                #expect(statuses == [200, 403, 404])
                #expect(try await browser.json(.get, "/api/schools/2147483647").status == 404)
            }
        }

        @Test func writesNeedTheTokenOfTheirSession() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node(routes: Self.routes)
                let (first, second) = (Browser(node), Browser(node))
                _ = try await first.signIn(try await fixture.person(.teacher))
                _ = try await second.signIn(try await fixture.person(.teacher))
                let token = try #require(try await first.json(.get, "/api/v1/session").member("csrf_token"))
                let foreign = try #require(try await second.json(.get, "/api/v1/session").member("csrf_token"))
                for wrong in [nil, "", "x", foreign, String(token.reversed())] as [String?] {
                    var headers: HeaderFields = []
                    if let wrong { headers.set("X-CSRF-Token", wrong) }
                    #expect(try await first.json(.put, "/api/t", "", headers).status == 403)
                    #expect(
                        try await first.post("/t/page", wrong.map { [("csrf_token", $0)] } ?? []).status == 403)
                    #expect(try await first.json(.delete, "/api/v1/session", "", headers).status == 403)
                    #expect(try await first.post("/logout", wrong.map { [("csrf_token", $0)] } ?? []).status == 403)
                }
                #expect(try await first.json(.put, "/api/t", "", [("X-CSRF-Token", token)]).status == 200)
                #expect(try await first.post("/t/page", [("csrf_token", token)]).status == 200)
            }
        }

        @Test func answersForOnePersonStayWithThem() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node(routes: Self.routes)
                let browser = Browser(node)
                _ = try await browser.signIn(try await fixture.person(.teacher))
                #expect(try await browser.get("/t/page").headers["Cache-Control"] == "private, no-cache")
                // What is the same for everybody looks nobody up.
                let sheet = try await browser.get("/t/sheet")
                #expect(sheet.text == "same for all")
                fixture.clock.advance(301)
                #expect(try await browser.get("/t/sheet").setCookies.isEmpty)
                #expect(try await browser.get("/t/page").setCookies.contains { $0.hasPrefix("preau_session=v1.") })
            }
        }

        /// Where nobody can be confirmed: those pages that need nobody still work, the others say to come back.
        @Test func nobodyIsSignedOutByABadDay() async throws {
            try await IdentityFixture.with(ownPlatform: true) { fixture in
                let node = try await fixture.node(routes: Self.routes)
                let browser = Browser(node)
                _ = try await browser.signIn(try await fixture.person(.teacher))
                fixture.redis.kill()
                fixture.platform.directory.kill()
                try await node.waitForRedis(false)
                #expect(try await browser.get("/t/page").status == 200)
                fixture.clock.advance(1801)
                let page = try await browser.get("/t/page")
                #expect(page.status == 503)
                #expect(page.headers["Retry-After"] != nil)
                #expect(browser.cookies["preau_session"] != nil)
                #expect(try await browser.get("/t/everyone").status == 200)
                #expect(try await browser.get("/login").status == 200)
                let signIn = try await browser.post(
                    "/login", [("username", "x"), ("password", "y"), ("csrf_token", browser.get("/login").token ?? "")])
                #expect(signIn.status == 503)
            }
        }
    }
}
