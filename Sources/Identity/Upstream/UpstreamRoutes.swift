internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// The way to an identity provider and back.
struct UpstreamRoutes: Sendable {
    private let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    var all: [Route] { [leave, comeBack, linkPage, link, unlink] }

    private func provider(_ call: Call) throws -> UpstreamProvider {
        let id = try call.path.text("provider")
        guard
            let found = service.singleSignOn.upstreams.first(where: {
                $0.id == id && ($0.territory == nil || $0.territory == call.territory?.id)
            })
        else { throw Problem(.notFound) }
        return found
    }

    /// This very site, as the provider knows it.
    private func site(_ call: Call) -> String {
        (call.request.isSecure ? "https://" : "http://") + (call.request.header("host") ?? "").lowercased()
    }

    private var leave: Route {
        .page(
            .get, "/login/upstream/{provider}", access: .everyone, tag: "Identity",
            summary: "Leads to an identity provider, to sign in there.",
            parameters: [.slug("provider", "The provider.")],
            query: [.text(ReturnPath.parameter, "The page to go to once signed in.", maxLength: 4000)],
            answers: [.elsewhere], errors: [.signOnUnavailable, .samlUnavailable]
        ) { call in
            let provider = try provider(call)
            if let response = call.elsewhere(call.here) { return response }
            let visit = SessionBinding.visit(of: call.request) ?? SessionBinding.newVisit()
            let next = ReturnPath.target(call.query.text(ReturnPath.parameter)).text
            return try await go(call, provider, visit: visit, next: next, linking: nil)
        }
    }

    private func go(
        _ call: Call, _ provider: UpstreamProvider, visit: String, next: String, linking: SessionID?
    ) async throws -> Response {
        let place: String
        switch provider.way {
        case .openID(let way):
            place = try await service.upstream.leave(
                way,
                UpstreamSignIn.Journey(provider: provider.id, visit: visit, next: next, linking: linking),
                site: site(call))
        case .saml(let saml):
            let engine = service.singleSignOn
            guard let site = SAMLSite(call, service.tenancy.territories, front: engine.front) else {
                throw Problem(.notFound)
            }
            let journey = SAMLServiceProvider.Journey(
                provider: provider.id, visit: visit, next: next, linking: linking,
                entity: site.entity(for: provider, front: engine.front), consumer: SAMLSite.consumer(at: site.origin))
            place = try await SAMLServiceProvider(engine).leave(journey, saml)
        }
        var response = Response.redirect(.seeOther, to: place)
        response.headers.add(
            "Set-Cookie", CookieHeader.set(SessionBinding.cookieName, visit, isSecure: call.request.isSecure))
        return noStore(response)
    }

    /// What becomes of somebody whom a provider knows.
    func settle(
        _ call: Call, _ person: UpstreamSignIn.Person?, linking: SessionID?, _ provider: UpstreamProvider
    ) async throws -> UpstreamSignIn.Outcome {
        let place = UpstreamSignIn.Place(
            territory: call.territory?.id, ticket: call.request.cookie(Ticket.cookieName))
        do throws(IdentityError) {
            return try await service.upstream.settle(
                person, linking: linking, provider, present: call.wholeSession ?? call.pendingSession,
                client: ClientName.describe(call.request.header("user-agent")), at: place)
        } catch {
            throw error.problem.keepingTurn(of: error, isSecure: call.request.isSecure)
        }
    }

    func answer(_ call: Call, _ outcome: UpstreamSignIn.Outcome, next: String) throws -> Response {
        switch outcome {
        case .refused: throw IdentityError.upstreamRefused
        case .unknown, .taken: throw IdentityError.upstreamUnknown
        case .linked: return noStore(.seeOther("/account/links"))
        case .signedIn(let session, let cookie):
            let next = ReturnPath.target(next)
            var response = Response.seeOther(session.proof.isPending ? StrongRoutes.question(back: next) : next)
            response.headers.add(
                "Set-Cookie", CookieHeader.set(SessionCookie.name, cookie, isSecure: call.request.isSecure))
            return noStore(response)
        }
    }

