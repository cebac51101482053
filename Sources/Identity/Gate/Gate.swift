internal import Admission
internal import HTTP
internal import Tenancy
package import Web

/// The middleware that every request passes: whose site it is, who is there, whether they may.
///
/// Enforces what each route declares: its access, and that a write authenticated by a cookie carries the token of its
/// session. What a person may see of an establishment is the services' to check, with `Call.require`.
package struct Gate: Sendable {
    private let service: IdentityService
    private let acceptsTokens: Bool

    /// - Parameter acceptsTokens: whether access tokens of clients open the API here.
    package init(_ service: IdentityService, acceptsTokens: Bool = true) {
        self.service = service
        self.acceptsTokens = acceptsTokens
    }

    package var middleware: Middleware { Middleware { call, next in try await pass(call, next) } }

    private func pass(_ call: Call, _ next: Next) async throws -> Response {
        // A style sheet or a feed is the same for everybody: nobody is looked up for it.
        if call.route.surface == .resource || call.route.surface == .internal, isOpen(call.route.access) {
            return try await next(call)
        }
        if acceptsTokens, call.route.surface == .api, call[OperatorKey.self] != true,
            let token = BearerHeader.token(of: call.request)
        {
            return try await pass(call, token, next)
        }
        dress(call)
        let loaded = try await load(call)
        var cookie: String?
        if case .active(let session, let replacement) = loaded {
            if session.proof.isPending { call[PendingKey.self] = session } else { await enter(call, session) }
            cookie = replacement.map { CookieHeader.set(SessionCookie.name, $0, isSecure: call.request.isSecure) }
        } else if case .ended = loaded {
            cookie = CookieHeader.remove(SessionCookie.name, isSecure: call.request.isSecure)
        }
        if let refusal = try await admit(call, cookie) { return refusal }
        if let again = try await checkToken(call) { return again }
        var response = try await next(call)
        if let cookie, !response.headers.contains(where: { $0.value.hasPrefix(SessionCookie.name + "=") }) {
            response.headers.add("Set-Cookie", cookie)
        }
        // An answer that depends on who asks, or that sets their cookie, is for them only.
        if call.session != nil || call.pendingSession != nil || cookie != nil,
            !response.headers.contains("Cache-Control")
        {
            response.headers.set("Cache-Control", "private, no-cache")
        }
        return response
    }

    /// A program in somebody's name. No cookie plays a part: there is nothing to forge.
    private func pass(_ call: Call, _ token: String, _ next: Next) async throws -> Response {
        guard let bearer = try await service.singleSignOn.bearer(token) else {
            throw Problem(.invalidToken).adding(header: "WWW-Authenticate", BearerHeader.value("invalid_token"))
        }
        guard TokenScopes.open(call.route, with: bearer.scopes) else {
            let needed = TokenScopes.needed(for: call.route)
            throw Problem(.insufficientScope).adding(
                header: "WWW-Authenticate", BearerHeader.value("insufficient_scope", scope: needed))
        }
        dress(call)
        call[BearerKey.self] = bearer
        service.admission.presence.noteUse(bearer.session.holder.visitor, session: bearer.session.id.rawValue)
        await enter(call, bearer.session)
        if let refusal = try await admit(call, nil) { return refusal }
        var response = try await next(call)
        if !response.headers.contains("Cache-Control") { response.headers.set("Cache-Control", "private, no-cache") }
        response.headers.add("Vary", "Authorization")
        return response
    }

    private func isOpen(_ access: Access) -> Bool {
        switch access {
        case .everyone, .secretAddress: true
        case .signedIn, .roles, .operatorToken, .operatorTokenOrRoles, .privatePort: false
        }
    }

    private func usesSession(_ access: Access) -> Bool {
        if case .operatorTokenOrRoles = access { return true }
        return access.needsSession
    }

    // MARK: Who is there

    private func load(_ call: Call) async throws -> Sessions.Loaded {
        do {
            return try await service.sessions.load(call.request.cookie(SessionCookie.name))
        } catch {
            // Somebody who cannot be confirmed may still read what everybody may.
            guard error == .unconfirmed, !usesSession(call.route.access) else { throw error }
            return .none
        }
    }

    /// Makes the call one of this session: its language, its frame, its token.
    func enter(_ call: Call, _ whole: Session) async {
        var session = whole
        // What the calendar says holds for sessions that run as well; while no rule is enabled it costs nothing.
        if !service.admission.book.isSilent,
            let judgement = await service.admission.judge(whole.holder.visitor, at: call.now), !judgement.closed.isEmpty
        {
            session.holder = whole.holder.keeping(judgement.open)
            call[WholeSessionKey.self] = whole
            call[ClosuresKey.self] = judgement.closed
        }
        call[SessionKey.self] = session
        // The switch in the frame of each page wins over the account's language, until signing out forgets it.
        if call.request.cookie(Call.languageCookie) == nil { call.language = session.holder.language }
        guard call.route.surface == .page else { return }
        call.dressing { [session, whole] call, frame in
            frame.forgeryToken = service.keyring.tokens.token(
                for: SessionBinding.of(session), owner: SessionBinding.owner(session.holder.account))
            frame.home = "/home"
            frame.person = PageFrame.Person(
                name: session.holder.name, profile: service.title(of: session.holder, call.language),
                items: [PageFrame.Item(.myAccount, "/account")], languages: "/account/language")
            frame.sessionEnd = end(of: session, call)
            service.themes.dress(&frame, for: whole.holder, call)
        }
    }

    /// When the session ends if nothing is done, on the clocks of the person's school.
    private func end(of session: Session, _ call: Call) -> Int? {
        let limits = service.sessions.limits
        let end = min(call.now / 1_000_000 + limits.idle, session.startedAt + limits.absolute)
        let zone = try? service.timeZone(call.territory, session.holder)
        return zone.map { $0.local(microseconds: end * 1_000_000).secondOfDay / 60 }
    }

    /// The territory's name and colours, or those of the establishment whose own host name it is.
    private func dress(_ call: Call) {
        let host = call.request.host
        if let territory = service.tenancy.territories.territory(host: host) {
            call[TerritoryKey.self] = territory
        } else if let establishment = service.tenancy.map.establishment(host: host) {
            call[HostEstablishmentKey.self] = establishment
            call[TerritoryKey.self] = service.tenancy.territories[establishment.territory]
        }
        guard call.route.surface == .page, let territory = call.territory else { return }
        call.dressing { call, frame in
            frame.accessibilityContact = territory.accessibilityContact
            service.themes.dress(&frame, of: call.hostEstablishment, in: territory)
        }
    }

    // MARK: Whether they may

    /// Nil for someone who may pass; else the answer that leads them to the sign-in page.
    private func admit(_ call: Call, _ cookie: String?) async throws -> Response? {
        switch call.route.access {
        case .everyone, .secretAddress: return nil
        case .operatorToken:
            guard call[OperatorKey.self] == true else { throw IdentityError.signedOut }
            return nil
        case .privatePort:
            // Served by another listener; on this one it does not exist.
            throw IdentityError.notHere
        case .signedIn:
            if call.session == nil { return try await turnAway(call, cookie) }
            try checkHours(call)
            return nil
        case .roles(let roles): return try await admit(call, roles, cookie)
        case .operatorTokenOrRoles(let roles):
            return call[OperatorKey.self] == true ? nil : try await admit(call, roles, cookie)
        }
    }

    private func admit(_ call: Call, _ roles: Set<String>, _ cookie: String?) async throws -> Response? {
        guard let session = call.session else { return try await turnAway(call, cookie) }
        try checkHours(call)
        guard session.holder.hasOne(of: roles) else {
            if let shut = call.closures.first(where: { roles.contains($0.profile.role.rawValue) }) {
                throw IdentityError.closed(shut.closure)
            }
            throw IdentityError.forbidden
        }
        return nil
    }

    /// Somebody none of whose profiles may be used now is told why, and when; they are not signed out.
    private func checkHours(_ call: Call) throws {
        guard let session = call.session, let shut = call.closures.first, session.holder.profiles.isEmpty,
            session.holder.mandates.isEmpty
        else { return }
        throw IdentityError.closed(shut.closure)
    }

    private func turnAway(_ call: Call, _ cookie: String?) async throws -> Response {
        guard call.route.surface == .page else {
            let error = call.pendingSession == nil ? IdentityError.signedOut : .secondFactorNeeded
            let problem = error.problem
            throw cookie.map { problem.adding(header: "Set-Cookie", $0) } ?? problem
        }
        let isRead = call.request.method == .get || call.request.method == .head
        let door: Link =
            call.pendingSession == nil
            ? (isRead ? ReturnPath.link(back: call.here) : "/login")
            : (isRead ? StrongRoutes.question(back: call.here) : "/login/factor")
        var response = Response.seeOther(door)
        if !isRead, call.pendingSession == nil, let page = await SignInRoutes(service).entrance(keeping: call) {
            response = page
        }
        if let cookie { response.headers.add("Set-Cookie", cookie) }
        response.headers.set("Cache-Control", "no-store")
        return response
    }

    /// Nil for a request with the token of its session. A form of an earlier session of the same person is not done, but
    /// shown to be sent again: they signed in anew in another window.
    private func checkToken(_ call: Call) async throws -> Response? {
        guard call.route.forgeryProtection == .session, let session = call.session, call[OperatorKey.self] != true
        else {
            return nil
        }
        if try await call.carriesToken(of: service.keyring.tokens, for: SessionBinding.of(session)) { return nil }
        guard case .form(let form) = await KeptForm.of(call),
            form.isOf(session.holder.account, service.keyring.tokens)
        else { throw Problem(.forgedRequest) }
        let page = IdentityPages(language: call.language).resume(form, token: call.frame.forgeryToken)
        return noStore(call.page(page, status: .forbidden))
    }
}
