internal import HTTP
internal import Runtime
internal import Web

/// `/activate` and `/forgot`.
struct ActivationRoutes: Sendable {
    private let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    var all: [Route] { [show, choose, forgotten, request] }

    private var show: Route {
        .page(
            .get, "/activate", access: .everyone, tag: "Identity", summary: "Choosing a password with a code.",
            query: [.uuid("letter", "Of the letter, as its square says: fills in the login.")]
        ) { call in
            var form = form(call)
            if let letter = call.query.uuid("letter") {
                // Whoever has the letter reads the login on it anyway.
                form.login = (try? await service.activation.login(ofLetter: letter)) ?? ""
            }
            return answer(call, form)
        }
    }

    private var choose: Route {
        .page(
            .post, "/activate", access: .everyone, tag: "Identity", summary: "Sets the password, once for each code.",
            body: .form([
                .text("username", "The login.", maxLength: 256).required,
                .text("code", "The code.", maxLength: 64).required,
                .text("password", "The password.", maxLength: 1024).required,
                .text("again", "The same.", maxLength: 1024).required,
            ]), errors: [.throttled, .signInBusy, .signInUnavailable], forgeryProtection: .handler
        ) { call in try await choose(call) }
    }

    private func choose(_ call: Call) async throws -> Response {
        let fields = try await call.form()
        var form = form(call)
        form.login = String((fields["username"] ?? "").prefix(256))
        form.code = String((fields["code"] ?? "").prefix(64))
        let password = fields["password"] ?? ""
        guard try await isGenuine(call) else {
            form.failure = .formExpired
            return answer(call, form, status: .forbidden)
        }
        if form.login.allSatisfy(\.isWhitespace) { form.loginError = .fieldNeeded }
        if form.code.allSatisfy(\.isWhitespace) { form.codeError = .fieldNeeded }
        if password.isEmpty { form.passwordError = .fieldNeeded }
        if fields["again"] != password { form.repeatError = .passwordsDiffer }
        guard form.loginError == nil, form.codeError == nil, form.passwordError == nil, form.repeatError == nil else {
            return answer(call, form, status: .unprocessableContent)
        }
        do {
            switch try await service.activation.choose(
                password, login: form.login, code: form.code, address: call.request.remoteAddress)
            {
            case .done: return noStore(.seeOther("/login?chosen=1"))
            case .wrongCode: form.failure = .wrongCode
            case .refused(let reason): form.passwordError = reason
            }
            return answer(call, form, status: .unprocessableContent)
        } catch {
            return refusal(call, form, error.problem)
        }
    }

    private var forgotten: Route {
        .page(
            .get, "/forgot", access: .everyone, tag: "Identity", summary: "Saying that one's password is lost."
        ) { call in forgotten(call) }
    }

    private var request: Route {
        .page(
            .post, "/forgot", access: .everyone, tag: "Identity",
            summary: "Notes a request for a code; answers the same whether the login exists or not.",
            body: .form([.text("username", "The login.", maxLength: 256).required]),
            errors: [.throttled, .signInUnavailable], forgeryProtection: .handler
        ) { call in
            let login = try await call.form()["username"] ?? ""
            guard try await isGenuine(call) else {
                return forgotten(call, failure: .formExpired, status: .forbidden)
            }
            guard !login.allSatisfy(\.isWhitespace) else {
                return forgotten(call, loginError: .fieldNeeded, status: .unprocessableContent)
            }
            do {
                try await service.activation.requestReset(login)
            } catch IdentityError.throttled {
                // Asked for often enough: the same answer.
            }
            return forgotten(call, isDone: true)
        }
    }

    // MARK: Pieces

    private func isGenuine(_ call: Call) async throws -> Bool {
        guard let visit = SessionBinding.visit(of: call.request) else { return false }
        return try await call.carriesToken(of: service.keyring.tokens, for: SessionBinding.of(visit: visit))
    }

    private func token(_ call: Call) -> String {
        let visit = SessionBinding.visit(of: call.request) ?? SessionBinding.newVisit()
        call[VisitKey.self] = visit
        return service.keyring.tokens.token(for: SessionBinding.of(visit: visit))
    }

    private func form(_ call: Call) -> IdentityPages.ActivationForm { IdentityPages.ActivationForm(token: token(call)) }

    private func refusal(_ call: Call, _ form: IdentityPages.ActivationForm, _ problem: Problem) -> Response {
        var form = form
        form.failure = problem.retryAfterSeconds.map { Phrase.waitBeforeRetry(seconds: $0) } ?? problem.code.title
        var response = answer(call, form, status: Status(rawValue: problem.status))
        if let seconds = problem.retryAfterSeconds { response.headers.set("Retry-After", String(seconds)) }
        return response
    }

    private func answer(
        _ call: Call, _ form: IdentityPages.ActivationForm, status: Status = .ok
    ) -> Response {
        withVisit(call, call.page(IdentityPages(language: call.language).activation(form), status: status))
    }

    private func forgotten(
        _ call: Call, failure: Phrase? = nil, loginError: Phrase? = nil, isDone: Bool = false, status: Status = .ok
    ) -> Response {
        let page = IdentityPages(language: call.language).forgotten(
            token: token(call), failure: failure, loginError: loginError, isDone: isDone)
        return withVisit(call, call.page(page, status: status))
    }

    private func withVisit(_ call: Call, _ response: Response) -> Response {
        var response = response
        if let visit = call[VisitKey.self], visit != SessionBinding.visit(of: call.request) {
            response.headers.add(
                "Set-Cookie", CookieHeader.set(SessionBinding.cookieName, visit, isSecure: call.request.isSecure))
        }
        return noStore(response)
    }
}
