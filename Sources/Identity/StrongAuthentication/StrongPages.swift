internal import Cryptography
internal import QRCode
internal import Runtime
internal import Web

/// The pages of second factors.
struct StrongPages {
    let language: Language

    private func text(_ phrase: Phrase) -> String { phrase[language] }

    // MARK: Asking

    struct Question {
        let next: String?
        let failure: Phrase?
        let token: String
        let hasApplication: Bool
        /// Other sites that the person has passkeys of, and where they are.
        var elsewhere: [(host: String, address: String)] = []
        /// For the script; nil where there is no passkey of this site.
        let options: String?
    }

    func question(_ view: Question) -> Page {
        let failure = view.failure.map { Notice(.error, text($0)).html(language, isLive: true) }
        let action: Link = view.next.map { "/login/factor?next=\($0)" } ?? "/login/factor"
        let passkeyAction: Link = view.next.map { "/login/factor/passkey?next=\($0)" } ?? "/login/factor/passkey"
        let passkey = view.options.map { options in
            script(
                passkeyAction, "get", options, token: view.token, fields: ["id", "client", "data", "signature"],
                label: text(.usePasskey), before: .empty)
        }
        let sites = view.elsewhere.html { "<li><a href=\"\($0.address)\">\($0.host)</a></li>" }
        let elsewhere: HTML? =
            view.elsewhere.isEmpty
            ? nil
            : Notice(.information, markup: "<p>\(text(.passkeyElsewhere))</p><ul>\(sites)</ul>").html(language)
        let hint = text(view.hasApplication ? .factorCodeHint : .recoveryHint)
        let form = PostForm(
            action,
            [Field("code", text(.factorCode), hint: hint, autocomplete: "one-time-code", maxLength: 40)],
            submit: text(.confirm), forgeryToken: view.token)
        let leave: HTML = """
            <form method="post" action="/logout"><p><button class="button quiet" type="submit">\(text(.notMe))</button></p></form>
            """
        return Page(
            title: .secondFactorTitle,
            main: Component.heading(text(.secondFactorTitle), lead: HTML(text: text(.secondFactorLead)))
                + Component.card("\(failure)\(elsewhere)\(passkey)\(form.html(language))") + leave,
            width: .narrow, isEntrance: true)
    }

    // MARK: One's factors

    struct Security {
        let factors: [(id: UUID, name: String, isPasskey: Bool)]
        let codesLeft: Int
        /// Whether the person gets no further without one.
        let isOwed: Bool
        let failure: Phrase?
        let token: String
        let options: String
    }

    func security(_ view: Security) -> Page {
        let failure = view.failure.map { Notice(.error, text($0)).html(language, isLive: true) }
        let owed = view.isOwed ? Notice(.information, text(.factorOwed)).html(language) : nil
        let name: HTML = """
            <div class="field"><label for="passkey-name">\(text(.factorName))\
            <span class="optional"> (\(text(.factorNameOptional)))</span></label>\
            <input id="passkey-name" name="name" type="text" maxlength="60"></div>
            """
        let passkey = script(
            "/account/security/passkey", "create", view.options, token: view.token, fields: ["client", "attestation"],
            label: text(.addPasskey), before: name)
        let add: HTML = """
            <p>\(text(.passkeyLead))</p>\(passkey)<p>\(text(.applicationLead))</p>\
            <p class="actions">\(Component.button(text(.addApplication), to: "/account/security/application"))</p>
            """
        var main = Component.heading(text(.securityTitle), lead: HTML(text: text(.securityLead)))
        main += "\(failure)\(owed)"
        if !view.factors.isEmpty { main += Component.card(text(.myFactors), list(view)) }
        main += Component.card(text(.addFactor), add)
        if !view.factors.isEmpty {
            main += Component.card(
                text(.recoveryCodes),
                """
                <p>\(text(.codesLeft(view.codesLeft)))</p><form method="post" action="/account/security/codes">\
                \(Component.token(view.token))<div class="actions"><button class="button" type="submit">\(text(.newCodes))\
                </button></div></form>
                """)
        }
        return Page(title: .securityTitle, main: main, width: .narrow)
    }

    private func list(_ view: Security) -> HTML {
        var table = Table(
            text(.myFactors), id: "factors", [.text(text(.factorName)), .text(text(.kind)), .text(text(.action))],
            hidesCaption: true)
        for factor in view.factors {
            table.add([
                HTML(text: factor.name), HTML(text: text(factor.isPasskey ? .passkey : .application)),
                """
                <form method="post" action="/account/security/\(factor.id)/remove">\(Component.token(view.token))\
                <button class="button quiet" type="submit">\(text(.removeFactor))<span class="unseen"> – \(factor.name)</span>\
                </button></form>
                """,
            ])
        }
        return table.html
    }

