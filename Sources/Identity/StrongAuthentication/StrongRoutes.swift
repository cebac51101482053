internal import Cryptography
internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// The second factor: the page that asks for one, the pages to add and remove them, and the call of the API.
///
/// Some of them are for sessions that still owe a factor, which are nobody's anywhere else: they look for the session and for
/// the form's token themselves.
struct StrongRoutes: Sendable {
    let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    var all: [Route] {
        [ask, show, showPasskey, answerByAPI, security, application, addApplication, addPasskey, remove, newCodes]
    }

    var factors: SecondFactors { service.factors }

    static let next = Parameter.text(ReturnPath.parameter, "The page of this site to go to.", maxLength: 4000)

    // MARK: Who

    /// The session of a form or page, whether or not it owes a factor; nil for nobody.
    func session(_ call: Call) -> Session? { call.wholeSession ?? call.pendingSession }

    func signIn(_ call: Call) -> Response { noStore(.seeOther(ReturnPath.link(back: call.here))) }

    /// The session of a posted form that carries its token. - Throws: `forgedRequest`.
    func posted(_ call: Call) async throws -> Session? {
        guard let session = session(call) else { return nil }
        guard try await call.carriesToken(of: service.keyring.tokens, for: SessionBinding.of(session)) else {
            throw Problem(.forgedRequest)
        }
        return session
    }

    func token(_ session: Session) -> String { service.keyring.tokens.token(for: SessionBinding.of(session)) }

    /// What a passkey is bound to: this very origin, and its host.
    func origin(_ call: Call) -> String {
        (call.request.isSecure ? "https://" : "http://") + (call.request.header("host") ?? "").lowercased()
    }

    /// To show a factor first, and come back.
    static func question(back next: Link) -> Link { "/login/factor?next=\(next.text)" }

    // MARK: Asking

    private var ask: Route {
        .page(
            .get, "/login/factor", access: .everyone, tag: "Identity", summary: "Asks for a second factor.",
            query: [Self.next], errors: [.signInUnavailable, .signOnUnavailable]
        ) { call in
            guard let session = session(call) else { return noStore(.seeOther("/login")) }
            return try await question(call, session, failure: nil, status: .ok)
        }
    }

    private func question(
        _ call: Call, _ session: Session, failure: Phrase?, status: Status
    ) async throws -> Response {
        let known = try await factors.all(of: session.holder.account)
        // Somebody who must have one and has none makes one now.
        guard !known.isEmpty else { return noStore(.seeOther("/account/security")) }
        let party = call.request.host
        let passkeys = known.compactMap { factor -> [UInt8]? in
            guard case .passkey(let credential, party) = factor.kind else { return nil }
            return credential.id
        }
        // Shown where there is no passkey of this site: the browser would not find the others.
        let others = known.compactMap { factor -> String? in
            guard case .passkey(_, let other) = factor.kind, other != party, isOurs(other) else { return nil }
            return other
        }
        let challenge = passkeys.isEmpty ? nil : try await factors.challenge(registering: false, session)
        let view = StrongPages.Question(
            next: call.query.text(ReturnPath.parameter), failure: failure, token: token(session),
            hasApplication: known.contains { if case .application = $0.kind { true } else { false } },
            elsewhere: passkeys.isEmpty ? Set(others).sorted().map { ($0, call.address(onHost: $0) + "/login") } : [],
            options: challenge.map { StrongPages.showOptions(challenge: $0, party: party, passkeys: passkeys) })
        var response = call.page(StrongPages(language: call.language).question(view), status: status)
        response.allowScript()
        return noStore(response)
    }

    /// Whether a host is one of this platform's sites at this moment.
    private func isOurs(_ host: String) -> Bool {
        service.tenancy.territories.territory(host: host) != nil || service.tenancy.map.establishment(host: host) != nil
    }

