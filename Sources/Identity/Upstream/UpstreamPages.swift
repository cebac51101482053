internal import Web

/// The page of links to identity providers.
struct UpstreamPages {
    let language: Language

    private func text(_ phrase: Phrase) -> String { phrase[language] }

    func links(_ rows: [(id: String, name: String, isLinked: Bool)], token: String?) -> Page {
        let items = rows.html { row in
            let action: Link = row.isLinked ? "/account/links/\(row.id)/remove" : "/account/links/\(row.id)"
            let label = text(row.isLinked ? .unlinkProvider : .linkProvider)
            return """
                <li><form method="post" action="\(action)">\(Component.token(token))<p>\(row.name)</p>\
                <button class="button" type="submit">\(label)<span class="unseen"> – \(row.name)</span></button></form></li>
                """
        }
        let list = rows.isEmpty ? Component.emptyState(text(.noProvider)) : Component.card("<ul>\(items)</ul>")
        return Page(
            title: .linksTitle,
            main: Component.heading(text(.linksTitle), lead: HTML(text: text(.linksLead))) + list, width: .narrow)
    }

    /// Beside the form of the password.
    func choices(_ providers: [(id: String, name: String)], next: String?) -> HTML? {
        guard !providers.isEmpty else { return nil }
        let items = providers.html { provider in
            let link: Link =
                next.map { "/login/upstream/\(provider.id)?next=\($0)" } ?? "/login/upstream/\(provider.id)"
            return "<li>\(Component.button(text(.signInThrough(provider.name)), to: link))</li>"
        }
        return "<ul>\(items)</ul>"
    }
}
