/// The whole document around a page.
package enum PageShell {
    /// - Parameter hasErrors: whether the page shows a form again for what is wrong with it: its title begins with that.
    package static func render(
        _ page: Page, frame: PageFrame, language: Language, here: Link, hasErrors: Bool = false
    ) -> [UInt8] {
        var html = HTML(capacity: 6144 + page.main.bytes.count)
        html += """
            <!doctype html>
            <html lang="\(language.rawValue)"><head><meta charset="utf-8">\
            <meta name="viewport" content="width=device-width, initial-scale=1">\
            <meta name="color-scheme" content="light dark">\
            <title>\(hasErrors ? Phrase.errorInTitle[language] : "")\(page.title[language]) – \(frame.siteName)</title>\
            <link rel="stylesheet" href="\(Assets.styleSheet)">\(theme(frame))\
            <link rel="icon" href="\(Assets.mark)" type="image/svg+xml">\(refresh(page))</head>
            <body class="\(page.isEntrance ? "entrance" : "inside")">\
            <a class="skip" href="#main">\(Phrase.skipToContent[language])</a>
            """
        html += header(page, frame, language, here)
        html += """
            <main id="main" class="\(page.width.rawValue)" tabindex="-1">\
            \(frame.notices.html { $0.html(language, isLive: true) })\(page.main)</main>
            """
        html += footer(page, frame, language, here)
        html += "</body></html>\n"
        return html.bytes
    }

    private static func refresh(_ page: Page) -> HTML? {
        page.refreshAfter.map { "<meta http-equiv=\"refresh\" content=\"\($0)\">" }
    }

    private static func theme(_ frame: PageFrame) -> HTML? {
        frame.theme.map { "<link rel=\"stylesheet\" href=\"\($0)\">" }
    }

    // MARK: Header

    private static func header(_ page: Page, _ frame: PageFrame, _ language: Language, _ here: Link) -> HTML {
        let owner: HTML? = frame.siteOwner.map { "<span class=\"brand-owner\">\($0)</span>" }
        var html: HTML = """
            <header class="top"><div class="bar">\
            <a class="brand" href="\(frame.home)"><svg class="mark" aria-hidden="true"><use href="\(Assets.icons)#mark"/></svg>\
            <span><span class="brand-name">\(frame.siteName)</span>\(owner)</span></a>
            """
        let items: HTML? =
            page.isEntrance || frame.navigation.isEmpty ? nil : navigation(frame.navigation, language, here)
        let label = Phrase.mainNavigation[language]
        // Two renderings of one list, of which a style sheet shows one: a phone's menu closes, a desk's bar does not.
        if let items {
            html += """
                <details class="nav-menu menu"><summary><svg class="icon" aria-hidden="true"><use href="\(Assets.icons)#menu"/></svg>\
                \(Phrase.menu[language])</summary><nav class="panel" aria-label="\(label)"><ul>\(items)</ul></nav></details>
                """
        }
        if let person = frame.person {
            html += personMenu(person, frame, language, here)
        } else {
            html += languages(language, here)
        }
        html += "</div>"
        if let items { html += "<nav class=\"nav-bar\" aria-label=\"\(label)\"><ul>\(items)</ul></nav>" }
        html += "</header>"
        return html
    }

    private static func navigation(_ items: [PageFrame.Item], _ language: Language, _ here: Link) -> HTML {
        let path = here.text.prefix { $0 != "?" }
        return items.html { item in
            let isCurrent = path == item.link.text.prefix { $0 != "?" }
            let isParent = !isCurrent && path.hasPrefix(item.link.text + "/")
            let badge: HTML? = item.badge.map {
                "<span class=\"badge\">\(language.number($0.number))<span class=\"unseen\"> \($0.meaning[language])</span></span>"
            }
            let current = isCurrent ? "page" : isParent ? "true" : nil
            return
                "<li><a href=\"\(item.link)\"\(attribute: "aria-current", current)>\(item.label[language])\(badge)</a></li>"
        }
    }

    private static func personMenu(
        _ person: PageFrame.Person, _ frame: PageFrame, _ language: Language, _ here: Link
    ) -> HTML {
        """
        <details class="user menu"><summary><span class="avatar" aria-hidden="true">\(initials(person.name))</span>\
        <span class="user-name">\(person.name)</span></summary><div class="panel">\
        <p class="user-profile"><strong>\(person.name)</strong><br>\(person.profile)</p>\
        <ul>\(navigation(person.items, language, here))</ul>\
        \(person.languages.map { languageForm($0, frame, language, here) } ?? languages(language, here))\
        <form method="post" action="\(person.signOut)">\(Component.token(frame.forgeryToken))\
        <button class="button quiet" type="submit">\(Phrase.signOut[language])</button></form></div></details>
        """
    }

    private static func initials(_ name: String) -> String {
        let words = name.split { $0 == " " || $0 == "-" }
        return String([words.first?.first, words.count > 1 ? words.last?.first : nil].compactMap { $0 }).uppercased()
    }

    private static func languages(_ language: Language, _ here: Link) -> HTML {
        let links = Language.allCases.html { other in
            other == language
                ? "<li><span aria-current=\"true\" lang=\"\(other.rawValue)\">\(other.ownName)</span></li>"
                : """
                <li><a href="\(LanguageSwitch.link(to: other, back: here))" hreflang="\(other.rawValue)" \
                lang="\(other.rawValue)" rel="nofollow">\(other.ownName)</a></li>
                """
        }
        return "<nav class=\"languages\" aria-label=\"\(Phrase.languages[language])\"><ul>\(links)</ul></nav>"
    }

    /// As `languages`, for somebody whose account keeps the choice.
    private static func languageForm(
        _ action: Link, _ frame: PageFrame, _ language: Language, _ here: Link
    ) -> HTML {
        let choices = Language.allCases.html { other in
            other == language
                ? "<li><span aria-current=\"true\" lang=\"\(other.rawValue)\">\(other.ownName)</span></li>"
                : """
                <li><button class="link" name="language" value="\(other.rawValue)" lang="\(other.rawValue)">\(other.ownName)</button></li>
                """
        }
        return """
            <form class="languages" method="post" action="\(action)" aria-label="\(Phrase.languages[language])">\
            \(Component.token(frame.forgeryToken))\(Component.hidden("back", here.text))<ul>\(choices)</ul></form>
            """
    }

    private static func footer(_ page: Page, _ frame: PageFrame, _ language: Language, _ here: Link) -> HTML {
        let items = frame.footer.isEmpty ? nil : "<ul>\(navigation(frame.footer, language, here))</ul>" as HTML
        let owner = frame.siteOwner.map { frame.siteName + " · " + $0 } ?? frame.siteName
        let end: HTML? = frame.sessionEnd.map { minutes in
            "<p class=\"session-end\">\(Phrase.sessionEnds { $0.time(minutes: minutes) }[language])</p>"
        }
        return "<footer class=\"bottom\"><div>\(end)<p>\(owner)</p>\(items)</div></footer>"
    }
}
