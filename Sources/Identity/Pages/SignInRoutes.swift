internal import Admission
internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// `/`, `/login` and `/logout`.
struct SignInRoutes: Sendable {
    private let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    var all: [Route] { [front, signInPage, signIn, signOutPage, signOut] }

    private static let next = Parameter.text(
        ReturnPath.parameter, "The page of this site to go to once signed in.", maxLength: 4000)

    private var front: Route {
        .page(
            .get, "/", access: .everyone, tag: "Identity",
            summary: "The territory's page with its news and the sign-in form; the list of territories on another host."
        ) { call in
            if call.session != nil { return .seeOther(ReturnPath.start) }
            guard call.territory == nil else { return entrance(call, form(call)) }
            let page = IdentityPages(language: call.language)
                .chooser(service.tenancy.territories.all) { address(of: $0, call) }
            return noStore(call.page(page))
        }
    }

    private var signInPage: Route {
        .page(
            .get, "/login", access: .everyone, tag: "Identity", summary: "The sign-in form.",
            query: [
                Self.next, .flag("signed_out", "Says that signing out is done."),
                .flag("ready", "Says that the wait is over."),
                .flag("chosen", "Says that the password is saved."),
                .flag("again", "Asks somebody who is signed in to show again who they are."),
            ]
        ) { call in
            if call.pendingSession != nil, !call.query.flag("again") {
                return noStore(.seeOther(factor(call)))
            }
            if call.session != nil, !call.query.flag("again") {
                return .seeOther(ReturnPath.target(call.query.text(ReturnPath.parameter)))
            }
            var form = form(call)
            if call.query.flag("signed_out") { form.notice = .justSignedOut }
            if call.query.flag("ready") { form.notice = .yourTurn }
            if call.query.flag("chosen") { form.notice = .passwordChosen }
            return entrance(call, form)
        }
    }

    private var signIn: Route {
        .page(
            .post, "/login", access: .everyone, tag: "Identity", summary: "Signs in.", query: [Self.next],
            body: .form(
                [
                    .text("username", "The login.", maxLength: 256).required,
                    .text("password", "The password.", maxLength: 1024).required,
                    .text(
                        KeptForm.field, "A form sent after the session was over, sealed.",
                        maxLength: KeptForm.longestSealed),
                ], limits: FormLimits(bytes: 2 * 65_536, valueBytes: KeptForm.longestSealed)),
            errors: [
                .wrongCredentials, .throttled, .signInBusy, .signInUnavailable, .closedHours, .waitingRoom,
            ], forgeryProtection: .handler
        ) { call in try await signIn(call) }
    }

    private func signIn(_ call: Call) async throws -> Response {
        let fields = try await call.form()
        var form = form(call)
        form.login = String((fields["username"] ?? "").prefix(256))
        let password = fields["password"] ?? ""
        let kept = fields[KeptForm.field].flatMap {
            KeptForm.open($0, with: service.keyring, now: call.now / 1_000_000)
        }
        if kept != nil { form.kept = fields[KeptForm.field] }
        guard let visit = SessionBinding.visit(of: call.request),
            try await call.carriesToken(of: service.keyring.tokens, for: SessionBinding.of(visit: visit))
        else {
            form.failure = .formExpired
            return entrance(call, form, status: .forbidden)
        }
        if form.login.allSatisfy(\.isWhitespace) { form.loginError = .fieldNeeded }
        if password.isEmpty { form.passwordError = .fieldNeeded }
        guard form.loginError == nil, form.passwordError == nil else {
            return entrance(call, form, status: .unprocessableContent)
        }
        do {
            let started = try await service.signIn.signIn(
                SignIn.Attempt(
                    login: form.login, password: password, address: call.request.remoteAddress,
                    client: ClientName.describe(call.request.header("user-agent")),
                    replacing: call.wholeSession ?? call.pendingSession, territory: call.territory?.id,
                    ticket: call.request.cookie(Ticket.cookieName)))
            let isPending = started.session.proof.isPending
            var response = isPending ? .seeOther(factor(call)) : await welcome(call, started.session, kept)
            response.headers.add(
                "Set-Cookie",
                CookieHeader.set(SessionCookie.name, started.cookie, isSecure: call.request.isSecure))
            Ticket.discard(from: &response, call)
            return noStore(response)
        } catch .waiting(_, let ticket) {
            // A page of its own, which can be loaded again without sending the form again.
            var response = noStore(.seeOther("/waiting"))
            response.headers.add("Set-Cookie", Ticket.setting(ticket, isSecure: call.request.isSecure))
            return response
        } catch {
            let problem = error.problem.spread
            form.failure = failure(problem)
            var response = entrance(call, form, status: Status(rawValue: problem.status))
            if let seconds = problem.retryAfterSeconds { response.headers.set("Retry-After", String(seconds)) }
            for (name, value) in problem.headers { response.headers.add(name, value) }
            return response
        }
    }

