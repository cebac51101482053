/// A message to the person. Its kind is said in words and by a sign, never by colour alone.
package struct Notice: Sendable {
    package enum Kind: String, Sendable {
        case information = "info"
        case success = "good"
        case warning = "warn"
        case error = "bad"
    }

    package let kind: Kind
    package let text: HTML

    /// Markup has the label: a literal without one is a plain text, and Swift would prefer that reading anyway.
    package init(_ kind: Kind, markup text: HTML) {
        self.kind = kind
        self.text = text
    }

    package init(_ kind: Kind, _ text: String) { self.init(kind, markup: HTML(text: text)) }

    /// - Parameter isLive: announced by screen readers as soon as the page is there: the outcome of what was just done.
    package func html(_ language: Language, isLive: Bool = false) -> HTML {
        """
        <div class="notice \(kind.rawValue)"\(attribute: "role", isLive ? (kind == .error ? "alert" : "status") : nil)>\
        <svg class="icon" aria-hidden="true"><use href="\(Assets.icons)#\(kind.rawValue)"/></svg>\
        <div><p class="notice-kind">\(kind.name[language])</p><div>\(text)</div></div></div>
        """
    }
}

extension Notice.Kind {
    fileprivate var name: Phrase {
        switch self {
        case .information: Phrase(fr: "Information", en: "Information")
        case .success: Phrase(fr: "C'est fait", en: "Done")
        case .warning: Phrase(fr: "Attention", en: "Warning")
        case .error: Phrase(fr: "Erreur", en: "Error")
        }
    }
}
