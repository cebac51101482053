import HTTP
import Tenancy
import TestTenancy
import Testing
import Web

@testable import Identity

extension OnServers {
    @Suite struct SessionAPITests {
        private func credentials(_ login: String, _ password: String) -> String {
            String(
                decoding: JSON.object([.init("username", .string(login)), .init("password", .string(password))]).bytes,
                as: UTF8.self)
        }

        @Test func signsInShowsAndSignsOut() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.guardian, .guardian)
                let client = Browser(try await fixture.node())
                let started = try await client.json(
                    .post, "/api/v1/session", credentials(person.login, person.password))
                #expect(started.status == 201)
                #expect(started.headers["Cache-Control"] == "no-store")
                #expect(client.cookies["preau_session"] != nil)
                var parser = JSONParser(Array(started.text.utf8))
                let answer = try parser.parse()
                #expect(SessionAnswer.schema.violations(in: answer).isEmpty)
                #expect(answer["account"]?["id"]?.text == person.account.description)
                #expect(answer["profiles"]?.elements?.count == 2)
                #expect(answer["profiles"]?[0]?["establishment"]?["uai"]?.text?.count == 8)
                let token = try #require(answer["csrf_token"]?.text)
                #expect(try await client.json(.get, "/api/v1/session").status == 200)
                let kept = client.cookies["preau_session"]
                #expect(try await client.json(.delete, "/api/v1/session", "", [("X-CSRF-Token", token)]).status == 204)
                #expect(client.cookies["preau_session"] == nil)
                client.set("preau_session", kept)
                #expect(try await client.json(.get, "/api/v1/session").status == 401)
            }
        }

        @Test func saysWhyNot() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let client = Browser(try await fixture.node())
                for (body, headers, status, code) in [
                    (credentials(person.login, "wrong"), [], 401, "preau.identity.wrong_credentials"),
                    (credentials("nobody", "wrong"), [], 401, "preau.identity.wrong_credentials"),
                    ("{", [], 400, "preau.web.malformed_request"), ("{}", [], 422, "preau.web.invalid_body"),
                    ("{\"username\":\"a\",\"password\":1}", [], 422, "preau.web.invalid_body"),
                    (
                        credentials(person.login, person.password), [("Origin", "https://evil.example")], 403,
                        "preau.web.forged_request"
                    ),
                    (
                        credentials(person.login, person.password), [("Sec-Fetch-Site", "cross-site")], 403,
                        "preau.web.forged_request"
                    ),
                ] as [(String, HeaderFields, Int, String)] {
                    let answer = try await client.json(.post, "/api/v1/session", body, headers)
                    #expect(answer.status == status)
                    #expect(answer.member("code") == code)
                    #expect(client.cookies["preau_session"] == nil)
                }
                let form = try await client.post("/api/v1/session", [("username", "a"), ("password", "b")])
                #expect(form.status == 415)
                for _ in 0..<4 {
                    _ = try await client.json(.post, "/api/v1/session", credentials(person.login, "wrong"))
                }
                let throttled = try await client.json(
                    .post, "/api/v1/session", credentials(person.login, person.password))
                #expect(throttled.status == 429)
                #expect(["1", "2"].contains(throttled.headers["Retry-After"]))
            }
        }

        @Test func endsOneAndAll() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let node = try await fixture.node()
                let (here, there) = (Browser(node), Browser(node))
                var token = ""
                for client in [there, here] {
                    token =
                        try await client.json(.post, "/api/v1/session", credentials(person.login, person.password))
                        .member("csrf_token") ?? ""
                }
                let sessions = try await node.run { try await $0.sessions.list(of: person.account) }
                let mine = try await node.load(here.cookies["preau_session"]).session?.id
                let other = try #require(sessions.first { $0.id != mine })
                let list = try await here.json(.get, "/api/v1/me/sessions")
                var parser = JSONParser(Array(list.text.utf8))
                let answer = try parser.parse()
                #expect(SessionListAnswer.schema.violations(in: answer).isEmpty)
                #expect(answer["items"]?.elements?.filter { $0["current"]?.bool == true }.count == 1)
                let headers: HeaderFields = [("X-CSRF-Token", token)]
                let target = "/api/v1/me/sessions/\(other.id)"
                #expect(try await here.json(.delete, target, "", headers).status == 204)
                #expect(try await here.json(.delete, target, "", headers).status == 404)
                #expect(try await there.json(.get, "/api/v1/session").status == 401)
                #expect(try await here.json(.delete, "/api/v1/me/sessions", "", headers).status == 204)
                #expect(try await here.json(.get, "/api/v1/session").status == 401)
            }
        }
    }
}
