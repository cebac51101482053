internal import Admission
internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// `/api/v1/session`, and one's other sessions.
struct SessionRoutes: Sendable {
    private let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    var all: [Route] { [start, show, end, list, endOne, endAll] }

    private struct Credentials: Decodable {
        let username: String
        let password: String
    }

    private static let credentials = Schema.object([
        .required("username", .text(1...256)), .required("password", .text(1...1024)),
    ])

    private var start: Route {
        .api(
            .post, "/api/v1/session", access: .everyone, tag: "Identity",
            summary: "Signs in with a login and a password.",
            description: "The answer sets the cookie preau_session. A session that the request came with ends.",
            body: .json(Self.credentials, limit: 4096),
            answers: [.json(SessionAnswer.schema, "Signed in.", status: 201)],
            errors: [
                .wrongCredentials, .throttled, .signInBusy, .signInUnavailable, .forgedRequest, .closedHours,
                .waitingRoom,
                .secondFactorNeeded, .passwordOff,
            ],
            forgeryProtection: .handler
        ) { call in
            // A form of another site cannot send JSON, and a script of another site says so.
            guard RequestOrigin.isOwn(call.request) else { throw Problem(.forgedRequest) }
            let credentials = try await call.jsonBody(as: Credentials.self)
            let started: (session: Session, cookie: String)
            do throws(IdentityError) {
                started = try await service.signIn.signIn(
                    SignIn.Attempt(
                        login: credentials.username, password: credentials.password,
                        address: call.request.remoteAddress,
                        client: ClientName.describe(call.request.header("user-agent")),
                        replacing: call.wholeSession ?? call.pendingSession,
                        territory: call.territory?.id, ticket: call.request.cookie(Ticket.cookieName)))
            } catch {
                throw error.problem.keepingTurn(of: error, isSecure: call.request.isSecure)
            }
            guard !started.session.proof.isPending else {
                let cookie = CookieHeader.set(SessionCookie.name, started.cookie, isSecure: call.request.isSecure)
                throw IdentityError.secondFactorNeeded.problem.adding(header: "Set-Cookie", cookie)
            }
            var response = Response.json(answer(started.session), status: .created)
            response.headers.set("Location", "/api/v1/session")
            response.headers.add(
                "Set-Cookie",
                CookieHeader.set(SessionCookie.name, started.cookie, isSecure: call.request.isSecure))
            Ticket.discard(from: &response, call)
            return noStore(response)
        }
    }

    private var show: Route {
        .api(
            .get, "/api/v1/session", access: .signedIn, tag: "Identity", summary: "The session of this request.",
            answers: [.json(SessionAnswer.schema, "The session.")], errors: [.signedOut]
        ) { call in noStore(.json(answer(try call.requireSession()))) }
    }

    private var end: Route {
        .api(
            .delete, "/api/v1/session", access: .signedIn, tag: "Identity", summary: "Signs out here.",
            answers: [.empty("Signed out.")], errors: [.signedOut]
        ) { call in
            await service.sessions.end(try call.wholeSession ?? call.requireSession())
            return withoutCookie(call)
        }
    }

    private var list: Route {
        .api(
            .get, "/api/v1/me/sessions", access: .signedIn, tag: "Identity",
            summary: "One's sessions, newest first, at most 50.",
            answers: [.json(SessionListAnswer.schema, "The sessions.")], errors: [.signedOut, .signInUnavailable]
        ) { call in
            let session = try call.requireSession()
            let sessions = try await service.sessions.list(of: session.holder.account)
            return noStore(.json(SessionListAnswer(sessions: sessions, current: session.id)))
        }
    }

    private var endOne: Route {
        .api(
            .delete, "/api/v1/me/sessions/{id}", access: .signedIn, tag: "Identity",
            summary: "Ends one of one's sessions.",
            parameters: [.uuid("id", "The session.")], answers: [.empty("Ended.")],
            errors: [.signedOut, .signInUnavailable]
        ) { call in
            let session = try call.requireSession()
            let id = SessionID(rawValue: try call.path.uuid("id"))
            try await service.sessions.end(id, of: session.holder.account)
            return id == session.id ? withoutCookie(call) : .status(.noContent)
        }
    }

    private var endAll: Route {
        .api(
            .delete, "/api/v1/me/sessions", access: .signedIn, tag: "Identity", summary: "Signs out everywhere.",
            answers: [.empty("Signed out everywhere.")], errors: [.signedOut, .signInUnavailable]
        ) { call in
            let session = try call.wholeSession ?? call.requireSession()
            try await service.sessions.endAll(of: session.holder.account)
            await service.sessions.left(session.holder)
            return withoutCookie(call)
        }
    }

    private func withoutCookie(_ call: Call) -> Response {
        var response = noStore(.status(.noContent))
        response.headers.add("Set-Cookie", CookieHeader.remove(SessionCookie.name, isSecure: call.request.isSecure))
        return response
    }

    func answer(_ session: Session) -> SessionAnswer {
        SessionAnswer(
            session: session,
            profiles: session.holder.profiles.map {
                SessionAnswer.HeldProfile(profile: $0, establishment: service.tenancy.map[$0.establishment])
            },
            expiresAt: session.startedAt + service.sessions.limits.absolute,
            forgeryToken: service.keyring.tokens.token(for: SessionBinding.of(session)))
    }
}
