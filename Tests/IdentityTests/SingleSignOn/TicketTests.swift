import Cryptography
import Redis
import Runtime
import Tenancy
import TestSupport
import TestTenancy
import Testing

@testable import Identity

extension OnServers {
    /// Tickets of CAS and codes of OpenID Connect between the engine and Redis.
    @Suite struct TicketTests {
        private static let address = "https://appli.example/"

        private static func service(
            _ kind: PartnerService.Kind = .cas, attributes: [AttributeRule] = []
        ) -> PartnerService {
            var settings = PartnerSettings()
            settings.patterns = [address].compactMap { PartnerPattern($0) }
            settings.attributes = attributes
            return PartnerService(
                id: .v7(), kind: kind, name: "appli", scope: .platform, clientID: kind == .oidc ? "client" : nil,
                settings: settings)
        }

        private static func register(_ service: PartnerService, on node: IdentityNode) async throws {
            try await node.run {
                $0.singleSignOn.cache.store(
                    PartnerSet(version: 1, all: [service], pairwiseSecret: SecureRandom.bytes(32)))
            }
        }

        /// Somebody of a school that these nodes know of: a service is open to nobody else.
        private static func person(
            _ role: Role, in fixture: IdentityFixture, knownTo nodes: IdentityNode...
        ) async throws -> IdentityFixture.Person {
            let person = try await fixture.person(role)
            for node in nodes { try await node.run { try await $0.tenancy.refresh() } }
            return person
        }

        private static func issue(
            _ session: Session, _ service: PartnerService, on node: IdentityNode
        ) async throws -> String {
            let url = try #require(PartnerURL(address))
            return try await node.run {
                try await $0.singleSignOn.issueTicket(session, for: service, at: url, isNewLogin: false, life: 3600)
            }
        }

        /// The user that a ticket is of, or the code of the refusal.
        private static func validate(
            _ ticket: String, on node: IdentityNode, at address: String = address, attributes: Bool = true
        ) async throws -> String {
            try await node.run {
                let outcome = await $0.singleSignOn.validate(
                    ticket: ticket, service: address, renew: false, tellsAttributes: attributes)
                switch outcome {
                case .success(let success): return success.released.user
                case .failure(let failure): return failure.rawValue
                }
            }
        }

        @Test func aTicketIsOfOnePersonOneServiceAndOneUse() async throws {
            try await IdentityFixture.with { fixture in
                let (one, other) = (try await fixture.node(), try await fixture.node())
                let service = Self.service()
                for node in [one, other] { try await Self.register(service, on: node) }
                let person = try await Self.person(.pupil, in: fixture, knownTo: one, other)
                let session = try await one.signIn(person.login, person.password).session
                let ticket = try await Self.issue(session, service, on: one)
                #expect(CASTicket.isName(ticket) && ticket.utf8.count == 51)
                let said = try await Self.validate(ticket, on: other)
                #expect(said == person.login)
                #expect(try await Self.validate(ticket, on: one) == "INVALID_TICKET")
                let second = try await Self.issue(session, service, on: one)
                #expect(try await Self.validate(second, on: other, at: Self.address + "x") == "INVALID_SERVICE")
                #expect(try await Self.validate(second, on: other) == "INVALID_TICKET")
            }
        }