    func application(secret: String, address: String, failure: Phrase?, token: String) -> Page {
        let groups = stride(from: 0, to: secret.count, by: 4).map { String(secret.dropFirst($0).prefix(4)) }
        let form = PostForm(
            "/account/security/application",
            [
                Field("name", text(.factorName), isRequired: false, maxLength: 60),
                Field(
                    "code", text(.factorCode), hint: text(.firstCodeHint), error: failure.map(text),
                    autocomplete: "one-time-code",
                    maxLength: 10, inputMode: "numeric"),
            ], submit: text(.confirm), cancel: Component.button(text(.back), to: "/account/security"),
            forgeryToken: token)
        // The one address that is no page: the phone's application opens it.
        return Page(
            title: .addApplication,
            main: Component.heading(text(.addApplication), lead: HTML(text: text(.secretLead)))
                + Component.card(
                    """
                    \(square(address))<p><code>\(groups.joined(separator: " "))</code></p>\
                    <p><a href="\(address)">\(text(.openApplication))</a></p>\(form.html(language))
                    """),
            width: .narrow)
    }

    /// The same address for the camera of another device; none where a name makes it too long.
    private func square(_ address: String) -> HTML? {
        guard let cells = try? QRCode(address).cells else { return nil }
        var dark = HTML()
        for (row, line) in cells.enumerated() {
            var start = 0
            while let first = line[start...].firstIndex(of: true) {
                let end = line[first...].firstIndex(of: false) ?? line.count
                dark += "M\(first + 4) \(row + 4)h\(end - first)v1h-\(end - first)z"
                start = end
            }
        }
        // Black on white in every theme, four cells of white around it (ISO/IEC 18004): cameras count on it.
        let side = cells.count + 8
        return """
            <p><svg class="square" viewBox="0 0 \(side) \(side)" role="img" aria-label="\(text(.secretSquare))" \
            shape-rendering="crispEdges"><path fill="#fff" d="M0 0h\(side)v\(side)h-\(side)z"/><path fill="#000" d="\(dark)"/></svg></p>
            """
    }

    func recoveryCodes(_ codes: [String]) -> Page {
        let items = codes.html { "<li><code>\($0)</code></li>" }
        return Page(
            title: .recoveryCodes,
            main: Component.heading(text(.recoveryCodes), lead: HTML(text: text(.recoveryLead)))
                + Component.card(
                    "<ul>\(items)</ul><p class=\"actions\">\(Component.button(text(.codesKept), to: "/account/security", isMain: true))</p>"
                ),
            width: .narrow)
    }

    // MARK: For the script

    /// A form that the script fills with the authenticator's answer; hidden where there is no script.
    private func script(
        _ action: Link, _ kind: String, _ options: String, token: String, fields: [String], label: String, before: HTML
    ) -> HTML {
        let inputs = fields.html { "<input type=\"hidden\" name=\"\($0)\">" }
        return """
            <form class="form" method="post" action="\(action)" data-passkey="\(kind)" data-options="\(options)" hidden>\
            \(Component.token(token))\(before)\(inputs)<div class="actions"><button class="button main" type="submit">\(label)\
            </button></div></form><script src="\(Assets.passkeyScript)" defer></script>
            """
    }

    private static func list(_ passkeys: [[UInt8]]) -> JSON {
        .array(passkeys.map { .string(Base64URL.encode($0)) })
    }

    static func showOptions(challenge: [UInt8], party: String, passkeys: [[UInt8]]) -> String {
        let json: JSON = [
            "challenge": .string(Base64URL.encode(challenge)), "party": .string(party), "passkeys": list(passkeys),
        ]
        return String(decoding: json.bytes, as: UTF8.self)
    }

    static func createOptions(
        challenge: [UInt8], party: String, account: String, name: String, passkeys: [[UInt8]]
    ) -> String {
        let json: JSON = [
            "challenge": .string(Base64URL.encode(challenge)), "party": .string(party), "name": .string(name),
            // Opaque to the authenticator, and the same for all passkeys of the person.
            "user": .string(Base64URL.encode(Array(SHA256.hash("preau.user " + account).prefix(16)))),
            "passkeys": list(passkeys),
        ]
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
