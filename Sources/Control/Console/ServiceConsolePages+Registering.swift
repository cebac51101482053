internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

extension ServiceConsolePages {
    private static let longestMetadata = 200_000

    var form: Route {
        .page(
            .get, "/services/new", access: ConsolePages.access, tag: "Console",
            summary: "The form that registers a partner application.", errors: [.noRight]
        ) { call in
            try demandRight(call)
            return call.page(registering(nil, call))
        }
    }

    private func registering(_ draft: FormReader?, _ call: Call) -> Page {
        let language = call.language
        func shown(_ field: String) -> String? { draft?.form[field] }
        func error(_ field: String) -> String? { draft?.error(field)?[language] }
        let kinds = PartnerService.Kind.allCases.map { ($0.rawValue, Self.label($0)) }
        let scopes: [(String, Phrase)] = [
            ("establishment", .scopeEstablishment), ("department", .scopeDepartment), ("territory", .scopeTerritory),
            ("platform", .scopePlatform),
        ]
        let form = PostForm(
            "/services",
            [
                Field("name", Phrase.nameColumn[language], value: shown("name"), error: error("name"), maxLength: 100),
                Field("protocol", Phrase.protocolColumn[language], .select(kinds), value: shown("protocol")),
                Field(
                    "url", Phrase.serviceAddresses[language], .input(type: "url"), value: shown("url"),
                    hint: Phrase.serviceAddressHint[language], error: error("url"), isRequired: false, maxLength: 2000),
                Field(
                    "metadata", Phrase.serviceMetadata[language], .area(rows: 6), value: shown("metadata"),
                    error: error("metadata"), isRequired: false),
                Field(
                    "template", Phrase.serviceTemplate[language], .select(Self.templates(language)),
                    value: shown("template"), hint: Phrase.serviceTemplateHint[language]),
                Field(
                    "scope_kind", Phrase.serviceScope[language], .select(scopes.map { ($0.0, $0.1[language]) }),
                    value: shown("scope_kind")),
                Field(
                    "scope", Phrase.serviceScopeWhich[language], value: shown("scope"),
                    hint: Phrase.serviceScopeHint[language], error: error("scope"), isRequired: false, maxLength: 63),
            ], submit: Phrase.registerService[language], forgeryToken: call.frame.forgeryToken)
        return Page(
            title: .registerService,
            main: Component.heading(Phrase.registerService[language]) + Component.card(form.html(language)),
            width: .narrow)
    }

    private static func templates(_ language: Language) -> [(value: String, label: String)] {
        PartnerTemplate.allCases.map { template in
            (
                template.rawValue,
                template == .generic ? Phrase.templateGeneric[language] : template.rawValue.uppercased()
            )
        }
    }

    var register: Route {
        .page(
            .post, "/services", access: ConsolePages.access, tag: "Console",
            summary: "Registers a partner application.",
            body: .form(
                [
                    .text("name", "Its name."), .text("protocol", "Its protocol."),
                    .text("url", "Its address.", maxLength: 2000),
                    .text("metadata", "Of SAML.", maxLength: Self.longestMetadata), .text("template", "What it is."),
                    .text("scope_kind", "For whom."), .text("scope", "Which of those."),
                ], limits: FormLimits(bytes: 700_000, fields: 20, valueBytes: Self.longestMetadata)),
            errors: [.noRight, .signInUnavailable, .samlUnavailable]
        ) { call in
            try demandRight(call)
            var reader = FormReader(try await call.form())
            let name = reader.text("name", 1...100)
            let kind = reader.choice("protocol", PartnerService.Kind.self)
            let template = reader.choice("template", PartnerTemplate.self)
            let url = reader.optionalText("url", upTo: 2000)
            let metadata = reader.form["metadata"].flatMap { $0.isEmpty ? nil : $0 }
            let scope = PartnerScope(
                kind: reader.form["scope_kind"] ?? "", scope: reader.optionalText("scope", upTo: 63) ?? "")
            if scope == nil { reader.refuse("scope", .serviceUnacceptable) }
            guard reader.isValid, let name, let kind, let template, let scope else {
                return call.page(registering(reader, call), status: .unprocessableContent)
            }
            do {
                let made = try await api.register(
                    kind, name: name, scope, url: url, metadata: metadata, isPublic: false,
                    settings: .object([JSON.Member("template", .string(template.rawValue))]), call)
                guard let secret = made.secret else {
                    return .seeOther("/services/\(made.service.id.description)?done=1")
                }
                // Shown in this answer and never again: it is in no address and no log.
                var response = call.page(secretPage(made.service, secret, call.language))
                response.headers.set("Cache-Control", "no-store")
                return response
            } catch let error as IdentityError {
                guard let reason = Self.reason(error) else { throw error }
                reader.refuse(reason.field, reason.text)
                return call.page(registering(reader, call), status: .unprocessableContent)
            }
        }
    }

    /// What the person can put right.
    private static func reason(_ error: IdentityError) -> (field: String, text: Phrase)? {
        switch error {
        case .unacceptablePartner(let field):
            (field == "metadata" ? "metadata" : "url", .serviceUnacceptable)
        case .partnerNameTaken: ("name", .serviceNameTakenHere)
        case .forbidden: ("scope", .serviceUnacceptable)
        default: nil
        }
    }

    private func secretPage(_ service: PartnerService, _ secret: String, _ language: Language) -> Page {
        let facts = Component.facts([
            ("client_id", "<code>\(service.clientID ?? "")</code>"),
            (Phrase.serviceSecret[language], "<code>\(secret)</code>"),
        ])
        let on: Link = "/services/\(service.id.description)"
        return Page(
            title: Phrase(verbatim: service.name),
            main: Component.heading(service.name, lead: HTML(text: Phrase.serviceSecretLead[language]))
                + Component.card(facts + "<p>\(Component.button(service.name, to: on, isMain: true))</p>"))
    }
}
