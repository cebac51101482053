internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The console's pages about partner applications: listed, registered from a template, changed, and what one would be told.
package struct ServiceConsolePages: Sendable {
    let api: ServiceAPI

    package init(_ api: ServiceAPI) { self.api = api }

    package var routes: [Route] { [list, form, register, show, change, remove] }

    private static let path: [Parameter] = [.uuid("id", "The service.")]

    func demandRight(_ call: Call) throws {
        guard api.service.charge(call).has(.services) else { throw Problem(.noRight) }
    }

    // MARK: List

    private var list: Route {
        .page(
            .get, "/services", access: ConsolePages.access, tag: "Console",
            summary: "The partner applications in one's charge.",
            query: [.flag("done", "Says that it is done."), .text("after", "Where to go on.", maxLength: 200)],
            errors: [.noRight]
        ) { call in
            try demandRight(call)
            let language = call.language
            if call.query.flag("done") { call.frame.notices.append(Notice(.success, Phrase.done[language])) }
            let after = call.query.text("after")
            let own = api.identity.singleSignOn.partners.all.filter { each in
                api.may(call, each.scope) && after.map { Self.place(of: each) > $0 } ?? true
            }
            var main = Component.heading(
                Phrase.partnerServices[language], lead: HTML(text: Phrase.partnerServicesLead[language]),
                actions: Component.button(Phrase.registerService[language], to: "/services/new", isMain: true))
            guard !own.isEmpty else {
                main += Component.emptyState(Phrase.nothingFound[language])
                return call.page(Page(title: .partnerServices, main: main))
            }
            var table = Table(
                Phrase.partnerServices[language], id: "services",
                [
                    .text(Phrase.nameColumn[language]), .text(Phrase.protocolColumn[language]),
                    .text(Phrase.serviceScope[language]), .text(Phrase.state[language]),
                ], hidesCaption: true)
            for each in own.prefix(50) {
                let link: Link = "/services/\(each.id.description)"
                let state = each.isEnabled ? Phrase.serviceIsOpen : .serviceIsClosed
                table.add([
                    "<a href=\"\(link)\">\(each.name)</a>", HTML(text: Self.label(each.kind)),
                    HTML(text: scope(each.scope, language)), HTML(text: state[language]),
                ])
            }
            main += Component.card(table.html)
            var next: Link?
            if own.count > 50 { next = "/services?after=\(Self.place(of: own[49]))" }
            main += Component.pagination(first: after == nil ? nil : "/services", next: next, language)
            return call.page(Page(title: .partnerServices, main: main))
        }
    }

    private static func place(of service: PartnerService) -> String { service.name + " " + service.id.description }

    static func label(_ kind: PartnerService.Kind) -> String {
        switch kind {
        case .cas: "CAS"
        case .oidc: "OpenID Connect"
        case .saml: "SAML 2.0"
        }
    }

    private func scope(_ scope: PartnerScope, _ language: Language) -> String {
        switch scope {
        case .platform: Phrase.scopePlatform[language]
        case .territory(let id): api.service.tenancy.territories[id]?.name ?? id.rawValue
        case .department(let code): code
        case .establishment(let uai): api.service.tenancy.map[uai].map { "\($0.name) (\(uai))" } ?? uai.rawValue
        }
    }

    // MARK: One of them

    private var show: Route {
        .page(
            .get, "/services/{id}", access: ConsolePages.access, tag: "Console",
            summary: "One partner application, and what it would be told of a person.", parameters: Self.path,
            query: [
                .flag("done", "Says that it is done."), .text("login", "Of whom the answer is shown.", maxLength: 120),
            ], errors: [.signOnUnavailable, .signInUnavailable, .samlUnavailable]
        ) { call in
            if call.query.flag("done") { call.frame.notices.append(Notice(.success, Phrase.done[call.language])) }
            let service = try await api.found(call)
            var response = call.page(try await page(of: service, draft: nil, call))
            response.headers.set("Cache-Control", "no-store")
            return response
        }
    }

    private func page(of service: PartnerService, draft: FormReader?, _ call: Call) async throws -> Page {
        let language = call.language
        var main = Component.heading(service.name, lead: HTML(text: Self.label(service.kind)))
        let front = api.identity.singleSignOn.front
        var given: [(term: String, value: HTML)] = [
            (Phrase.serviceScope[language], HTML(text: scope(service.scope, language)))
        ]
        switch service.kind {
        case .cas: given.append(("CAS", "<code>\(front)/cas</code>"))
        case .oidc:
            given.append(("issuer", "<code>\(front)/oidc</code>"))
            given.append(("client_id", "<code>\(service.clientID ?? "")</code>"))
        case .saml: given.append(("SAML", "<code>\(front)/saml/metadata</code>"))
        }
        main += Component.card(Phrase.giveItThese[language], Component.facts(given))
        var table = Table(
            Phrase.whatItLearns[language], id: "attributes",
            [
                .text(Phrase.attributeName[language]), .text(Phrase.attributeSource[language]),
                .text(Phrase.attributeFormat[language]),
            ], hidesCaption: true)
        for rule in [service.settings.user] + service.settings.attributes {
            table.add([HTML(text: rule.name), HTML(text: rule.source.rawValue), HTML(text: rule.format.rawValue)])
        }
        main += Component.card(Phrase.whatItLearns[language], table.html)
        main += try await preview(service, call)
        main += Component.card(Phrase.change[language], changing(service, draft, call).html(language))
        main += Component.card(
            ConsolePages.act("/services/\(service.id.description)/remove", .removeService, .removeServiceLead, call))
        return Page(title: Phrase(verbatim: service.name), main: main)
    }

    private func preview(_ service: PartnerService, _ call: Call) async throws -> HTML {
        let language = call.language
        let login = call.query.text("login")
        var field = Field(
            "login", Phrase.previewLogin[language], value: login, hint: Phrase.previewLoginHint[language],
            maxLength: 120)
        field.autocomplete = "off"
        let action: Link = "/services/\(service.id.description)"
        var content: HTML = """
            <form class="form" method="get" action="\(action)">\(field.html(language))<div class="actions">\
            <button class="button" type="submit">\(Phrase.showPreview[language])</button></div></form>
            """
        if let login, !login.isEmpty { content += try await answer(service, login, call) }
        return Component.card(Phrase.previewFor[language], id: "preview", content)
    }

    private func answer(_ service: PartnerService, _ login: String, _ call: Call) async throws -> HTML {
        let language = call.language
        let released: ReleasedIdentity?
        let text: String
        do {
            (released, text) = try await api.preview(service, of: login, call)
        } catch is Problem {
            return Notice(.warning, Phrase.previewNobody[language]).html(language)
        } catch IdentityError.unknownAccount {
            return Notice(.warning, Phrase.previewNobody[language]).html(language)
        }
        guard let released else { return Notice(.warning, Phrase.previewClosed[language]).html(language) }
        let facts = Component.facts(
            [(service.settings.user.name, HTML(text: released.user))]
                + released.attributes.map { ($0.0, HTML(text: $0.1.joined(separator: " · "))) })
        guard !text.isEmpty else { return facts }
        return facts + "<h3>\(Phrase.overTheWire[language])</h3><pre><code>\(text)</code></pre>"
    }

    private func changing(_ service: PartnerService, _ draft: FormReader?, _ call: Call) -> PostForm {
        let language = call.language
        let roles = Role.allCases.map { ($0.rawValue, $0.rawValue) }
        let chosen = draft.map { Set($0.form.all("profiles")) } ?? Set(service.settings.roles.map(\.rawValue))
        var fields = [
            Field(
                "is_enabled", Phrase.state[language],
                .select([("1", Phrase.serviceIsOpen[language]), ("0", Phrase.serviceIsClosed[language])]),
                value: draft?.form["is_enabled"] ?? (service.isEnabled ? "1" : "0")),
            Field(
                "profiles", Phrase.serviceProfiles[language], .boxes(roles, chosen: chosen),
                hint: Phrase.serviceProfilesHint[language], isRequired: false),
        ]
        if service.kind == .cas {
            fields.append(
                Field(
                    "urls", Phrase.serviceAddresses[language], .area(rows: 3),
                    value: draft?.form["urls"] ?? service.settings.patterns.map(\.text).joined(separator: "\n"),
                    hint: Phrase.serviceAddressesHint[language], error: draft?.error("urls")?[language]))
        }
        return PostForm(
            "/services/\(service.id.description)", fields, submit: Phrase.save[language],
            forgeryToken: call.frame.forgeryToken)
    }

    private var change: Route {
        .page(
            .post, "/services/{id}", access: ConsolePages.access, tag: "Console",
            summary: "Opens or closes a partner application, and changes whom and where it is for.",
            parameters: Self.path,
            body: .form([
                .flag("is_enabled", "Whether it is open."), .text("profiles", "Whom it is for; as often as there are."),
                .text("urls", "Its addresses, one a line.", maxLength: 20_000),
            ]), errors: [.signInUnavailable]
        ) { call in
            let service = try await api.found(call)
            var reader = FormReader(try await call.form())
            var settings = service.settings
            settings.roles = Set(reader.form.all("profiles").compactMap { Role(rawValue: $0) })
            if service.kind == .cas {
                let lines = (reader.form["urls"] ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
                let patterns = lines.compactMap { PartnerPattern($0) }
                if patterns.isEmpty || patterns.count != lines.count || patterns.count > 50 {
                    reader.refuse("urls", .serviceUnacceptable)
                }
                settings.patterns = patterns
            }
            if reader.isValid {
                do {
                    // Whoever wrote the rest of it wrote it in the same words.
                    var writer = JSONWriter()
                    settings.write(to: &writer)
                    var parser = JSONParser(writer.bytes)
                    try await api.change(
                        service, isEnabled: reader.flag("is_enabled"), settings: try parser.parse(), metadata: nil, call
                    )
                    return .seeOther("/services/\(service.id.description)?done=1")
                } catch let error as IdentityError {
                    guard case .unacceptablePartner = error else { throw error }
                    reader.refuse("urls", .serviceUnacceptable)
                }
            }
            return call.page(try await page(of: service, draft: reader, call), status: .unprocessableContent)
        }
    }

    private var remove: Route {
        .page(
            .post, "/services/{id}/remove", access: ConsolePages.access, tag: "Console",
            summary: "Forgets a partner application.", parameters: Self.path, body: .form([]),
            errors: [.signInUnavailable]
        ) { call in
            try await api.forget(try await api.found(call), call)
            return .seeOther("/services?done=1")
        }
    }
}