    /// What follows a sign-in: the page that was asked for, or the form that was sent too late.
    private func welcome(_ call: Call, _ session: Session, _ kept: KeptForm?) async -> Response {
        guard let kept, kept.isOf(session.holder.account, service.keyring.tokens) else {
            return .seeOther(ReturnPath.target(call.query.text(ReturnPath.parameter)))
        }
        await Gate(service).enter(call, session)
        return call.page(IdentityPages(language: call.language).resume(kept, token: call.frame.forgeryToken))
    }

    /// The sign-in page, with the form that this request sent in it; nil when there is nothing to keep.
    func entrance(keeping call: Call) async -> Response? {
        let offer = await KeptForm.of(call)
        guard offer != .none else { return nil }
        var form = form(call)
        form.next = nil
        form.warning = .formTooLongToKeep
        if case .form(let kept) = offer, let sealed = try? kept.sealed(with: service.keyring) {
            form.kept = sealed
            form.warning = .formIsKept
        }
        return entrance(call, form, status: .unauthorized)
    }

    /// The page that asks for the second factor, and comes back to where this one would.
    private func factor(_ call: Call) -> Link {
        call.query.text(ReturnPath.parameter).map { "/login/factor?next=\($0)" } ?? "/login/factor"
    }

    private func failure(_ problem: Problem) -> Phrase {
        if let detail = problem.detail { return detail }
        guard let seconds = problem.retryAfterSeconds else { return problem.code.title }
        let wait = Phrase.waitBeforeRetry(seconds: seconds)
        return Phrase(fr: "\(problem.code.title.fr). \(wait.fr)", en: "\(problem.code.title.en). \(wait.en)")
    }

    private var signOutPage: Route {
        .page(.get, "/logout", access: .everyone, tag: "Identity", summary: "Asks whether to sign out.") { call in
            guard call.session != nil else { return .seeOther("/login") }
            let page = IdentityPages(language: call.language).signOut(token: call.frame.forgeryToken)
            return noStore(call.page(page))
        }
    }

    private var signOut: Route {
        .page(
            .post, "/logout", access: .everyone, tag: "Identity", summary: "Signs out here.", body: .form([])
        ) { call in
            if let session = call.wholeSession ?? call.pendingSession { await service.sessions.end(session) }
            return signedOut(call)
        }
    }

    // MARK: Pieces

    private func form(_ call: Call) -> IdentityPages.SignInForm {
        let visit = SessionBinding.visit(of: call.request) ?? SessionBinding.newVisit()
        call[VisitKey.self] = visit
        return IdentityPages.SignInForm(
            next: call.query.text(ReturnPath.parameter),
            providers: service.singleSignOn.upstreams.filter {
                $0.territory == nil || $0.territory == call.territory?.id
            }.map { ($0.id, $0.name) },
            token: service.keyring.tokens.token(for: SessionBinding.of(visit: visit)))
    }

    private func entrance(_ call: Call, _ form: IdentityPages.SignInForm, status: Status = .ok) -> Response {
        let pages = IdentityPages(language: call.language)
        let elsewhere =
            call.territory == nil ? pages.choices(service.tenancy.territories.all) { address(of: $0, call) } : nil
        var response = call.page(
            pages.entrance(
                form, territory: call.territory, name: call.hostEstablishment?.name, now: call.now,
                elsewhere: elsewhere), status: status)
        if let visit = call[VisitKey.self], visit != SessionBinding.visit(of: call.request) {
            response.headers.add(
                "Set-Cookie", CookieHeader.set(SessionBinding.cookieName, visit, isSecure: call.request.isSecure))
        }
        if let origin = service.singleSignOn.origin(leadingTo: call.query.text(ReturnPath.parameter)) {
            response.allowForm(to: origin)
        }
        return noStore(response)
    }

    private func address(of territory: Territory, _ call: Call) -> String? {
        territory.hosts.first.map { call.address(onHost: $0) + "/" }
    }
}

/// The visit that a page with the sign-in form belongs to.
enum VisitKey: CallKey { typealias Value = String }

/// A page that is about one moment of one person, kept by no cache and no "back" button.
func noStore(_ response: Response) -> Response {
    var response = response
    response.headers.set("Cache-Control", "no-store")
    return response
}

/// To the sign-in page without a session: its cookie removed, what the browser kept of the pages as well.
func signedOut(_ call: Call) -> Response {
    var response = noStore(.seeOther("/login?signed_out=1"))
    response.endSession(call)
    response.headers.set("Clear-Site-Data", "\"cache\"")
    return response
}

extension Response {
    /// The browser's own session is over: its cookies go.
    mutating func endSession(_ call: Call) {
        headers.add("Set-Cookie", CookieHeader.remove(SessionCookie.name, isSecure: call.request.isSecure))
        // The next person on this computer may speak another language.
        headers.add("Set-Cookie", CookieHeader.remove(Call.languageCookie, isSecure: call.request.isSecure))
    }
}