    private var show: Route {
        .page(
            .post, "/login/factor", access: .everyone, tag: "Identity", summary: "Shows a code as a second factor.",
            query: [Self.next],
            body: .form([.text("code", "Of an application or of the paper.", maxLength: 40).required]),
            errors: [.wrongFactor, .throttled, .signInUnavailable], forgeryProtection: .handler
        ) { call in
            guard let session = try await posted(call) else { return noStore(.seeOther("/login")) }
            let code = try await call.form()["code"] ?? ""
            return try await enter(call, session) { () async throws(IdentityError) in
                try await factors.check(code, of: session.holder.account)
            }
        }
    }

    private var showPasskey: Route {
        .page(
            .post, "/login/factor/passkey", access: .everyone, tag: "Identity",
            summary: "Shows a passkey as a second factor.", query: [Self.next],
            body: .form(
                ["id", "client", "data", "signature"].map {
                    .text($0, "As the authenticator answered, base64url.", maxLength: 8000).required
                }), errors: [.wrongFactor, .throttled, .signInUnavailable], forgeryProtection: .handler
        ) { call in
            guard let session = try await posted(call) else { return noStore(.seeOther("/login")) }
            let form = try await call.form()
            func bytes(_ name: String) -> [UInt8] { form[name].flatMap { Base64URL.decode($0) } ?? [] }
            let (origin, party) = (origin(call), call.request.host)
            return try await enter(call, session) { () async throws(IdentityError) in
                try await factors.check(
                    passkey: bytes("id"), client: bytes("client"), data: bytes("data"), signature: bytes("signature"),
                    origin: origin, party: party, session)
            }
        }
    }

    private func enter(
        _ call: Call, _ session: Session, _ check: () async throws(IdentityError) -> SessionProof.Methods
    ) async throws -> Response {
        do throws(IdentityError) {
            let methods = try await check()
            let started = try await factors.strengthen(
                session, methods, client: ClientName.describe(call.request.header("user-agent")))
            var response = Response.seeOther(ReturnPath.target(call.query.text(ReturnPath.parameter)))
            response.headers.add(
                "Set-Cookie", CookieHeader.set(SessionCookie.name, started.cookie, isSecure: call.request.isSecure))
            return noStore(response)
        } catch {
            let problem = error.problem
            var failure = problem.code.title
            if let seconds = problem.retryAfterSeconds {
                let wait = Phrase.waitBeforeRetry(seconds: seconds)
                failure = Phrase(fr: "\(failure.fr). \(wait.fr)", en: "\(failure.en). \(wait.en)")
            }
            var response = try await question(
                call, session, failure: failure, status: Status(rawValue: problem.status))
            if let seconds = problem.retryAfterSeconds { response.headers.set("Retry-After", String(seconds)) }
            return response
        }
    }

    private struct Code: Decodable {
        let code: String
    }

    private var answerByAPI: Route {
        .api(
            .post, "/api/v1/session/factor", access: .everyone, tag: "Identity",
            summary: "Shows a code as a second factor, after signing in was answered with second_factor_needed.",
            body: .json(.object([.required("code", .text(6...40))]), limit: 1024),
            answers: [.json(SessionAnswer.schema, "Signed in.", status: 201)],
            errors: [.signedOut, .wrongFactor, .throttled, .signInUnavailable, .forgedRequest],
            forgeryProtection: .handler
        ) { call in
            guard RequestOrigin.isOwn(call.request) else { throw Problem(.forgedRequest) }
            guard let session = session(call), call[BearerKey.self] == nil else { throw IdentityError.signedOut }
            let code = try await call.jsonBody(as: Code.self).code
            let methods = try await factors.check(code, of: session.holder.account)
            let started = try await factors.strengthen(
                session, methods, client: ClientName.describe(call.request.header("user-agent")))
            var response = Response.json(SessionRoutes(service).answer(started.session), status: .created)
            response.headers.add(
                "Set-Cookie", CookieHeader.set(SessionCookie.name, started.cookie, isSecure: call.request.isSecure))
            return noStore(response)
        }
    }
}
