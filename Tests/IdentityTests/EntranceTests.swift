import HTTP
import Runtime
import Tenancy
internal import TestSupport
import TestSupport
import TestTenancy
import Testing
import Web

@testable import Admission
@testable import Identity

extension OnServers {
    @Suite struct EntranceTests {
        private func always(_ effect: CalendarRule.Effect, _ roles: Set<Role>, at scope: RuleScope) -> CalendarRule {
            CalendarRule(
                scope: scope, name: "essai", effect: effect, roles: roles, from: 0, until: 1440,
                reason: .init(french: "Réservé aux élèves.", english: "Kept for pupils."))
        }

        private func book(_ rules: [CalendarRule] = [], _ caps: [Capacity] = []) -> RuleBook {
            RuleBook(version: 1, rules: rules, capacities: caps)
        }

        private func scope(_ id: EstablishmentID, _ node: IdentityNode) async throws -> RuleScope {
            .establishment(try #require(try await node.run { $0.tenancy.map[id]?.uai }))
        }

        private static let here = Route.api(
            .get, "/here/{id}", access: .signedIn, tag: "Test", summary: "In an establishment.",
            parameters: [.integer("id", 0...Int(Int32.max), "The establishment.")], answers: []
        ) { call in
            let id = EstablishmentID(rawValue: Int32(try call.path.text("id")) ?? 0)
            let profiles = try call.require(.guardian, .teacher, in: id)
            return .text(profiles.map(\.role.rawValue).joined(separator: ","))
        }

        /// Barred as a parent of school A, somebody is still a parent in B and a teacher in C; and their session runs on.
        @Test func aPersonIsBarredOnlyWhereTheRuleSays() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.guardian, .guardian, .teacher)
                let node = try await fixture.node(routes: [Self.here])
                let browser = Browser(node)
                #expect(try await browser.signIn(person).status == 303)
                let ids = person.profiles.map(\.establishment)
                for id in ids { #expect(try await browser.get("/here/\(id)").status == 200) }
                let school = try await scope(ids[0], node)
                node.rules.store(book([always(.refuse, [.guardian], at: school)]))
                let barred = try await browser.get("/here/\(ids[0])")
                #expect(barred.status == 403)
                #expect(barred.member("code") == "preau.admission.closed")
                #expect(barred.text.contains("Réservé aux élèves."))
                #expect(try await browser.get("/here/\(ids[1])").text == "guardian")
                #expect(try await browser.get("/here/\(ids[2])").text == "teacher")
                // Another language does not make the profile disappear for good.
                let page = try await browser.get("/account")
                _ = try await browser.post("/account/language", [("language", "en"), ("csrf_token", page.token ?? "")])
                node.rules.store(book())
                #expect(try await browser.get("/here/\(ids[0])").status == 200)
                // Somebody who has nothing to do with it learns nothing.
                #expect(try await browser.get("/here/\(ids[0].rawValue + 100_000)").status == 404)
            }
        }

