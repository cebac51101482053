internal import HTTP
internal import Runtime
internal import Web

/// `/account`: one's profiles, language and sessions.
struct AccountRoutes: Sendable {
    private let service: IdentityService

    init(_ service: IdentityService) { self.service = service }

    var all: [Route] { [show, changeLanguage, endOne, endAll] }

    private var show: Route {
        .page(
            .get, "/account", access: .signedIn, tag: "Identity", summary: "One's profiles, language and sessions.",
            query: [.flag("saved", "Says that the language is kept."), .flag("ended", "Says that a session is over.")]
        ) { call in
            let session = try call.requireSession()
            if call.query.flag("saved") { call.frame.notices.append(Notice(.success, Phrase.saved[call.language])) }
            if call.query.flag("ended") {
                call.frame.notices.append(Notice(.success, Phrase.sessionEnded[call.language]))
            }
            // The rest of the page does not need the directory.
            let sessions = try? await service.sessions.list(of: session.holder.account)
            let view = IdentityPages.AccountView(
                session: session, profiles: service.places(of: session.holder), sessions: sessions,
                zone: try service.timeZone(call.territory, session.holder), token: call.frame.forgeryToken)
            return noStore(call.page(IdentityPages(language: call.language).account(view)))
        }
    }

    private var changeLanguage: Route {
        .page(
            .post, "/account/language", access: .signedIn, tag: "Identity", summary: "Keeps the account's language.",
            body: .form([
                .enumeration("language", Language.allCases.map(\.rawValue), "The language.").required,
                .text("back", "The page to come back to.", maxLength: 2000),
            ]),
            errors: [.signInUnavailable]
        ) { call in
            let session = try call.requireSession()
            var reader = FormReader(try await call.form())
            guard let language = reader.choice("language", Language.self) else {
                throw Problem(
                    .invalidBody, errors: reader.errors.map { Problem.Detail(.pointer("/" + $0.field), $0.reason) })
            }
            let cookie = try await service.setLanguage(language, of: call.wholeSession ?? session)
            let back = reader.form["back"].flatMap { Link(localPath: $0) }
            var response = Response.seeOther(back ?? "/account?saved=1")
            let isSecure = call.request.isSecure
            response.headers.add("Set-Cookie", CookieHeader.set(SessionCookie.name, cookie, isSecure: isSecure))
            response.headers.add("Set-Cookie", CookieHeader.remove(Call.languageCookie, isSecure: isSecure))
            return noStore(response)
        }
    }

    private var endOne: Route {
        .page(
            .post, "/account/sessions/{id}/end", access: .signedIn, tag: "Identity",
            summary: "Ends one of one's sessions.",
            parameters: [.uuid("id", "The session.")], body: .form([]), errors: [.signInUnavailable]
        ) { call in
            let session = try call.requireSession()
            let id = SessionID(rawValue: try call.path.uuid("id"))
            try await service.sessions.end(id, of: session.holder.account)
            return id == session.id ? signedOut(call) : noStore(.seeOther("/account?ended=1"))
        }
    }

    private var endAll: Route {
        .page(
            .post, "/account/sessions/end", access: .signedIn, tag: "Identity", summary: "Signs out everywhere.",
            body: .form([]), errors: [.signInUnavailable]
        ) { call in
            let session = try call.wholeSession ?? call.requireSession()
            try await service.sessions.endAll(of: session.holder.account)
            await service.sessions.left(session.holder)
            return signedOut(call)
        }
    }
}
