internal import Runtime
internal import Tenancy
internal import Web

/// The pages of signing in and out, and of one's own account.
struct IdentityPages {
    let language: Language

    func text(_ phrase: Phrase) -> String { phrase[language] }

    // MARK: The door

    struct SignInForm {
        var login = ""
        var loginError: Phrase?
        var passwordError: Phrase?
        /// What went wrong with the attempt as a whole.
        var failure: Phrase?
        var notice: Phrase?
        /// Why the page is here unasked.
        var warning: Phrase?
        /// A form that was sent after the session was over, sealed.
        var kept: String?
        var next: String?
        /// Identity providers to go to instead.
        var providers: [(id: String, name: String)] = []
        let token: String
    }

    /// The territory's page: its news, and the form. Without a territory, the form alone and where else to go.
    /// - Parameter name: of the establishment whose own host this is.
    func entrance(
        _ form: SignInForm, territory: Territory?, name: String? = nil, now: Int64, elsewhere: HTML?
    ) -> Page {
        let notice = form.notice.map { Notice(.success, text($0)).html(language, isLive: true) }
        let warning = form.warning.map { Notice(.warning, text($0)).html(language, isLive: true) }
        let failure = form.failure.map { Notice(.error, text($0)).html(language, isLive: true) }
        let fields = [
            Field(
                "username", text(.login), value: form.login.isEmpty ? nil : form.login, hint: text(.loginHint),
                error: form.loginError.map(text), autocomplete: "username", maxLength: 256),
            Field(
                "password", text(.password), .input(type: "password"), error: form.passwordError.map(text),
                autocomplete: "current-password", maxLength: 1024),
        ]
        let action: Link = form.next.map { "/login?next=\($0)" } ?? "/login"
        var post = PostForm(action, fields, submit: text(.signIn), forgeryToken: form.token)
        if let kept = form.kept { post.hidden = [(KeptForm.field, kept)] }
        let providers = UpstreamPages(language: language).choices(form.providers, next: form.next)
        let card: HTML = """
            <h2>\(text(.signIn))</h2>\(notice)\(warning)\(failure)\(providers)\(post.html(language))\
            <p class="hint">\(text(.sharedComputer))</p>\
            <ul class="plain"><li><a href="/activate">\(text(.haveCode))</a></li>\
            <li><a href="/forgot">\(text(.lostPassword))</a></li></ul>
            """
        let news = territory.map { self.news($0.news(at: now), in: $0.timeZone) }
        return Page(
            title: .signInTitle,
            main: Component.door(
                heading: Component.heading(name ?? territory?.title ?? "Préau"), card: card, side: "\(news)\(elsewhere)"
            ),
            isEntrance: true)
    }

    /// In the reader's language where there are some, else in French.
    private func news(_ all: [Territory.News], in zone: SchoolTimeZone) -> HTML {
        let inLanguage = all.filter { $0.language == language.rawValue }
        let shown = inLanguage.isEmpty ? all : inLanguage
        guard !shown.isEmpty else { return Component.card(text(.news), id: "news", "<p>\(text(.noNews))</p>") }
        let articles = shown.prefix(20).html { item in
            let paragraphs = item.body.split(separator: "\n").html { "<p>\($0)</p>" }
            let day = zone.date(microseconds: item.publishedFrom)
            let foreign = item.language == language.rawValue ? nil : item.language
            return """
                <article\(attribute: "lang", foreign)><h3>\(item.title)</h3>\
                <p class="small muted"><time datetime="\(day)">\(language.fullDate(day))</time></p>\(paragraphs)</article>
                """
        }
        return Component.card(text(.news), id: "news", articles)
    }

    /// - Parameter address: where a territory's own site is.
    func chooser(_ territories: [Territory], address: (Territory) -> String?) -> Page {
        Page(
            title: .chooseTerritory,
            main: """
                \(Component.heading(text(.chooseTerritory), lead: HTML(text: text(.chooseTerritoryLead))))\
                \(choices(territories, address: address))\
                <p class="actions">\(Component.button(text(.signInHere), to: "/login"))</p>
                """,
            isEntrance: true)
    }

    func choices(_ territories: [Territory], address: (Territory) -> String?) -> HTML {
        func list(_ kind: Territory.Kind, _ title: Phrase) -> HTML? {
            let links = territories.filter { $0.kind == kind }.compactMap { territory in
                address(territory).map { "<li><a href=\"\($0)\">\(territory.name)</a></li>" as HTML }
            }
            return links.isEmpty ? nil : Component.card(text(title), "<ul>\(links.joined())</ul>")
        }
        let lists = [list(.region, .regions), list(.department, .departments)].compactMap { $0 }
        return lists.isEmpty ? Component.emptyState(text(.noTerritory)) : lists.joined()
    }

