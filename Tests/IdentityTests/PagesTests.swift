import HTTP
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing
import Web

@testable import Identity

extension OnServers {
    @Suite struct PagesTests {
        @Test func peopleSignInUseTheirAccountAndSignOut() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.guardian, .guardian, name: "<Durand> & fils")
                let browser = Browser(try await fixture.node())
                let done = try await browser.signIn(person, next: "?next=%2Faccount")
                #expect(done.status == 303 && done.location == "/account")
                let line = try #require(done.setCookies.first { $0.hasPrefix("preau_session=") })
                #expect(line.contains("; Path=/; HttpOnly; SameSite=Lax"))
                let account = try await browser.get("/account")
                #expect(account.status == 200)
                #expect(account.text.contains("&lt;Durand&gt; &amp; fils") && !account.text.contains("<Durand>"))
                #expect(account.text.contains("Responsable"))
                #expect(account.headers["Cache-Control"] == "no-store")
                #expect(try await browser.get("/login").location == "/home")
                #expect(try await browser.get("/").location == "/home")
                let kept = try #require(browser.cookies["preau_session"])
                let out = try await browser.post("/logout", [("csrf_token", account.token ?? "")])
                #expect(out.status == 303 && out.location == "/login?signed_out=1")
                #expect(browser.cookies["preau_session"] == nil)
                browser.set("preau_session", kept)
                let refused = try await browser.get("/account")
                #expect(refused.status == 303 && refused.location == "/login?next=%2Faccount")
                #expect(browser.cookies["preau_session"] == nil, "a dead cookie is removed")
                #expect(try await browser.get("/login?signed_out=1").text.contains("Vous êtes déconnecté"))
            }
        }

        @Test func saysWhatIsWrongWithoutSayingWhich() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let browser = Browser(try await fixture.node())
                let page = try await browser.get("/login")
                var pages: [String] = []
                for login in [person.login, "nobody.at.all"] {
                    let answer = try await browser.post(
                        "/login", [("username", login), ("password", "wrong"), ("csrf_token", page.token ?? "")])
                    #expect(answer.status == 401)
                    #expect(answer.text.contains("Identifiant ou mot de passe incorrect"))
                    #expect(answer.text.contains("value=\"\(login)\"") && !answer.text.contains("wrong"))
                    pages.append(
                        answer.text.split(separator: login).joined(separator: "*")
                            .split(separator: answer.token ?? "-").joined(separator: "*"))
                }
                #expect(pages[0] == pages[1])
                let empty = try await browser.post("/login", [("csrf_token", page.token ?? "")])
                #expect(empty.status == 422)
                for _ in 0..<4 {
                    _ = try await browser.post(
                        "/login", [("username", person.login), ("password", "wrong"), ("csrf_token", page.token ?? "")])
                }
                let throttled = try await browser.post(
                    "/login",
                    [("username", person.login), ("password", person.password), ("csrf_token", page.token ?? "")])
                #expect(throttled.status == 429)
                #expect(["1", "2"].contains(throttled.headers["Retry-After"]))
                #expect(throttled.text.contains("Trop d’essais"))
            }
        }

        /// A page of another site can neither sign its visitor in under its own account, nor send them elsewhere.
        @Test func refusesForgedSignIns() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let node = try await fixture.node()
                let attacker = Browser(node)
                let victim = Browser(node)
                let stolen = try await attacker.get("/login").token ?? ""
                for token in [nil, "", "x", stolen] as [String?] {
                    let answer = try await victim.post(
                        "/login",
                        [("username", person.login), ("password", person.password)]
                            + (token.map { [("csrf_token", $0)] } ?? []))
                    #expect(answer.status == 403)
                    #expect(victim.cookies["preau_session"] == nil)
                    _ = try await victim.get("/login")
                }
                let away = try await victim.signIn(person, next: "?next=%2F%2Fevil.example")
                #expect(away.status == 303 && away.location == "/home")
            }
        }

        @Test func listsAndEndsSessions() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.teacher)
                let stranger = try await fixture.person(.teacher)
                let node = try await fixture.node()
                let (here, there, other) = (Browser(node), Browser(node), Browser(node))
                for browser in [here, there] { #expect(try await browser.signIn(person).status == 303) }
                #expect(try await other.signIn(stranger).status == 303)
                let list = try await here.json(.get, "/api/v1/me/sessions")
                #expect(list.status == 200)
                let page = try await here.get("/account")
                let token = try #require(page.token)
                let mine = try await node.run { try await $0.sessions.list(of: person.account) }
                let theirs = try await node.run { try await $0.sessions.list(of: stranger.account) }
                #expect(mine.count == 2)
                for session in mine { #expect(page.text.contains(session.id.rawValue.description)) }
                // Somebody else's: there is no such session.
                #expect(
                    try await here.post("/account/sessions/\(theirs[0].id)/end", [("csrf_token", token)]).status == 404)
                #expect(try await other.get("/account").status == 200)
                // The other one of mine.
                let current = try #require(try await here.json(.get, "/api/v1/session").member("id"))
                #expect(current == person.account.description)
                let thereID = try #require(
                    try await node.load(there.cookies["preau_session"]).session?.id.rawValue.description)
                #expect(
                    try await here.post("/account/sessions/\(thereID)/end", [("csrf_token", token)]).location
                        == "/account?ended=1")
                #expect(try await there.get("/account").status == 303)
                #expect(try await here.get("/account").status == 200)
                // All of them.
                #expect(try await there.signIn(person).status == 303)
                #expect(try await here.post("/account/sessions/end", [("csrf_token", token)]).status == 303)
                for browser in [here, there] { #expect(try await browser.get("/account").status == 303) }
                #expect(try await other.get("/account").status == 200)
            }
        }

        @Test func theLanguageIsTheAccounts() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.teacher)
                let node = try await fixture.node()
                let browser = Browser(node)
                _ = try await browser.signIn(person)
                let page = try await browser.get("/account", [("Accept-Language", "en")])
                #expect(page.text.contains("lang=\"fr\""))
                let saved = try await browser.post(
                    "/account/language", [("language", "en"), ("csrf_token", page.token ?? "")])
                #expect(saved.status == 303)
                #expect(try await browser.get("/account").text.contains("My account"))
                let elsewhere = Browser(node)
                _ = try await elsewhere.signIn(person)
                #expect(try await elsewhere.get("/account").text.contains("<html lang=\"en\">"))
                let wrong = try await browser.post(
                    "/account/language", [("language", "xx"), ("csrf_token", page.token ?? "")])
                #expect(wrong.status == 422)
            }
        }

        @Test func eachTerritoryHasItsFace() async throws {
            try await IdentityFixture.with { fixture in
                try fixture.platform.sql(
                    .directory,
                    """
                    insert into territory (id, kind, code, name, title, theme)
                        values ('face', 'department', '77', 'Visage', 'ENT Visage', '{"accent": "#00568f"}');
                    insert into territory_host (host, territory_id, is_primary) values ('face.localhost', 'face', true);
                    insert into territory_news (id, territory_id, title, body, published_from, published_until) values
                        (gen_random_uuid(), 'face', 'Cantine <fermée>', E'Lundi.\\nMardi.', now() - interval '1 hour', null),
                        (gen_random_uuid(), 'face', 'Demain', '', now() + interval '1 hour', null),
                        (gen_random_uuid(), 'face', 'Hier', '', now() - interval '2 day', now() - interval '1 day');
                    """)
                let node = try await fixture.node()
                let page = try await Browser(node, host: "face.localhost").get("/")
                #expect(page.status == 200)
                #expect(page.text.contains("ENT Visage") && page.text.contains("Visage"))
                #expect(page.text.contains("Cantine &lt;fermée&gt;") && page.text.contains("<p>Mardi.</p>"))
                #expect(!page.text.contains("Demain") && !page.text.contains("Hier"))
                #expect(page.text.contains("/assets/theme-face-"))
                #expect(page.text.contains("name=\"username\"") && page.text.contains("name=\"password\""))
                #expect(page.text.utf8.count < 20_000)
                let chooser = try await Browser(node, host: "unknown.localhost").get("/")
                #expect(chooser.text.contains("href=\"http://face.localhost/\""))
                #expect(!chooser.text.contains("name=\"password\""))
                let neutral = try await Browser(node, host: "127.0.0.1").get("/login")
                #expect(neutral.text.contains("name=\"password\"") && neutral.text.contains("face.localhost"))
                try fixture.platform.sql(.directory, "delete from territory where id = 'face'")
            }
        }
    }
}
