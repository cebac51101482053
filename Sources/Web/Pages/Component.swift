package import Runtime

/// The pieces pages are made of. All of them work without JavaScript, with a keyboard, at 320 px and on paper.
package enum Component {
    /// The head of a page: its one `<h1>`, a sentence below, actions beside.
    package static func heading(_ title: String, lead: HTML? = nil, actions: HTML? = nil) -> HTML {
        heading(markup: HTML(text: title), lead: lead, actions: actions)
    }

    /// The same with a title that is markup already, such as the gap of a template.
    package static func heading(markup title: HTML, lead: HTML? = nil, actions: HTML? = nil) -> HTML {
        let lead: HTML? = lead.map { "<p class=\"lead\">\($0)</p>" }
        let actions: HTML? = actions.map { "<div class=\"actions\">\($0)</div>" }
        return "<div class=\"heading\"><div><h1>\(title)</h1>\(lead)</div>\(actions)</div>"
    }

    /// A white sheet with a title.
    package static func card(_ title: String?, id: StaticString? = nil, _ content: HTML) -> HTML {
        card(markup: title.map(HTML.init(text:)), id: id, content)
    }

    /// The same with a title that is markup already.
    package static func card(markup title: HTML?, id: StaticString? = nil, _ content: HTML) -> HTML {
        let heading: HTML? = title.map { "<h2>\($0)</h2>" }
        return "<section class=\"card\"\(attribute: "id", id?.description)>\(heading)\(content)</section>"
    }

    /// A white sheet.
    package static func card(_ content: HTML) -> HTML { card(nil, content) }

    /// Where there is nothing to show: says so, and what to do about it.
    package static func emptyState(_ title: String, _ text: HTML? = nil, action: HTML? = nil) -> HTML {
        let text: HTML? = text.map { "<p>\($0)</p>" }
        let action: HTML? = action.map { "<p class=\"actions\">\($0)</p>" }
        return """
            <div class="empty"><svg class="empty-sign" aria-hidden="true"><use href="\(Assets.icons)#empty"/></svg>\
            <p class="empty-title">\(title)</p>\(text)\(action)</div>
            """
    }

    /// A link that looks like a button; the first of a page is the main one.
    package static func button(_ label: String, to link: Link, isMain: Bool = false) -> HTML {
        "<a class=\"button\(isMain ? " main" : "")\" href=\"\(link)\">\(label)</a>"
    }

    /// A short word set apart; what it says is in the word, the colour only repeats it.
    package static func tag(_ label: String, _ kind: Notice.Kind? = nil) -> HTML {
        "<span class=\"tag\(kind.map { " " + $0.rawValue } ?? "")\">\(label)</span>"
    }

    /// The hidden field that proves where a form comes from.
    package static func token(_ token: String?) -> HTML? { token.map { Component.token(markup: HTML(text: $0)) } }

    /// The same with a token that is markup already, such as the gap of a template.
    package static func token(markup: HTML) -> HTML {
        "<input type=\"hidden\" name=\"\(ForgeryTokens.field)\" value=\"\(markup)\">"
    }

    /// Terms and what they are, one under the other.
    package static func facts(_ facts: [(term: String, value: HTML)]) -> HTML {
        "<dl class=\"facts\">\(facts.html { "<div><dt>\($0.term)</dt><dd>\($0.value)</dd></div>" })</dl>"
    }

    /// Links to the pages of a list.
    /// - Parameters:
    ///   - first: nil on the first page.
    ///   - next: nil on the last one.
    package static func pagination(first: Link?, next: Link?, _ language: Language) -> HTML {
        guard first != nil || next != nil else { return .empty }
        let back: HTML? = first.map { "<li><a class=\"button\" href=\"\($0)\">\(Phrase.firstPage[language])</a></li>" }
        let more: HTML? = next.map {
            "<li><a class=\"button\" rel=\"next\" href=\"\($0)\">\(Phrase.nextPage[language])</a></li>"
        }
        return "<nav class=\"pagination\" aria-label=\"\(Phrase.pages[language])\"><ul>\(back)\(more)</ul></nav>"
    }

    /// A choice of views, such as day or week, of which one is shown.
    package static func tabs(_ label: String, _ items: [(label: String, link: Link, isCurrent: Bool)]) -> HTML {
        let links = items.html {
            "<li><a href=\"\($0.link)\"\(attribute: "aria-current", $0.isCurrent ? "page" : nil)>\($0.label)</a></li>"
        }
        return "<nav class=\"tabs\" aria-label=\"\(label)\"><ul>\(links)</ul></nav>"
    }

    /// The door of a site: the sign-in card, and beside it (below it on a phone) what the territory has to say today.
    /// - Parameter heading: with the page's `<h1>`.
    package static func door(heading: HTML, card: HTML, side: HTML) -> HTML {
        """
        <div class="door"><div class="door-head">\(heading)</div><section class="card">\(card)</section>\
        <div class="door-side">\(side)</div></div>
        """
    }

    /// Back and on, among weeks or days; the words are left to screen readers where there is no room.
    /// - Parameter present: the way back to now, between the two.
    package static func stepper(
        _ label: String, previous: (label: String, link: Link)?, next: (label: String, link: Link)?,
        present: (label: String, link: Link)? = nil
    ) -> HTML {
        let now: HTML? = present.map { "<li><a class=\"button\" href=\"\($0.link)\">\($0.label)</a></li>" }
        let back: HTML? = previous.map {
            """
            <li><a class="button" rel="prev" href="\($0.link)"><svg class="icon" aria-hidden="true">\
            <use href="\(Assets.icons)#left"/></svg><span>\($0.label)</span></a></li>
            """
        }
        let on: HTML? = next.map {
            """
            <li><a class="button" rel="next" href="\($0.link)"><span>\($0.label)</span>\
            <svg class="icon" aria-hidden="true"><use href="\(Assets.icons)#right"/></svg></a></li>
            """
        }
        return "<nav class=\"stepper\" aria-label=\"\(label)\"><ul>\(back)\(now)\(on)</ul></nav>"
    }

    /// News, the newest first.
    package static func news(_ items: [(title: String, date: CivilDate, body: HTML)], _ language: Language) -> HTML {
        let articles = items.html {
            """
            <article><time datetime="\($0.date)">\(language.fullDate($0.date))</time><h3>\($0.title)</h3>\($0.body)</article>
            """
        }
        return "<div class=\"news\">\(articles)</div>"
    }

    /// Text that a person wrote: a blank line parts paragraphs, a line break stays one.
    package static func prose(_ text: String) -> HTML {
        text.split(separator: "\n\n").html { paragraph in
            "<p>\(paragraph.split(separator: "\n").map { HTML(text: String($0)) }.joined(separator: "<br>"))</p>"
        }
    }
}