    private var comeBack: Route {
        .page(
            .get, "/login/upstream/callback", access: .everyone, tag: "Identity",
            summary: "Comes back from an identity provider.",
            query: [
                .text("code", "What stands for the person.", maxLength: 2000),
                .text("state", "Of our own.", maxLength: 100), .text("iss", "Who answers.", maxLength: 500),
                .text("error", "Why there is no code.", maxLength: 200),
            ], errors: [.upstreamRefused, .upstreamUnknown, .signOnUnavailable, .signInUnavailable]
        ) { call in
            guard let state = call.query.text("state"), let journey = try await service.upstream.comeBack(state),
                SessionBinding.visit(of: call.request) == journey.visit,
                let provider = service.singleSignOn.upstreams.first(where: { $0.id == journey.provider }),
                case .openID(let way) = provider.way
            else { throw IdentityError.upstreamRefused }
            // RFC 9207: the one that was asked, where it says who it is.
            guard call.query.text("iss").map({ $0 == way.issuer }) ?? true, let code = call.query.text("code") else {
                throw IdentityError.upstreamRefused
            }
            let person = await service.upstream.person(journey, code: code, provider, way, site: site(call))
            return try answer(
                call, try await settle(call, person, linking: journey.linking, provider), next: journey.next)
        }
    }

    // MARK: Linking

    private var linkPage: Route {
        .page(
            .get, "/account/links", access: .signedIn, tag: "Identity",
            summary: "The identity providers that one signs in through.", errors: [.signInUnavailable]
        ) { call in
            if let response = call.elsewhere(call.here) { return response }
            let session = try call.requireSession()
            let links = try await service.upstream.store.links(of: session.holder.account)
            let providers = service.singleSignOn.upstreams.filter {
                $0.territory == nil || $0.territory == call.territory?.id || links.contains($0.id)
            }
            let rows = providers.map { (id: $0.id, name: $0.name, isLinked: links.contains($0.id)) }
            var response = call.page(
                UpstreamPages(language: call.language).links(rows, token: call.frame.forgeryToken))
            let origins = Set(providers.compactMap { PartnerURL($0.entrance)?.origin }).sorted()
            if !origins.isEmpty { response.allowForm(to: origins.joined(separator: " ")) }
            return noStore(response)
        }
    }

    private var link: Route {
        .page(
            .post, "/account/links/{provider}", access: .signedIn, tag: "Identity",
            summary: "Leads to an identity provider, to link one's account there to this one.",
            parameters: [.slug("provider", "The provider.")], body: .form([]),
            errors: [.signOnUnavailable, .samlUnavailable, .signInUnavailable]
        ) { call in
            if let response = call.elsewhere("/account/links") { return response }
            let session = try call.requireSession()
            let provider = try provider(call)
            // Whoever finds a session open must not make themselves a door to it.
            let hasFactor = try await service.factors.store.hasAny(session.holder.account)
            guard service.factors.mayChange(session, hasFactor: hasFactor) else {
                return noStore(
                    .seeOther(
                        hasFactor
                            ? StrongRoutes.question(back: "/account/links") : "/login?again=1&next=/account/links"))
            }
            let visit = SessionBinding.visit(of: call.request) ?? SessionBinding.newVisit()
            return try await go(call, provider, visit: visit, next: "/account/links", linking: session.id)
        }
    }

    private var unlink: Route {
        .page(
            .post, "/account/links/{provider}/remove", access: .signedIn, tag: "Identity",
            summary: "Forgets the link to an identity provider.", parameters: [.slug("provider", "The provider.")],
            body: .form([]), errors: [.signInUnavailable]
        ) { call in
            let session = try call.requireSession()
            try await service.upstream.store.unlink(
                try call.path.text("provider"), from: session.holder.account)
            return noStore(.seeOther("/account/links"))
        }
    }
}
