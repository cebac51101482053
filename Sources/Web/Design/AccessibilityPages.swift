internal import HTTP
internal import Runtime

/// `/accessibility`: the statement that French law asks of every public site (law 2005-102, article 47; RGAA 4.1), linked
/// from the foot of each page with the state of conformity.
package enum AccessibilityPages {
    /// When the statement was last true to what is measured.
    private static let establishedOn = CivilDate("2026-11-26")

    package static let route = Route.page(
        .get, "/accessibility", access: .everyone, tag: "Web", summary: "The accessibility statement."
    ) { call in
        let language = call.language
        let owner = call.frame.siteOwner ?? call.frame.siteName
        let day = establishedOn.map { language.date($0) } ?? ""
        func section(_ title: Phrase, _ content: HTML) -> HTML { Component.card(title[language], content) }
        func list(_ phrases: [Phrase]) -> HTML { "<ul>\(phrases.html { "<li>\($0[language])</li>" })</ul>" }
        let main: HTML = """
            \(Component.heading(Phrase.accessibility[language], lead: HTML(text: Phrase.accessibilityLead(owner)[language])))\
            \(section(.conformity, "<p><strong>\(Phrase.notConforming[language])</strong> \(Phrase.whyNotConforming[language])</p>"))\
            \(section(.whatIsTested, "<p>\(Phrase.testedLead[language])</p>\(list(Phrase.testedPoints))"))\
            \(section(.notTested, list(Phrase.notTestedPoints)))\
            \(section(.statementMade, "<p>\(Phrase.statementDate(day)[language])</p>\(list(Phrase.statementPoints))"))\
            \(section(.feedback, feedback(call.frame.accessibilityContact, owner, language)))\
            \(section(.remedies, remedies(language)))
            """
        return call.page(Page(title: .accessibility, main: main))
    }

    private static func feedback(_ contact: String?, _ owner: String, _ language: Language) -> HTML {
        guard let contact else { return "<p>\(Phrase.feedbackText(owner)[language])</p>" }
        return """
            <p>\(Phrase.feedbackByMail(owner)[language])</p><p><a href="mailto:\(contact)">\(contact)</a></p>\
            <p>\(Phrase.feedbackAtSchool[language])</p>
            """
    }

    private static func remedies(_ language: Language) -> HTML {
        """
        <p>\(Phrase.remediesText[language])</p><ul>\
        <li><a href="https://formulaire.defenseurdesdroits.fr/" rel="external noreferrer">\(Phrase.remedyForm[language])</a></li>\
        <li><a href="https://www.defenseurdesdroits.fr/saisir/delegues" rel="external noreferrer">\(Phrase.remedyDelegate[language])</a></li>\
        <li>\(Phrase.remedyLetter[language])</li></ul>
        """
    }
}