    func signOut(token: String?) -> Page {
        let form = PostForm(
            "/logout", [], submit: text(.signOutHere), cancel: Component.button(text(.stay), to: "/home"),
            forgeryToken: token)
        return Page(
            title: .signOutTitle,
            main:
                "\(Component.heading(text(.signOutTitle)))\(Component.card(nil, "<p>\(text(.signOutQuestion))</p>\(form.html(language))"))",
            width: .narrow)
    }

    /// A form that was sent too late, to be sent again.
    func resume(_ kept: KeptForm, token: String?) -> Page {
        let written = kept.fields.filter { $0.value.contains(" ") || $0.value.contains("\n") }
        let shown: HTML? =
            written.isEmpty
            ? nil
            : Component.card(
                text(.whatYouWrote), written.html { "<div class=\"kept\">\(Component.prose($0.value))</div>" })
        let files: HTML? = kept.hadFiles ? "<p>\(text(.filesAgain))</p>" : nil
        var form = PostForm(
            Link(localPath: kept.action) ?? ReturnPath.start, [], submit: text(.sendAgain),
            cancel: Component.button(text(.giveUp), to: ReturnPath.start), forgeryToken: token)
        form.hidden = kept.fields.map { ($0.name, $0.value) }
        form.hasFiles = kept.isMultipart
        return Page(
            title: .notSentYet,
            main: """
                \(Component.heading(text(.notSentYet)))\
                \(Notice(.information, markup: "<p>\(text(.notSentYetLead))</p>\(files)").html(language, isLive: true))\
                \(shown)\(form.html(language))
                """,
            width: .narrow)
    }

    // MARK: One's own account

    struct AccountView {
        let session: Session
        let profiles: [(role: Role, place: String)]
        /// Nil when the directory does not answer.
        let sessions: [SessionSummary]?
        let zone: SchoolTimeZone
        let token: String?
    }

    func account(_ view: AccountView) -> Page {
        let profiles: HTML =
            view.profiles.isEmpty
            ? "<p>\(text(.noProfile))</p>"
            : Component.facts(view.profiles.map { (text($0.role.phrase), HTML(text: $0.place)) })
        let languageForm = PostForm(
            "/account/language",
            [
                Field(
                    "language", text(.language),
                    .select(Language.allCases.map { ($0.rawValue, $0.ownName) }),
                    value: view.session.holder.language.rawValue,
                    hint: text(.languageLead))
            ], submit: text(.save), forgeryToken: view.token)
        return Page(
            title: .myAccount,
            main: """
                \(Component.heading(text(.myAccount), lead: HTML(text: view.session.holder.name)))\
                \(Component.card(text(.myProfiles), profiles))\
                \(Component.card(text(.language), languageForm.html(language)))\
                \(Component.card(text(.securityTitle), security))\
                \(Component.card(text(.mySessions), id: "sessions", sessions(view)))
                """)
    }

    private var security: HTML {
        let links: HTML = """
            \(Component.button(text(.linksTitle), to: "/account/links"))\
            \(Component.button(text(.consentsTitle), to: "/account/services"))
            """
        return
            "<p>\(text(.securityLead))</p><p class=\"actions\">\(Component.button(text(.myFactors), to: "/account/security"))\(links)</p>"
    }

    private func sessions(_ view: AccountView) -> HTML {
        guard let sessions = view.sessions else {
            return Notice(.warning, text(.sessionsUnavailable)).html(language)
        }
        var table = Table(
            text(.mySessions), id: "sessions-table",
            [.text(text(.device)), .text(text(.since)), .text(text(.lastSeen)), .text(text(.action))],
            hidesCaption: true)
        for session in sessions {
            let isThis = session.id == view.session.id
            let device = session.client.isEmpty ? text(.unknownDevice) : session.client
            let mark: HTML? = isThis ? " \(Component.tag(text(.thisDevice), .success))" : nil
            let news: HTML? = session.isNewDevice ? " \(Component.tag(text(.newDevice), .warning))" : nil
            let end: HTML = """
                <form method="post" action="/account/sessions/\(session.id.rawValue)/end">\(Component.token(view.token))\
                <button class="button quiet" type="submit">\(text(.endSession))<span class="unseen"> – \(device)</span></button></form>
                """
            table.add([
                "\(device)\(mark)\(news)", moment(session.startedAt, view.zone),
                session.seenAt.map { moment($0, view.zone) } ?? "–", end,
            ])
        }
        return """
            <p>\(text(.mySessionsLead))</p>\(table.html)\
            <form method="post" action="/account/sessions/end">\(Component.token(view.token))\
            <p class="hint" id="end-all-hint">\(text(.endAllLead))</p>\
            <div class="actions"><button class="button" type="submit" aria-describedby="end-all-hint">\
            \(text(.endAllSessions))</button></div></form>
            """
    }

    private func moment(_ seconds: Int64, _ zone: SchoolTimeZone) -> HTML {
        let local = zone.local(microseconds: seconds * 1_000_000)
        return """
            <time datetime="\(Timestamp.iso8601(microseconds: seconds * 1_000_000))">\
            \(language.dateAndTime(local.date, minutes: local.secondOfDay / 60))</time>
            """
    }
}
