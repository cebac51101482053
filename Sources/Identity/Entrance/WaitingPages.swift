internal import Admission
internal import Web

/// The page of somebody who waits: under 10 kB, without a script.
struct WaitingPages {
    let language: Language

    func page(_ wait: Wait) -> Page {
        var facts: [(term: String, value: HTML)] = []
        if let ahead = wait.ahead {
            facts.append((Phrase.waitPosition[language], "<strong>\(language.number(ahead + 1))</strong>"))
        }
        if let seconds = wait.seconds {
            facts.append((Phrase.waitEstimate[language], HTML(text: Phrase.about(seconds: seconds)[language])))
        }
        let known: HTML? = facts.isEmpty ? nil : Component.facts(facts)
        let main: HTML = """
            \(Component.heading(Phrase.waitTitle[language]))\
            \(Component.card(nil, """
                <p>\(Phrase.waitLead[language])</p><div role="status">\(known)</div>\
                <p>\(Phrase.waitRefresh(seconds: wait.pollAfter)[language])</p>\
                <p class="actions">\(Component.button(Phrase.waitNow[language], to: "/waiting"))</p>
                """))
            """
        var page = Page(title: .waitTitle, main: main, width: .narrow, isEntrance: true)
        page.refreshAfter = wait.pollAfter
        return page
    }
}
