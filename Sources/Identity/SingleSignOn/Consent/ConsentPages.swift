internal import Runtime
internal import Web

/// The page that asks whether an application may know somebody, and the one that takes it back.
struct ConsentPages {
    let language: Language

    private func text(_ phrase: Phrase) -> String { phrase[language] }

    /// - Parameter request: what to go on with, as a query.
    func question(_ service: PartnerService, host: String, scopes: [String], request: String, token: String?) -> Page {
        let items = phrases(scopes, service).html { "<li>\($0)</li>" }
        let facts = Component.facts([
            (text(.serviceName), HTML(text: service.name)), (text(.serviceAddress), HTML(text: host)),
        ])
        let form: HTML = """
            \(facts)<p>\(text(.consentList))</p><ul>\(items)</ul><p>\(text(.consentHint))</p>\
            <form class="form" method="post" action="/oidc/consent">\(Component.token(token))\
            <input type="hidden" name="request" value="\(request)"><div class="actions">\
            <button class="button main" type="submit" name="decision" value="allow">\(text(.allow))</button>\
            <button class="button" type="submit" name="decision" value="deny">\(text(.deny))</button></div></form>
            """
        let head = Component.heading(text(.consentTitle), lead: HTML(text: text(.consentLead(service.name))))
        return Page(title: .consentTitle, main: head + Component.card(form), width: .narrow)
    }

    func given(_ rows: [(service: PartnerService, scopes: [String], day: String)], token: String?) -> Page {
        let items = rows.html { row in
            let action: Link = "/account/services/\(row.service.id.description)/remove"
            let known = phrases(row.scopes, row.service).html { "<li>\($0)</li>" }
            return """
                <li><form method="post" action="\(action)">\(Component.token(token))<p><strong>\(row.service.name)</strong> – \
                \(text(.consentGiven(row.day)))</p><ul>\(known)</ul><button class="button" type="submit">\
                \(text(.takeBack))<span class="unseen"> – \(row.service.name)</span></button></form></li>
                """
        }
        let list = rows.isEmpty ? Component.emptyState(text(.noConsent)) : Component.card("<ul>\(items)</ul>")
        return Page(
            title: .consentsTitle,
            main: Component.heading(text(.consentsTitle), lead: HTML(text: text(.consentsLead))) + list, width: .narrow)
    }

    /// In words, what each scope lets an application know or do.
    private func phrases(_ scopes: [String], _ service: PartnerService) -> [String] {
        scopes.map { scope in
            switch scope {
            case TokenScopes.openID: text(.scopeOpenID)
            case "profile": text(.scopeProfile)
            case "email": text(.scopeEmail)
            case "address": text(.scopeAddress)
            case "phone": text(.scopePhone)
            case TokenScopes.offline: text(.scopeOffline)
            case TokenScopes.ent:
                text(.scopeAttributes(service.settings.attributes.map(\.name).joined(separator: ", ")))
            case "api.read": text(.scopeRead)
            case "api.write": text(.scopeWrite)
            default:
                scope.hasSuffix(".write")
                    ? text(.scopeWriteOne(String(scope.dropLast(6)))) : text(.scopeReadOne(String(scope.dropLast(5))))
            }
        }
    }
}
