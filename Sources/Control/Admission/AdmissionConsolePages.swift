internal import Admission
internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The console's pages of attendance and access.
package struct AdmissionConsolePages: Sendable {
    private let control: AdmissionControl

    package init(_ control: AdmissionControl) { self.control = control }

    package var routes: [Route] { [overview, one, setCapacity, simulation, setRule] }

    private static let administrators = Access.roles(
        "territory_admin", "region_admin", "platform_admin", "establishment_admin")
    private static let scopeParameter = Parameter.text(
        "scope", "platform, a territory, a department's code or a UAI.", maxLength: 63)

    private func scope(_ call: Call, for right: AdminRight? = nil) throws -> RuleScope {
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
            let standings = await control.standings(scopes)
            let capacities = control.admission.book.capacities
            var table = Table(
                Phrase.admissionTitle[language], id: "attendance",
                [
                    .text(Phrase.territoryColumn[language]), .number(Phrase.connected[language]),
                    .number(Phrase.placesTaken[language]), .number(Phrase.placesInAll[language]),
                    .number(Phrase.waitingNow[language]),
                ], hidesCaption: true)
            for (index, territory) in territories.enumerated() {
                table.add([
                    "<a href=\"\("/admission/\(territory.id.rawValue)" as Link)\">\(territory.name)</a>",
                    number(counts?[index].people, language), number(standings[index]?.places, language),
                    HTML(text: capacities[scopes[index]].map { language.number($0.places) } ?? Phrase.noCap[language]),
                    number(standings[index]?.waiting, language),
                ])
            }
            var page = Page(
                title: .admissionTitle,
                main: Component.heading(
                    Phrase.admissionTitle[language], lead: HTML(text: Phrase.admissionLead[language]))
                    + Component.card(table.html + live(call)))
            // Only when asked for: a page that changes by itself interrupts whoever reads it slowly (WCAG 2.2.1).
            if call.query.flag("live") { page.refreshAfter = 10 }
            return call.page(page)
        }
    }

    private func live(_ call: Call) -> HTML {
        call.query.flag("live")
            ? "<p><a href=\"/admission\">\(Phrase.admissionStill[call.language])</a></p>"
            : "<p><a href=\"/admission?live=1\">\(Phrase.admissionLive[call.language])</a></p>"
    }

    private func number(_ value: Int?, _ language: Language) -> HTML {
        HTML(text: value.map(language.number) ?? Phrase.notKnownNow[language])
    }

    // MARK: One scope

    private var one: Route {
        .page(
            .get, "/admission/{scope}", access: Self.administrators, tag: "Console",
            summary: "Who is connected in a scope, its cap and its rules.", parameters: [Self.scopeParameter],
            query: [.flag("done", "Says that a change was made.")], errors: [.notFound]
        ) { call in
            let scope = try scope(call)
            if call.query.flag("done") { call.frame.notices.append(Notice(.success, Phrase.changeMade[call.language])) }
            return call.page(await page(scope, call, error: nil))
        }
    }

    private func page(_ scope: RuleScope, _ call: Call, error: Phrase?) async -> Page {
        let language = call.language
        let count = try? await control.counts([scope], levels: true).first
        let standing = await control.standings([scope])[0]
        let capacity = control.admission.book.capacities[scope]
        var main = Component.heading(
            name(of: scope, language),
            actions: Component.button(Phrase.admissionTitle[language], to: "/admission"))
        main += Component.card(
            Component.facts([
                (Phrase.connected[language], number(count?.people, language)),
                (Phrase.placesTaken[language], number(standing?.places, language)),
                (
                    Phrase.placesInAll[language],
                    HTML(text: capacity.map { language.number($0.places) } ?? Phrase.noCap[language])
                ),
                (Phrase.waitingNow[language], number(standing?.waiting, language)),
                (Phrase.admittedPerMinute[language], number(standing?.admittedPerMinute, language)),
            ]))
        let indicators = try? await control.indicators(scope, most: 30, now: call.now)
        if let indicators { main += advice(indicators, language) }
        main += capForm(scope, capacity, call, error)
        if let count { main += groups(count, language) }
        if let indicators, !indicators.minutes.isEmpty { main += history(indicators, call, scope) }
        main += rules(of: scope, language)
        return Page(title: .admissionTitle, main: main)
    }

    private func name(of scope: RuleScope, _ language: Language) -> String {
        switch scope {
        case .platform: "Préau"
        case .territory(let id): control.tenancy.territories[id]?.name ?? id.rawValue
        case .department(let code): code
        case .establishment(let uai): control.tenancy.map[uai]?.name ?? uai.rawValue
        }
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
        indicators.advice.html { advice in
            let (kind, text): (Notice.Kind, Phrase) =
                switch advice {
                case .lowerCap: (.error, .adviceLower)
                case .raiseCap: (.warning, .adviceRaise)
                case .addNodes: (.error, .adviceNodes)
                case .watch: (.information, .adviceWatch)
                }
            return Notice(kind, text[language]).html(language)
        }
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
            table.add([
                HTML(text: local.map { language.time(minutes: $0.minuteOfDay) } ?? ""),
                HTML(text: language.number(minute.connected)), HTML(text: language.number(minute.requests)),
                HTML(text: "\(good / 10),\(good % 10) %"), HTML(text: language.number(minute.waiting)),
                HTML(text: minute.refused.map { "\($0.rule) \($0.times)" }.joined(separator: ", ")),
            ])
        }
        return Component.card(Phrase.lastMinutes[language], id: "history", table.html)
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

    // MARK: Rules

    private func rules(of scope: RuleScope, _ language: Language) -> HTML {
        let rules = control.admission.book.all.filter { $0.scope == scope }
        guard !rules.isEmpty else {
            return Component.card(Phrase.rulesTitle[language], id: "rules", "<p>\(Phrase.noRule[language])</p>")
        }
        let items = rules.html { rule in
            let state =
                rule.isEnabled
                ? Component.tag(Phrase.ruleOn[language], .success) : Component.tag(Phrase.ruleOff[language])
            let hours = "\(CalendarRule.text(rule.from))–\(CalendarRule.text(rule.until))"
            let link: Link =
                "/admission/\(scope.name)/simulation?rule=\(rule.name)&enabled=\(rule.isEnabled ? "0" : "1")"
            let label = (rule.isEnabled ? Phrase.simulateOff : Phrase.simulateOn)[language]
            return """
                <li><p><strong>\(rule.name)</strong> \(state)<br>\(hours) · \(rule.roles.map { $0.phrase[language] }.sorted().joined(separator: ", "))</p>\
                <p>\(language == .fr ? rule.reason.french : rule.reason.english ?? rule.reason.french)</p>\
                <p class="actions">\(Component.button(label, to: link))</p></li>
                """
        }
        return Component.card(Phrase.rulesTitle[language], id: "rules", "<ul class=\"plain\">\(items)</ul>")
    }

    private func changed(_ scope: RuleScope, _ name: String?, enabled: Bool) throws -> CalendarRule {
        guard var rule = control.admission.book.all.first(where: { $0.scope == scope && $0.name == name }) else {
            throw Problem(.notFound)
        }
        rule.isEnabled = enabled
        return rule
    }

    private var simulation: Route {
        .page(
            .get, "/admission/{scope}/simulation", access: Self.administrators, tag: "Console",
            summary: "Who could sign in before and after a rule is put in force or taken out.",
            parameters: [Self.scopeParameter],
            query: [
                .slug("rule", "The rule.").required, .flag("enabled", "Whether it is put in force."),
                .text("at", "A moment such as 2026-11-30T08:05; now when absent.", maxLength: 16),
            ], errors: [.notFound]
        ) { call in
            let language = call.language
            let scope = try scope(call)
            let enabled = call.query.flag("enabled")
            let rule = try changed(scope, call.query.text("rule"), enabled: enabled)
            let establishments = control.establishments(of: scope)
            let zone = try establishments.first?.timeZone ?? SchoolTimeZone.named("Europe/Paris")
            let at = call.query.text("at").flatMap(LocalTime.init(minuteText:)) ?? zone.local(microseconds: call.now)
            let book = control.admission.book
            let before = Simulation(book, establishments, control.tenancy.territories, at: at)
            let after = Simulation(
                book.replacing(scope, rule.name, with: rule), establishments, control.tenancy.territories, at: at)
            let moment = "\(at.date)T\(CalendarRule.text(at.minuteOfDay))"
            let again: HTML = """
                <form class="form" method="get" action="\("/admission/\(scope.name)/simulation" as Link)">\
                <input type="hidden" name="rule" value="\(rule.name)"><input type="hidden" name="enabled" value="\(enabled ? "1" : "0")">\
                \(Field("at", Phrase.moment[language], .input(type: "datetime-local"), value: moment).html(language))\
                <div class="actions"><button class="button" type="submit">\(Phrase.simulateAgain[language])</button></div></form>
                """
            let save: HTML = """
                <form method="post" action="\("/admission/\(scope.name)/rules" as Link)">\(Component.token(call.frame.forgeryToken))\
                <input type="hidden" name="name" value="\(rule.name)"><input type="hidden" name="enabled" value="\(enabled ? "1" : "0")">\
                <input type="hidden" name="simulation" value="\(AdmissionControl.digest(scope, rule.name, rule))">\
                <div class="actions"><button class="button main" type="submit">\(Phrase.applyRule[language])</button></div></form>
                """
            let main: HTML = """
                \(Component.heading(Phrase.simulationTitle[language], lead: HTML(text: "\(rule.name) · \(name(of: scope, language))")))\
                \(Component.card(again))\
                \(Component.card(Phrase.afterChange[language], id: "after", table(after, "outcome-after", .afterChange, language) + save))\
                \(Component.card(Phrase.today[language], id: "before", table(before, "outcome-before", .today, language)))
                """
            return call.page(Page(title: .simulationTitle, main: main))
        }
    }

    private func table(_ simulation: Simulation, _ id: StaticString, _ caption: Phrase, _ language: Language) -> HTML {
        var table = Table(
            caption[language], id: id,
            [
                .text(Phrase.profileColumn[language]), .text(Phrase.levelColumn[language]),
                .text(Phrase.outcomeColumn[language]), .text(Phrase.ruleColumn[language]),
                .number(Phrase.establishmentsColumn[language]),
            ], hidesCaption: true)
        for line in simulation.lines {
            let outcome: Phrase =
                switch line.outcome {
                case "open": .outcomeOpen
                case "queued": .outcomeQueued
                default: .outcomeClosed
                }
            let until = line.opensAt.map { " → \($0)" } ?? ""
            table.add([
                HTML(text: line.role.phrase[language]),
                HTML(text: line.level == "–" ? Phrase.withoutClass[language] : line.level),
                HTML(text: outcome[language] + until), HTML(text: line.rule ?? ""),
                HTML(text: language.number(line.establishments)),
            ])
        }
        return table.html
    }

    private var setRule: Route {
        .page(
            .post, "/admission/{scope}/rules", access: Self.administrators, tag: "Console",
            summary: "Puts a rule in force or takes it out, once its outcome was looked at.",
            parameters: [Self.scopeParameter],
            body: .form([
                .text("name", "The rule.", maxLength: 60).required, .text("enabled", "1 or 0.", maxLength: 1).required,
                .text("simulation", "As the simulation's page has it.", maxLength: 24).required,
            ]), errors: [.notFound, .noRight, .notSimulated, .unavailable]
        ) { call in
            let scope = try scope(call, for: .rules)
            let form = try await call.form()
            let rule = try changed(scope, form["name"], enabled: form["enabled"] == "1")
            guard form["simulation"] == AdmissionControl.digest(scope, rule.name, rule) else {
                throw ControlError.notSimulated
            }
            try await control.put(rule, call)
            return .seeOther("/admission/\(scope.name)?done=1")
        }
    }
}