        @Test func somebodyWhoseAccountWasClosedMeanwhileIsRefused() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node()
                let service = Self.service()
                try await Self.register(service, on: node)
                let person = try await Self.person(.teacher, in: fixture, knownTo: node)
                let session = try await node.signIn(person.login, person.password).session
                // Their names are kept from this one.
                let before = try await Self.issue(session, service, on: node)
                let said = try await Self.validate(before, on: node)
                #expect(said == person.login)
                let ticket = try await Self.issue(session, service, on: node)
                let ended = try await fixture.provision { try await $0.setState(.locked, of: person.account) }
                try await node.run { await $0.sessions.forget(ended) }
                #expect(try await Self.validate(ticket, on: node) == "INVALID_TICKET")
            }
        }

        @Test func ticketsOutliveTheKeyThatHidTheirSession() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node()
                let service = Self.service()
                try await Self.register(service, on: node)
                let person = try await Self.person(.pupil, in: fixture, knownTo: node)
                let session = try await node.signIn(person.login, person.password).session
                let ticket = try await Self.issue(session, service, on: node)
                try fixture.keyring.replace(with: Keyring.newLine(id: "k2") + "\n" + fixture.keys)
                let said = try await Self.validate(ticket, on: node)
                #expect(said == person.login)
            }
        }

        @Test func ticketsOfAnEarlierVersionAreTaken() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node()
                let service = Self.service()
                try await Self.register(service, on: node)
                let person = try await Self.person(.pupil, in: fixture, knownTo: node)
                let session = try await node.signIn(person.login, person.password).session
                let name = CASTicket.newName(.service)
                let ticket = CASTicket(
                    session: session.id, service: service.id, url: Self.address, isNewLogin: false)
                try await node.run {
                    try await $0.singleSignOn.redis.send("SET", CASTicket.key(name), .bytes(ticket.bytes))
                }
                let said = try await Self.validate(name, on: node)
                #expect(said == person.login)
            }
        }

        @Test func whatIsNotToldIsNotAskedFor() async throws {
            try await IdentityFixture.with(ownPlatform: true) { fixture in
                let node = try await fixture.node()
                let service = Self.service(attributes: [AttributeRule("classes", .classes)])
                try await Self.register(service, on: node)
                let person = try await Self.person(.pupil, in: fixture, knownTo: node)
                let session = try await node.signIn(person.login, person.password).session
                fixture.platform.server(.shard(1)).kill()
                let tickets = [
                    try await Self.issue(session, service, on: node), try await Self.issue(session, service, on: node),
                ]
                let user = try await Self.validate(tickets[0], on: node, attributes: false)
                #expect(user == person.login)
                let withClasses = try await Self.validate(tickets[1], on: node)
                #expect(withClasses == "INTERNAL_ERROR")
            }
        }

        @Test func aSessionRemembersABoundedNumberOfServices() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node()
                let service = Self.service()
                try await Self.register(service, on: node)
                let person = try await Self.person(.pupil, in: fixture, knownTo: node)
                let session = try await node.signIn(person.login, person.password).session
                var tickets: [String] = []
                for _ in 0..<260 { tickets.append(try await Self.issue(session, service, on: node)) }
                let key = "sp:\(session.id)"
                let count = try #require(Int(try fixture.redis.command("LLEN", key)))
                #expect(count >= 200 && count <= 250)
                // The newest are there.
                #expect(try fixture.redis.command("LINDEX", key, "-1").contains(tickets[259]))
                #expect(try #require(Int(try fixture.redis.command("TTL", key))) > 3500)
            }
        }

        // MARK: Codes

        private static func code(_ session: Session, _ service: PartnerService) -> AuthorizationCode {
            AuthorizationCode(
                grant: .v7(), service: service.id, session: session.id, redirectURI: address, scopes: ["openid"],
                nonce: nil, challenge: nil, tokenClaims: [], userClaims: [])
        }

        private static func keep(
            _ token: String, _ session: Session, _ code: AuthorizationCode, _ text: String, _ service: PartnerService,
            on node: IdentityNode
        ) async throws -> Bool {
            try await node.run { identity in
                let bearer = Bearer(
                    session: session, service: service.id, scopes: ["openid"], claims: [],
                    expiresAt: identity.singleSignOn.clock() + 600, isOffline: false)
                return try await identity.singleSignOn.keep(token, bearer, of: code, text, remembersGrant: false)
            }
        }

        private enum Taken: Equatable { case good, none, reused }

        private static func take(_ text: String, _ session: Session, on node: IdentityNode) async throws -> Taken {
            try await node.run {
                switch try await $0.singleSignOn.takeCode(text) {
                case .good(let code, .active(let found, _)):
                    return code.session == session.id && found == session ? .good : .none
                case .good, .none: return .none
                case .reused: return .reused
                }
            }
        }

        private static func opens(_ token: String, on node: IdentityNode) async throws -> Bool {
            try await node.run { try await $0.singleSignOn.bearer(token) != nil }
        }

        @Test func aCodeUsedTwiceTakesBackWhatItGave() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node()
                let service = Self.service(.oidc)
                try await Self.register(service, on: node)
                let person = try await Self.person(.pupil, in: fixture, knownTo: node)
                let session = try await node.signIn(person.login, person.password).session
                let code = Self.code(session, service)
                let text = try await node.run {
                    try await $0.singleSignOn.issueCode(code, service, session, life: 3600)
                }
                #expect(try await Self.take(text, session, on: node) == .good)
                let token = AccessTokens.new(for: session.id)
                #expect(try await Self.keep(token, session, code, text, service, on: node))
                #expect(try await Self.opens(token, on: node))
                #expect(try await Self.take(text, session, on: node) == .reused)
                #expect(try await Self.opens(token, on: node) == false)
                // And once more: nothing comes back.
                #expect(try await Self.take(text, session, on: node) == .reused)
                let another = (text.hasPrefix("A") ? "B" : "A") + text.dropFirst()
                #expect(try await Self.take(another, session, on: node) == .none)
            }
        }

        @Test func aCodeUsedTwiceBeforeItsTokenIsKeptGivesNone() async throws {
            try await IdentityFixture.with { fixture in
                let node = try await fixture.node()
                let service = Self.service(.oidc)
                try await Self.register(service, on: node)
                let person = try await Self.person(.pupil, in: fixture, knownTo: node)
                let session = try await node.signIn(person.login, person.password).session
                let code = Self.code(session, service)
                let text = try await node.run {
                    try await $0.singleSignOn.issueCode(code, service, session, life: 3600)
                }
                #expect(try await Self.take(text, session, on: node) == .good)
                #expect(try await Self.take(text, session, on: node) == .reused)
                let token = AccessTokens.new(for: session.id)
                #expect(try await Self.keep(token, session, code, text, service, on: node) == false)
                #expect(try await Self.opens(token, on: node) == false)
            }
        }
    }
}
