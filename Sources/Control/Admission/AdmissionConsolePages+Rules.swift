internal import Admission
internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// The rules of a scope: shown, simulated, put in force and taken out.
extension AdmissionConsolePages {
    func rules(of scope: RuleScope, _ language: Language) -> HTML {
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

    var simulation: Route {
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
                \(Component.heading(Phrase.simulationTitle[language], lead: HTML(text: "\(rule.name) · \(control.name(of: scope))")))\
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

    var setRule: Route {
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
