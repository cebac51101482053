internal import Web

/// The pages on the way to a service.
struct SingleSignOnPages {
    let language: Language

    private func text(_ phrase: Phrase) -> String { phrase[language] }

    /// Asks before a service learns who the person is.
    func warning(_ name: String, host: String, on link: Link) -> Page {
        let facts = Component.facts([
            (text(.serviceName), HTML(text: name)), (text(.serviceAddress), HTML(text: host)),
        ])
        let actions: HTML = """
            <p class="actions">\(Component.button(text(.goOn), to: link, isMain: true))\
            \(Component.button(text(.stay), to: "/home"))</p>
            """
        let head = Component.heading(text(.leavingTitle), lead: HTML(text: text(.leavingLead)))
        return Page(title: .leavingTitle, main: head + Component.card(facts + actions), width: .narrow)
    }

    /// A form that sends itself to another site; with a button for a browser without scripts.
    func posting(_ fields: [(name: String, value: String)], to address: String) -> HTML {
        let inputs = fields.html { "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\">" }
        return """
            <!doctype html>
            <html lang="\(language.rawValue)"><head><meta charset="utf-8"><title>\(text(.goOn))</title></head><body>\
            <form method="post" action="\(address)">\(inputs)<p><button type="submit">\(text(.goOn))</button></p></form>\
            <script>\(SingleSignOnPages.script)</script></body></html>

            """
    }

    /// Named by its hash in the policy of the page: no other script runs there.
    static let scriptText = "document.forms[0].submit()"
    private static let script: HTML = "document.forms[0].submit()"

    /// Asks whether to sign out, for a service that did not prove that the person wants to.
    func signOut(fields: [(name: String, value: String)], token: String?) -> Page {
        let inputs = fields.html { "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\">" }
        let form: HTML = """
            <p>\(text(.signOutEverywhereQuestion))</p><form class="form" method="post" action="/oidc/logout">\
            \(Component.token(token))\(inputs)<div class="actions"><button class="button main" type="submit">\
            \(text(.signOutHere))</button>\(Component.button(text(.stay), to: "/home"))</div></form>
            """
        return Page(
            title: .signOutTitle, main: Component.heading(text(.signOutTitle)) + Component.card(form), width: .narrow)
    }
}
