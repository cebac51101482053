internal import Admission
internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The console's pages of attendance and access.
package struct AdmissionConsolePages: Sendable {
    let control: AdmissionControl

    package init(_ control: AdmissionControl) { self.control = control }

    package var routes: [Route] {
        [overview, one, people, setCapacity, ruleForm, checkRule, simulation, setRule]
    }

    static let administrators = Access.roles(
        "territory_admin", "region_admin", "platform_admin", "establishment_admin")
    static let scopeParameter = Parameter.text(
        "scope", "platform, a territory, a department's code or a UAI.", maxLength: 63)

    func scope(_ call: Call, for right: AdminRight? = nil) throws -> RuleScope {
        try control.scope(try call.path.text("scope"), call, for: right)
    }

    // MARK: At a glance

    private var overview: Route {
        .page(
            .get, "/admission", access: Self.administrators, tag: "Console",
            summary: "Attendance of the territories in charge.",
            query: [.flag("live", "Loads itself again every ten seconds, which somebody has asked for.")]
        ) { call in
            let language = call.language
            let territories = control.territories(call)
            let scopes = territories.map { RuleScope.territory($0.id) }
            let counts = try? await control.counts(scopes, levels: false)
            let standings = await control.standingAnswers(scopes)
            let platform = await control.platform()
            var table = Table(
                Phrase.admissionTitle[language], id: "attendance",
                [
                    .text(Phrase.territoryColumn[language]), .number(Phrase.connected[language]),
                    .number(Phrase.placesTaken[language]), .number(Phrase.placesInAll[language]),
                    .number(Phrase.waitingNow[language]), .text(Phrase.whoColumn[language]),
                ], hidesCaption: true)
            for (index, territory) in territories.enumerated() {
                table.add([
                    "<a href=\"\("/admission/\(territory.id.rawValue)" as Link)\">\(territory.name)</a>",
                    number(counts?[index].people, language), number(standings[index].standing?.places, language),
                    HTML(text: standings[index].inForce.map(language.number) ?? Phrase.noCap[language]),
                    number(standings[index].standing?.waiting, language),
                    control.may(.accounts, in: scopes[index], call) ? list(of: territory, language) : .empty,
                ])
            }
            var page = Page(
                title: .admissionTitle,
                main: Component.heading(
                    Phrase.admissionTitle[language], lead: HTML(text: Phrase.admissionLead[language]))
                    + Component.card(table.html + live("/admission", call)) + nodes(platform, language))
            // Only when asked for: a page that changes by itself interrupts whoever reads it slowly (WCAG 2.2.1).
            if call.query.flag("live") { page.refreshAfter = 10 }
            return call.page(page)
        }
    }

    /// The way to who is connected there. Its words alone say where it leads.
    private func list(of territory: Territory, _ language: Language) -> HTML {
        """
        <a href="\("/admission/\(territory.id.rawValue)/people" as Link)">\(Phrase.showPeople[language])\
        <span class="unseen"> (\(territory.name))</span></a>
        """
    }

    /// What the nodes say of themselves.
    private func nodes(_ platform: PlatformCapacity.Standing?, _ language: Language) -> HTML {
        let carried = platform.map { $0.carried.map(language.number) ?? Phrase.tooQuiet[language] }
        return Component.card(
            Phrase.nodesTogether[language], id: "nodes",
            Component.facts([
                (Phrase.nodes[language], number(platform?.nodes, language)),
                (
                    Phrase.loadOfNodes[language],
                    HTML(text: platform.map { "\(($0.load + 5) / 10) %" } ?? Phrase.notKnownNow[language])
                ),
                (Phrase.carriedPeople[language], HTML(text: carried ?? Phrase.notKnownNow[language])),
                (Phrase.passwordsPerSecond[language], number(platform?.passwordsPerSecond, language)),
            ]))
    }

    /// The way to a page that loads itself again, and back to one that does not.
    func live(_ page: Link, _ call: Call) -> HTML {
        call.query.flag("live")
            ? "<p><a href=\"\(page)\">\(Phrase.admissionStill[call.language])</a></p>"
            : "<p><a href=\"\(page.adding("live", "1"))\">\(Phrase.admissionLive[call.language])</a></p>"
    }

    func number(_ value: Int?, _ language: Language) -> HTML {
        HTML(text: value.map(language.number) ?? Phrase.notKnownNow[language])
    }

    // MARK: One scope

    private var one: Route {
        .page(
            .get, "/admission/{scope}", access: Self.administrators, tag: "Console",
            summary: "Who is connected in a scope, its cap and its rules.", parameters: [Self.scopeParameter],
            query: [
                .flag("done", "Says that a change was made."),
                .flag("live", "Loads itself again every ten seconds, which somebody has asked for."),
            ], errors: [.notFound]
        ) { call in
            let scope = try scope(call)
            if call.query.flag("done") { call.frame.notices.append(Notice(.success, Phrase.changeMade[call.language])) }
            var page = await page(scope, call, error: nil)
            if call.query.flag("live") { page.refreshAfter = 10 }
            return call.page(page)
        }
    }

    private func page(_ scope: RuleScope, _ call: Call, error: Phrase?) async -> Page {
        let language = call.language
        let count = try? await control.counts([scope], levels: true).first
        let stands = await control.standingAnswers([scope])[0]
        let (standing, capacity) = (stands.standing, stands.capacity)
        var main = Component.heading(
            control.name(of: scope),
            actions: Component.button(Phrase.admissionTitle[language], to: "/admission")
                + (control.may(.accounts, in: scope, call)
                    ? Component.button(Phrase.whoIsConnected[language], to: "/admission/\(scope.name)/people") : .empty)
                + (scope == .platform
                    ? .empty : Component.button(Phrase.quotasTitle[language], to: "/quotas/\(scope.name)")))
        main += Component.card(
            Component.facts([
                (Phrase.connected[language], number(count?.people, language)),
                (Phrase.placesTaken[language], number(standing?.places, language)),
                (
                    Phrase.placesInAll[language],
                    HTML(text: capacity.map { language.number($0.places) } ?? Phrase.noCap[language])
                ),
                (
                    Phrase.capInForce[language],
                    HTML(text: stands.inForce.map(language.number) ?? Phrase.noCap[language])
                ),
                (Phrase.waitingNow[language], number(standing?.waiting, language)),
                (Phrase.admittedPerMinute[language], number(standing?.admittedPerMinute, language)),
            ]) + live("/admission/\(scope.name)", call))
        let indicators = try? await control.indicators(scope, most: 30, now: call.now)
        if let indicators { main += advice(indicators, language) }
        main += capForm(scope, capacity, call, error)
        if let count { main += groups(count, language) }
        if let indicators, !indicators.minutes.isEmpty { main += history(indicators, call, scope) }
        if let indicators { main += front(indicators, now: call.now, language) }
        main += rules(of: scope, call)
        return Page(title: .admissionTitle, main: main)
    }

    private func groups(_ count: AdmissionControl.Count, _ language: Language) -> HTML {
        var roles = Table(
            Phrase.profileColumn[language], id: "roles",
            [.text(Phrase.profileColumn[language]), .number(Phrase.connected[language])], hidesCaption: true)
        for (role, people) in count.byRole where people > 0 {
            roles.add([HTML(text: role.phrase[language]), HTML(text: language.number(people))])
        }
        var levels = Table(
            Phrase.levelColumn[language], id: "levels",
            [.text(Phrase.levelColumn[language]), .number(Phrase.connected[language])], hidesCaption: true)
        for (level, people) in count.byLevel { levels.add([HTML(text: level), HTML(text: language.number(people))]) }
        return Component.card(roles.html) + (count.byLevel.isEmpty ? .empty : Component.card(levels.html))
    }

    private func advice(_ indicators: Indicators, _ language: Language) -> HTML {
        let thresholds = Component.card("<p class=\"hint\">\(Phrase.thresholds(indicators.thresholds)[language])</p>")
        return indicators.advice.html { advice in
            let (kind, text): (Notice.Kind, Phrase) =
                switch advice {
                case .lowerCap: (.error, .adviceLower)
                case .raiseCap: (.warning, .adviceRaise)
                case .addNodes: (.error, .adviceNodes)
                case .watch: (.information, .adviceWatch)
                }
            return Notice(kind, text[language]).html(language)
        } + thresholds
    }

    /// What no node has seen, in the minutes that advice looks at.
    private func front(_ indicators: Indicators, now: Int64, _ language: Language) -> HTML {
        guard let front = indicators.front else {
            return Component.card(
                Phrase.frontAlone[language], id: "front", "<p class=\"hint\">\(Phrase.frontUnknown[language])</p>")
        }
        let latest = front.filter { $0.start > now - Int64(indicators.thresholds.minutes) * 60_000_000 }
        let facts = Component.facts([
            (Phrase.requestsAtFront[language], HTML(text: language.number(latest.reduce(0) { $0 + $1.requests }))),
            (Phrase.failedAtFront[language], HTML(text: language.number(latest.reduce(0) { $0 + $1.failed }))),
        ])
        return Component.card(
            Phrase.frontAlone[language], id: "front",
            "\(facts)<p class=\"hint\">\(Phrase.frontAloneLead[language])</p>")
    }

    private func history(_ indicators: Indicators, _ call: Call, _ scope: RuleScope) -> HTML {
        let language = call.language
        let zone = control.establishments(of: scope).first?.timeZone
        var table = Table(
            Phrase.lastMinutes[language], id: "minutes",
            [
                .text(Phrase.minuteColumn[language]), .number(Phrase.connected[language]),
                .number(Phrase.requestsColumn[language]), .number(Phrase.goodColumn[language]),
                .number(Phrase.waitingNow[language]), .text(Phrase.refusedColumn[language]),
            ], hidesCaption: true)
        for minute in indicators.minutes {
            let local = zone?.local(microseconds: minute.start)
            let good = minute.requests > 0 ? minute.good * 1000 / minute.requests : 1000
            let share = "\(language.decimal("\(good / 10).\(good % 10)")) %"
            table.add([
                HTML(text: local.map { language.time(minutes: $0.minuteOfDay) } ?? ""),
                HTML(text: language.number(minute.connected)), HTML(text: language.number(minute.requests)),
                HTML(text: share), HTML(text: language.number(minute.waiting)),
                HTML(text: minute.refused.map { "\($0.rule) \($0.times)" }.joined(separator: ", ")),
            ])
        }
        return Component.card(graph(indicators, zone, language))
            + Component.disclosure(Phrase.lastMinutes[language], isOpen: true, table.html)
    }

    /// People who are in and people who wait, minute by minute.
    private func graph(_ indicators: Indicators, _ zone: SchoolTimeZone?, _ language: Language) -> HTML {
        let known = Dictionary(
            indicators.minutes.map { ($0.start / 60_000_000, $0) }, uniquingKeysWith: { first, _ in first })
        guard let first = known.keys.min(), let last = known.keys.max() else { return .empty }
        let minutes = (first...max(last, first + 1)).suffix(1440).map { known[$0] }
        func clock(_ minute: Int64) -> String {
            zone.map { language.time(minutes: $0.local(microseconds: minute * 60_000_000).minuteOfDay) } ?? ""
        }
        return LineGraph(
            Phrase.lastMinutes[language],
            summary: Phrase.attendanceSummary(
                connected: language.number(minutes.compactMap { $0?.connected }.max() ?? 0),
                waiting: language.number(minutes.compactMap { $0?.waiting }.max() ?? 0))[language],
            [
                LineGraph.Series(Phrase.connected[language], minutes.map { $0?.connected }),
                LineGraph.Series(Phrase.waitingNow[language], minutes.map { $0?.waiting }),
            ], axis: [first, (first + last) / 2, last].map(clock), label: language.number
        ).html
    }

    // MARK: The cap

    private func capForm(_ scope: RuleScope, _ capacity: Capacity?, _ call: Call, _ error: Phrase?) -> HTML {
        let language = call.language
        let action: Link = "/admission/\(scope.name)/capacity"
        let form = PostForm(
            action,
            [
                Field(
                    "sessions", Phrase.capField[language], .input(type: "number"),
                    value: capacity.map { String($0.places) }, error: error?[language], inputMode: "numeric")
            ], submit: Phrase.setCap[language], forgeryToken: call.frame.forgeryToken)
        let steps: HTML? = capacity.map { capacity in
            func step(_ label: Phrase, _ places: Int) -> HTML {
                """
                <form method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\
                <input type="hidden" name="sessions" value="\(places)"><button class="button" type="submit">\(label[language])</button></form>
                """
            }
            return """
                <div class="actions">\(step(.raiseCap, capacity.places + max(1, capacity.places / 10)))\
                \(step(.lowerCap, max(0, capacity.places - max(1, capacity.places / 10))))</div>
                """
        }
        return Component.card(Phrase.placesInAll[language], id: "cap", "\(steps)\(form.html(language))")
    }

    private var setCapacity: Route {
        .page(
            .post, "/admission/{scope}/capacity", access: Self.administrators, tag: "Console",
            summary: "Sets the cap of a scope.", parameters: [Self.scopeParameter],
            body: .form([.text("sessions", "People at once.", maxLength: 12).required]),
            errors: [.notFound, .noRight, .unavailable]
        ) { call in
            let scope = try scope(call, for: .rules)
            guard let places = (try await call.form())["sessions"].flatMap({ Int($0) }),
                (0...10_000_000).contains(places)
            else { return call.page(await page(scope, call, error: .cannotLower), status: .unprocessableContent) }
            let present = control.admission.book.capacities[scope]
            try await control.put(
                Capacity(
                    scope: scope, places: places, reserved: present?.reserved ?? [:], priority: present?.priority ?? [],
                    perSecond: present?.perSecond), call)
            return .seeOther("/admission/\(scope.name)?done=1")
        }
    }
}
