/// The whole document around a page.
package enum PageShell {
    private typealias Gap = FrameShape.Gap

    /// - Parameter hasErrors: whether the page shows a form again for what is wrong with it: its title begins with that.
    package static func render(
        _ page: Page, frame: PageFrame, language: Language, here: Link, hasErrors: Bool = false
    ) -> [UInt8] {
        let template = FrameTemplates.template(FrameShape(page, frame, language, here), markup)
        var html = HTML(capacity: template.byteCount + page.main.bytes.count + 1024)
        template.fill(&html) { (gap: Gap, html) in
            switch gap {
            case .title:
                if hasErrors { html.append(text: Phrase.errorInTitle[language]) }
                html.append(text: page.title[language])
            case .main:
                for notice in frame.notices { html += notice.html(language, isLive: true) }
                html += page.main
            case .initials: html.append(text: initials(frame.person?.name ?? ""))
            case .name: html.append(text: frame.person?.name ?? "")
            case .profile: html.append(text: frame.person?.profile ?? "")
            case .token: html.append(text: frame.forgeryToken ?? "")
            case .back: html.append(text: here.text)
            case .backEncoded: html.append(text: here.text.percentEncoded())
            case .sessionEnd: html.append(text: language.time(minutes: frame.sessionEnd ?? 0))
            case .theme: html.append(text: frame.theme?.text ?? "")
            }
        }
        return html.bytes
    }

    /// Everything but what is put into the gaps.
    private static func markup(_ shape: FrameShape) -> HTML {
        let language = shape.language
        var html: HTML = """
            <!doctype html>
            <html lang="\(language.rawValue)"><head><meta charset="utf-8">\
            <meta name="viewport" content="width=device-width, initial-scale=1">\
            <meta name="color-scheme" content="light dark">\
            <title>\(gap(.title)) – \(shape.siteName)</title>\
            <link rel="stylesheet" href="\(Assets.styleSheet)">\(theme(shape))\
            <link rel="icon" href="\(Assets.mark)" type="image/svg+xml">\(refresh(shape))</head>
            <body class="\(shape.isEntrance ? "entrance" : "inside")">\
            <a class="skip" href="#main">\(Phrase.skipToContent[language])</a>
            """
        html += header(shape)
        html += """
            <main id="main" class="\(shape.width.rawValue)" tabindex="-1">\
            \(gap(.main))</main>
            """
        html += footer(shape)
        html += "</body></html>\n"
        return html
    }

    private static func gap(_ gap: Gap) -> HTML { HTMLTemplate.gap(gap) }

    private static func refresh(_ shape: FrameShape) -> HTML? {
        shape.refreshAfter.map { "<meta http-equiv=\"refresh\" content=\"\($0)\">" }
    }

    private static func theme(_ shape: FrameShape) -> HTML? {
        shape.hasTheme ? "<link rel=\"stylesheet\" href=\"\(gap(.theme))\">" : nil
    }

    // MARK: Header

    private static func header(_ shape: FrameShape) -> HTML {
        let language = shape.language
        let owner: HTML? = shape.siteOwner.map { "<span class=\"brand-owner\">\($0)</span>" }
        var html: HTML = """
            <header class="top"><div class="bar">\
            <a class="brand" href="\(shape.home)"><svg class="mark" aria-hidden="true"><use href="\(Assets.icons)#mark"/></svg>\
            <span><span class="brand-name">\(shape.siteName)</span>\(owner)</span></a>
            """
        let items: HTML? =
            shape.isEntrance || shape.navigation.isEmpty
            ? nil : navigation(shape.navigation, shape.places[...], language)
        let label = Phrase.mainNavigation[language]
        // Two renderings of one list, of which a style sheet shows one: a phone's menu closes, a desk's bar does not.
        if let items {
            html += """
                <details class="nav-menu menu"><summary><svg class="icon" aria-hidden="true"><use href="\(Assets.icons)#menu"/></svg>\
                \(Phrase.menu[language])</summary><nav class="panel" aria-label="\(label)"><ul>\(items)</ul></nav></details>
                """
        }
        if let person = shape.person {
            html += personMenu(person, shape)
        } else {
            html += languages(language)
        }
        html += "</div>"
        if let items { html += "<nav class=\"nav-bar\" aria-label=\"\(label)\"><ul>\(items)</ul></nav>" }
        html += "</header>"
        return html
    }

    private static func navigation(
        _ items: [PageFrame.Item], _ places: ArraySlice<UInt8>, _ language: Language
    ) -> HTML {
        zip(items, places).html { item, place in
            let badge: HTML? = item.badge.map {
                "<span class=\"badge\">\(language.number($0.number))<span class=\"unseen\"> \($0.meaning[language])</span></span>"
            }
            let current: String? =
                switch FrameShape.Place(rawValue: place) {
                case .here: "page"
                case .below: "true"
                case .elsewhere, nil: nil
                }
            return
                "<li><a href=\"\(item.link)\"\(attribute: "aria-current", current)>\(item.label[language])\(badge)</a></li>"
        }
    }

    private static func personMenu(_ person: FrameShape.Person, _ shape: FrameShape) -> HTML {
        let language = shape.language
        let places = shape.places.dropFirst(shape.navigation.count)
        return """
            <details class="user menu"><summary><span class="avatar" aria-hidden="true">\(gap(.initials))</span>\
            <span class="user-name">\(gap(.name))</span></summary><div class="panel">\
            <p class="user-profile"><strong>\(gap(.name))</strong><br>\(gap(.profile))</p>\
            <ul>\(navigation(person.items, places, language))</ul>\
            \(person.languages.map { languageForm($0, shape) } ?? languages(language))\
            <form method="post" action="\(person.signOut)">\(token(shape))\
            <button class="button quiet" type="submit">\(Phrase.signOut[language])</button></form></div></details>
            """
    }

    private static func token(_ shape: FrameShape) -> HTML? {
        shape.hasToken ? Component.token(markup: gap(.token)) : nil
    }

    private static func initials(_ name: String) -> String {
        // By bytes: taking a text apart into characters costs more than all else of a frame.
        let bytes = name.utf8
        func isGap(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") }
        guard let first = bytes.firstIndex(where: { !isGap($0) }), let end = bytes.lastIndex(where: { !isGap($0) })
        else { return "" }
        var initials = String(name[first])
        if let gap = bytes[..<end].lastIndex(where: isGap), gap > first {
            initials.append(name[bytes.index(after: gap)])
        }
        return initials.uppercased()
    }

    private static func languages(_ language: Language) -> HTML {
        let links = Language.allCases.html { other in
            other == language
                ? "<li><span aria-current=\"true\" lang=\"\(other.rawValue)\">\(other.ownName)</span></li>"
                : """
                <li><a href="\(LanguageSwitch.link(to: other))\(gap(.backEncoded))" hreflang="\(other.rawValue)" \
                lang="\(other.rawValue)" rel="nofollow">\(other.ownName)</a></li>
                """
        }
        return "<nav class=\"languages\" aria-label=\"\(Phrase.languages[language])\"><ul>\(links)</ul></nav>"
    }

    /// As `languages`, for somebody whose account keeps the choice.
    private static func languageForm(_ action: Link, _ shape: FrameShape) -> HTML {
        let choices = Language.allCases.html { other in
            other == shape.language
                ? "<li><span aria-current=\"true\" lang=\"\(other.rawValue)\">\(other.ownName)</span></li>"
                : """
                <li><button class="link" name="language" value="\(other.rawValue)" lang="\(other.rawValue)">\(other.ownName)</button></li>
                """
        }
        return """
            <form class="languages" method="post" action="\(action)" aria-label="\(Phrase.languages[shape.language])">\
            \(token(shape))<input type="hidden" name="back" value="\(gap(.back))"><ul>\(choices)</ul></form>
            """
    }

    private static func footer(_ shape: FrameShape) -> HTML {
        let language = shape.language
        let places = shape.places.suffix(shape.footer.count)
        let items = shape.footer.isEmpty ? nil : "<ul>\(navigation(shape.footer, places, language))</ul>" as HTML
        let owner = shape.siteOwner.map { shape.siteName + " · " + $0 } ?? shape.siteName
        let end: HTML? =
            shape.tellsEnd
            ? "<p class=\"session-end\">\(Phrase.sessionEndsAt[language])\(gap(.sessionEnd))\(Phrase.sessionEndsThen[language])</p>"
            : nil
        return "<footer class=\"bottom\"><div>\(end)<p>\(owner)</p>\(items)</div></footer>"
    }
}
