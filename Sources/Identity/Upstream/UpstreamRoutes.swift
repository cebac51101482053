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
            answers: [.elsewhere], errors: [.signOnUnavailable]
        ) { call in
            let provider = try provider(call)
            let visit = SessionBinding.visit(of: call.request) ?? SessionBinding.newVisit()
            let next = ReturnPath.target(call.query.text(ReturnPath.parameter)).text
            return try await go(
                call, provider,
                UpstreamSignIn.Journey(provider: provider.id, visit: visit, next: next, linking: nil))
        }
    }

    private func go(
        _ call: Call, _ provider: UpstreamProvider, _ journey: UpstreamSignIn.Journey
    ) async throws -> Response {
        var response = Response.redirect(
            .seeOther, to: try await service.upstream.leave(provider, journey, site: site(call)))
        response.headers.add(
            "Set-Cookie", CookieHeader.set(SessionBinding.cookieName, journey.visit, isSecure: call.request.isSecure))
        return noStore(response)
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
                let provider = service.singleSignOn.upstreams.first(where: { $0.id == journey.provider })
            else { throw IdentityError.upstreamRefused }
            // RFC 9207: the one that was asked, where it says who it is.
            guard call.query.text("iss").map({ $0 == provider.issuer }) ?? true, let code = call.query.text("code")
            else {
                throw IdentityError.upstreamRefused
            }
            let place = UpstreamSignIn.Place(
                territory: call.territory?.id, ticket: call.request.cookie(Ticket.cookieName))
            let outcome: UpstreamSignIn.Outcome
            do throws(IdentityError) {
                outcome = try await service.upstream.finish(
                    journey, code: code, provider, site: site(call),
                    present: call.wholeSession ?? call.pendingSession,
                    client: ClientName.describe(call.request.header("user-agent")), at: place)
            } catch {
                throw error.problem.keepingTurn(of: error, isSecure: call.request.isSecure)
            }
            switch outcome {
            case .refused: throw IdentityError.upstreamRefused
            case .unknown, .taken: throw IdentityError.upstreamUnknown
            case .linked: return noStore(.seeOther("/account/links"))
            case .signedIn(let session, let cookie):
                let next = ReturnPath.target(journey.next)
                var response = Response.seeOther(session.proof.isPending ? StrongRoutes.question(back: next) : next)
                response.headers.add(
                    "Set-Cookie", CookieHeader.set(SessionCookie.name, cookie, isSecure: call.request.isSecure))
                return noStore(response)
            }
        }
    }

    // MARK: Linking

    private var linkPage: Route {
        .page(
            .get, "/account/links", access: .signedIn, tag: "Identity",
            summary: "The identity providers that one signs in through.", errors: [.signInUnavailable]
        ) { call in
            let session = try call.requireSession()
            let links = try await service.upstream.store.links(of: session.holder.account)
            let providers = service.singleSignOn.upstreams.filter {
                $0.territory == nil || $0.territory == call.territory?.id || links.contains($0.id)
            }
            let rows = providers.map { (id: $0.id, name: $0.name, isLinked: links.contains($0.id)) }
            var response = call.page(
                UpstreamPages(language: call.language).links(rows, token: call.frame.forgeryToken))
            let origins = Set(providers.compactMap { PartnerURL($0.authorizationEndpoint)?.origin }).sorted()
            if !origins.isEmpty { response.allowForm(to: origins.joined(separator: " ")) }
            return noStore(response)
        }
    }

    private var link: Route {
        .page(
            .post, "/account/links/{provider}", access: .signedIn, tag: "Identity",
            summary: "Leads to an identity provider, to link one's account there to this one.",
            parameters: [.slug("provider", "The provider.")], body: .form([]),
            errors: [.signOnUnavailable, .signInUnavailable]
        ) { call in
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
            return try await go(
                call, provider,
                UpstreamSignIn.Journey(provider: provider.id, visit: visit, next: "/account/links", linking: session.id)
            )
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