        @Test func closedHoursAreToldBeforeThePasswordIsLookedAt() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.guardian)
                let node = try await fixture.node()
                node.rules.store(book([always(.refuse, [.guardian], at: .platform)]))
                let before = node.hasher.computed
                let api = try await Browser(node).json(
                    .post, "/api/v1/session", "{\"username\":\"\(person.login)\",\"password\":\"faux\"}")
                #expect(api.status == 403)
                #expect(api.member("code") == "preau.admission.closed")
                let form = try await Browser(node).signIn(person)
                #expect(form.status == 403)
                #expect(form.text.contains("Réservé aux élèves."))
                #expect(node.hasher.computed == before)
                // A login that nobody has gets one of the answers that somebody's would get, the same each time.
                var answers: [IdentityError?] = []
                for number in 0..<40 {
                    let first = try await node.failure("nobody\(number)", "faux")
                    #expect(try await node.failure("nobody\(number)", "faux") == first)
                    answers.append(first)
                }
                #expect(answers.contains(.wrongCredentials))
            }
        }

        @Test func theWaitingRoomFromTheFirstTryToTheDoor() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.guardian)
                let inside = try await fixture.person(.pupil, at: person.profiles[0].establishment)
                let (first, second) = (try await fixture.node(), try await fixture.node())
                let school = try await scope(person.profiles[0].establishment, first)
                let runner = Browser(first)
                #expect(try await runner.signIn(inside).status == 303)
                for node in [first, second] { node.rules.store(book([], [Capacity(scope: school, places: 0)])) }
                let before = first.hasher.computed
                let browser = Browser(first)
                let sent = try await browser.signIn(person)
                #expect(sent.status == 303)
                #expect(sent.location == "/waiting")
                #expect(browser.cookies["preau_ticket"] != nil)
                #expect(first.hasher.computed == before, "the gate stands before the hash")
                let page = try await browser.get("/waiting")
                #expect(page.status == 200)
                #expect(page.text.utf8.count < 10_240)
                #expect(page.text.contains("http-equiv=\"refresh\""))
                #expect(page.headers["Retry-After"] != nil)
                #expect(!page.text.contains("<script"))
                // The same ticket, on another node, for a program.
                let elsewhere = Browser(second)
                elsewhere.set("preau_ticket", browser.cookies["preau_ticket"])
                let state = try await elsewhere.get("/api/v1/waiting")
                #expect(state.member("state") == "waiting")
                #expect(state.text.contains("\"position\":1"))
                let api = try await elsewhere.json(
                    .post, "/api/v1/session", "{\"username\":\"\(person.login)\",\"password\":\"\(person.password)\"}")
                #expect(api.status == 503)
                #expect(api.member("code") == "preau.admission.waiting")
                #expect(api.headers["Retry-After"] != nil)
                // Nobody who is in is put out.
                #expect(try await runner.get("/account").status == 200)
                // A place: the page leads to the door, and the door lets in.
                for node in [first, second] { node.rules.store(book([], [Capacity(scope: school, places: 1)])) }
                #expect(try await browser.get("/waiting").location == "/login?ready=1")
                #expect(try await elsewhere.get("/api/v1/waiting").member("state") == "ready")
                let entered = try await browser.signIn(person)
                #expect(entered.status == 303)
                #expect(entered.location == "/home")
                #expect(browser.cookies["preau_ticket"] == nil)
            }
        }

        /// Whatever it has to say: it is sent thousands of times a second while there is no room.
        @Test(arguments: Language.allCases, [nil, 99_999])
        func theWaitingPageIsSmallAndNeedsNoScript(_ language: Language, _ ahead: Int?) {
            let wait = Wait(
                firstSeen: 0, ahead: ahead, seconds: ahead.map { _ in 86_400 }, waiting: 100_000, pollAfter: 88)
            var frame = PageFrame()
            frame.siteName = String(repeating: "Un nom très long ", count: 4)
            frame.siteOwner = frame.siteName
            let bytes = PageShell.render(
                WaitingPages(language: language).page(wait), frame: frame, language: language, here: "/waiting")
            #expect(bytes.count < 10_000)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(!text.contains("<script"))
            #expect(text.contains("http-equiv=\"refresh\""), "it loads itself again")
            #expect(text.contains("role=\"status\""))
        }

        @Test func aWrongPasswordKeepsNoPlace() async throws {
            try await IdentityFixture.with { fixture in
                let person = try await fixture.person(.pupil)
                let other = try await fixture.person(.pupil, at: person.profiles[0].establishment)
                let node = try await fixture.node()
                let school = try await scope(person.profiles[0].establishment, node)
                node.rules.store(book([], [Capacity(scope: school, places: 1)]))
                #expect(try await node.failure(person.login, "faux") == .wrongCredentials)
                #expect(try await node.failure(other.login, other.password) == nil)
                guard case .waiting(let wait, let ticket) = try await node.failure(person.login, person.password) else {
                    Issue.record("let in beyond the cap")
                    return
                }
                #expect(wait.ahead == 0)
                #expect(
                    Ticket.open(ticket, with: fixture.keyring, now: wait.firstSeen)?.applicant.account == person.account
                )
            }
        }

        @Test func aTicketIsSealed() throws {
            let keyring = try Keyring(Keyring.newLine(id: "k1"))
            let scope = try #require(RuleScope("0770001H"))
            let applicant = Applicant(
                account: .new(), role: .guardian, scopes: [.platform, scope], isQueued: true, queuedShare: 20)
            let ticket = Ticket(applicant: applicant, firstSeen: 1_800_000_000_000)
            let text = ticket.sealed(with: keyring)
            #expect(!text.contains("0770001H"))
            let opened = try #require(Ticket.open(text, with: keyring, now: 1_800_000_000_000))
            #expect(opened.firstSeen == ticket.firstSeen)
            #expect(opened.applicant.account == applicant.account)
            #expect(opened.applicant.scopes == applicant.scopes)
            #expect(opened.applicant.queuedShare == 20)
            #expect(Ticket.open(text, with: keyring, now: 1_800_000_000_000 + 13 * 3_600_000) == nil)
            #expect(Ticket.open(text, with: try Keyring(Keyring.newLine(id: "k1")), now: 1_800_000_000_000) == nil)
            for index in stride(from: 0, to: text.utf8.count, by: 7) {
                var bytes = Array(text.utf8)
                bytes[index] ^= 1
                #expect(
                    Ticket.open(String(decoding: bytes, as: UTF8.self), with: keyring, now: 1_800_000_000_000) == nil)
            }
            for bad in ["", "t1", "t1...", "t1.k1..", "t1.k1.AAAA.AAAA"] {
                #expect(Ticket.open(bad, with: keyring, now: 0) == nil)
            }
        }

        @Test func withoutRedisCookiesHoldPupilsComeInAndGuardiansWait() async throws {
            try await IdentityFixture.with { fixture in
                let (pupil, guardian) = (try await fixture.person(.pupil), try await fixture.person(.guardian))
                let node = try await fixture.node()
                node.rules.store(book([], [Capacity(scope: .platform, places: 1000)]))
                let browser = Browser(node)
                #expect(try await browser.signIn(guardian).status == 303)
                fixture.redis.kill()
                try await node.waitForRedis(false)
                #expect(try await browser.get("/account").status == 200)
                #expect(try await node.failure(pupil.login, pupil.password) == nil)
                guard case .waiting = try await node.failure(guardian.login, guardian.password) else {
                    Issue.record("let in uncounted")
                    return
                }
            }
        }
    }
}
