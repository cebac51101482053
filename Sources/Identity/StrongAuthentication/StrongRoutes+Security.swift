internal import Cryptography
internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

extension StrongRoutes {
    /// The session of somebody who may change what protects the account; else where to go first.
    private enum Standing {
        case may(Session, [SecondFactorStore.Factor])
        case first(Response)
    }

    private func standing(_ call: Call, _ session: Session?) async throws -> Standing {
        guard let session else { return .first(signIn(call)) }
        let known = try await factors.all(of: session.holder.account)
        guard factors.mayChange(session, hasFactor: !known.isEmpty) else {
            let first: Link =
                known.isEmpty ? "/login?again=1&next=/account/security" : Self.question(back: "/account/security")
            return .first(noStore(.seeOther(first)))
        }
        return .may(session, known)
    }

    var security: Route {
        .page(
            .get, "/account/security", access: .everyone, tag: "Identity", summary: "One's second factors.",
            errors: [.signInUnavailable, .signOnUnavailable]
        ) { call in
            switch try await standing(call, session(call)) {
            case .first(let response): return response
            case .may(let session, let known): return try await page(call, session, known)
            }
        }
    }

    private func page(
        _ call: Call, _ session: Session, _ known: [SecondFactorStore.Factor], failure: Phrase? = nil
    ) async throws -> Response {
        let challenge = try await factors.challenge(registering: true, session)
        let passkeys = known.compactMap { factor -> [UInt8]? in
            if case .passkey(let credential, _) = factor.kind { credential.id } else { nil }
        }
        let view = StrongPages.Security(
            factors: known.map { factor in
                (
                    id: factor.id, name: factor.name,
                    isPasskey: { if case .passkey = factor.kind { true } else { false } }()
                )
            },
            codesLeft: try await factors.store.codesLeft(session.holder.account), isOwed: session.proof.isPending,
            failure: failure, token: token(session),
            options: StrongPages.createOptions(
                challenge: challenge, party: call.request.host, account: session.holder.account.description,
                name: session.holder.name, passkeys: passkeys))
        var response = call.page(
            StrongPages(language: call.language).security(view), status: failure == nil ? .ok : .unprocessableContent)
        response.allowScript()
        return noStore(response)
    }

    var application: Route {
        .page(
            .get, "/account/security/application", access: .everyone, tag: "Identity",
            summary: "The secret for an authenticator application.", errors: [.signInUnavailable, .signOnUnavailable]
        ) { call in
            switch try await standing(call, session(call)) {
            case .first(let response): return response
            case .may(let session, _): return try await secretPage(call, session, failure: nil)
            }
        }
    }

    private func secretPage(_ call: Call, _ session: Session, failure: Phrase?) async throws -> Response {
        let secret = OneTimeCode.text(of: try await factors.secret(session))
        let label = "\(call.frame.siteName):\(session.holder.name)"
        let address =
            "otpauth://totp/\(label.percentEncoded())?secret=\(secret)&issuer=\(call.frame.siteName.percentEncoded())"
        return noStore(
            call.page(
                StrongPages(language: call.language).application(
                    secret: secret, address: address, failure: failure, token: token(session)),
                status: failure == nil ? .ok : .unprocessableContent))
    }

    var addApplication: Route {
        .page(
            .post, "/account/security/application", access: .everyone, tag: "Identity",
            summary: "Adds an authenticator application, once it shows a right code.",
            body: .form([
                .text("name", "What it is called.", maxLength: 60),
                .text("code", "Of the application.", maxLength: 10).required,
            ]), errors: [.signInUnavailable, .signOnUnavailable], forgeryProtection: .handler
        ) { call in
            switch try await standing(call, try await posted(call)) {
            case .first(let response): return response
            case .may(let session, let known):
                let form = try await call.form()
                let code = (form["code"] ?? "").filter { !$0.isWhitespace }
                guard
                    try await factors.confirmApplication(code, name: name(form, .application, call), session)
                else { return try await secretPage(call, session, failure: .wrongFactorCode) }
                return try await added(call, session, isFirst: known.isEmpty, .oneTimeCode)
            }
        }
    }

    private func name(_ form: Form, _ usual: Phrase, _ call: Call) -> String {
        let given = (form["name"] ?? "").trimmed
        return given.isEmpty ? usual[call.language] : String(given.prefix(60))
    }

    var addPasskey: Route {
        .page(
            .post, "/account/security/passkey", access: .everyone, tag: "Identity", summary: "Adds a passkey.",
            body: .form(
                [.text("name", "What it is called.", maxLength: 60)]
                    + ["client", "attestation"].map {
                        .text($0, "As the authenticator answered, base64url.", maxLength: 24_000).required
                    }, limits: FormLimits(bytes: 65_536, fields: 10, valueBytes: 24_000)),
            errors: [.signInUnavailable, .signOnUnavailable], forgeryProtection: .handler
        ) { call in
            switch try await standing(call, try await posted(call)) {
            case .first(let response): return response
            case .may(let session, let known):
                let form = try await call.form()
                func bytes(_ name: String) -> [UInt8] { form[name].flatMap { Base64URL.decode($0) } ?? [] }
                let isGood = try await factors.register(
                    client: bytes("client"), attestation: bytes("attestation"), name: name(form, .passkey, call),
                    origin: origin(call), party: call.request.host, session)
                guard isGood else { return try await page(call, session, known, failure: .passkeyRefused) }
                return try await added(call, session, isFirst: known.isEmpty, .passkey)
            }
        }
    }

    /// A factor that was just made has just been shown as well; the first one brings its recovery codes.
    private func added(
        _ call: Call, _ session: Session, isFirst: Bool, _ methods: SessionProof.Methods
    ) async throws -> Response {
        let started = try await factors.strengthen(
            session, methods, client: ClientName.describe(call.request.header("user-agent")))
        var response =
            isFirst
            ? codes(call, started.session, try await factors.newRecoveryCodes(session.holder.account))
            : noStore(.seeOther("/account/security"))
        response.headers.add(
            "Set-Cookie", CookieHeader.set(SessionCookie.name, started.cookie, isSecure: call.request.isSecure))
        return response
    }

    private func codes(_ call: Call, _ session: Session, _ codes: [String]) -> Response {
        noStore(call.page(StrongPages(language: call.language).recoveryCodes(codes)))
    }

    var remove: Route {
        .page(
            .post, "/account/security/{id}/remove", access: .everyone, tag: "Identity",
            summary: "Removes a second factor.",
            parameters: [.uuid("id", "The factor.")], body: .form([]), errors: [.signInUnavailable],
            forgeryProtection: .handler
        ) { call in
            switch try await standing(call, try await posted(call)) {
            case .first(let response): return response
            case .may(let session, _):
                guard try await factors.store.remove(try call.path.uuid("id"), of: session.holder.account) else {
                    throw Problem(.notFound)
                }
                return noStore(.seeOther("/account/security"))
            }
        }
    }

    var newCodes: Route {
        .page(
            .post, "/account/security/codes", access: .everyone, tag: "Identity",
            summary: "New recovery codes in the place of the present ones.", body: .form([]),
            errors: [.signInUnavailable],
            forgeryProtection: .handler
        ) { call in
            switch try await standing(call, try await posted(call)) {
            case .first(let response): return response
            case .may(let session, let known):
                guard !known.isEmpty else { return noStore(.seeOther("/account/security")) }
                return codes(call, session, try await factors.newRecoveryCodes(session.holder.account))
            }
        }
    }
}
