internal import Admission
internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// The rules of a scope: shown, simulated, put in force, taken out, saved and removed.
extension AdmissionConsolePages {
    func rules(of scope: RuleScope, _ call: Call) -> HTML {
        let language = call.language
        let mayWrite = control.may(.rules, in: scope, call)
        let rules = control.admission.book.all.filter { $0.scope == scope }
        let add: HTML? =
            mayWrite
            ? "<p class=\"actions\">\(Component.button(Phrase.newRule[language], to: "/admission/\(scope.name)/rule"))</p>"
            : nil
        guard !rules.isEmpty else {
            return Component.card(
                Phrase.rulesTitle[language], id: "rules", "<p>\(Phrase.noRule[language])</p>\(add)")
        }
        let items = rules.html { item($0, mayWrite, language) }
        return Component.card(Phrase.rulesTitle[language], id: "rules", "\(add)<ul class=\"plain\">\(items)</ul>")
    }

    private func item(_ rule: CalendarRule, _ mayWrite: Bool, _ language: Language) -> HTML {
        let state =
            rule.isEnabled
            ? Component.tag(Phrase.ruleOn[language], .success) : Component.tag(Phrase.ruleOff[language])
        let hours = "\(CalendarRule.text(rule.from))–\(CalendarRule.text(rule.until))"
        let form: Link = "/admission/\(rule.scope.name)/rule"
        let simulation = ("/admission/\(rule.scope.name)/simulation" as Link).adding("rule", rule.name)
        let label = (rule.isEnabled ? Phrase.simulateOff : Phrase.simulateOn)[language]
        // Whose words are the same for each rule says which one it is of to those who hear it alone.
        func button(_ label: String, _ link: Link) -> HTML {
            "<a class=\"button\" href=\"\(link)\">\(label)<span class=\"unseen\"> (\(rule.name))</span></a>"
        }
        let others: HTML? =
            mayWrite
            ? button(Phrase.change[language], form.adding("name", rule.name))
                + button(Phrase.copyRule[language], form.adding("copy", rule.name))
                + button(Phrase.simulateRemoval[language], simulation.adding("remove", "1")) : nil
        let enabled = simulation.adding("enabled", rule.isEnabled ? "0" : "1")
        return """
            <li><p><strong>\(rule.name)</strong> \(state)<br>\(hours) · \(rule.roles.map { $0.phrase[language] }.sorted().joined(separator: ", "))</p>\
            <p>\(language == .fr ? rule.reason.french : rule.reason.english ?? rule.reason.french)</p>\
            <p class="actions">\(button(label, enabled))\(others)</p></li>
            """
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
            summary: "Who could sign in before and after a rule is put in force, taken out or removed.",
            parameters: [Self.scopeParameter],
            query: [
                .slug("rule", "The rule.").required, .flag("enabled", "Whether it is put in force."),
                .flag("remove", "Whether it is removed."),
                .text("at", "A moment such as 2026-11-30T08:05; now when absent.", maxLength: 16),
            ], errors: [.notFound]
        ) { call in
            let scope = try scope(call)
            let rule = try changed(scope, call.query.text("rule"), enabled: call.query.flag("enabled"))
            let change =
                call.query.flag("remove")
                ? RuleChange(removing: rule.name, of: scope)
                : RuleChange(scope: scope, rule: rule, isNew: false, isSwitch: true)
            let zone =
                try control.establishments(of: scope).first?.timeZone ?? SchoolTimeZone.named("Europe/Paris")
            let at = call.query.text("at").flatMap(LocalTime.init(minuteText:)) ?? zone.local(microseconds: call.now)
            return call.page(outcome(change, at: at, call))
        }
    }

    /// Who could sign in before and after a change, and the button that makes it.
    func outcome(_ change: RuleChange, at: LocalTime, _ call: Call) -> Page {
        let language = call.language
        let scope = change.scope
        let establishments = control.establishments(of: scope)
        let territories = control.tenancy.territories
        let book = control.admission.book
        let before = Simulation(book, establishments, territories, at: at)
        let after = Simulation(
            book.replacing(scope, change.name, with: change.rule), establishments, territories, at: at)
        let lead: HTML? =
            change.rule == nil ? Notice(.warning, Phrase.removalLead[language]).html(language) : nil
        let main: HTML = """
            \(Component.heading(Phrase.simulationTitle[language], lead: HTML(text: "\(change.name) · \(control.name(of: scope))")))\
            \(lead)\(Component.card(again(change, at, call)))\
            \(Component.card(Phrase.afterChange[language], id: "after", table(after, "outcome-after", .afterChange, language) + save(change, call)))\
            \(Component.card(Phrase.today[language], id: "before", table(before, "outcome-before", .today, language)))
            """
        return Page(title: .simulationTitle, main: main)
    }

    func minuteText(_ at: LocalTime) -> String { "\(at.date)T\(CalendarRule.text(at.minuteOfDay))" }

    /// What a change is known by when it is looked at again, or made.
    private func hidden(_ change: RuleChange) -> HTML {
        guard let rule = change.rule, !change.isSwitch else { return .empty }
        let isNew = Component.hidden("is_new", change.isNew ? "1" : nil)
        return
            "\(Component.hidden("name", change.name))\(Component.hidden("document", rule.document.serialized))\(isNew)"
    }

    /// The same at another moment. A rule that is nowhere yet is sent along.
    private func again(_ change: RuleChange, _ at: LocalTime, _ call: Call) -> HTML {
        let language = call.language
        let field = Field("at", Phrase.moment[language], .input(type: "datetime-local"), value: minuteText(at))
        let button: HTML = "<button class=\"button\" type=\"submit\">\(Phrase.simulateAgain[language])</button>"
        guard let rule = change.rule, !change.isSwitch else {
            let which =
                change.rule.map { Component.hidden("enabled", $0.isEnabled ? "1" : "0") }
                ?? Component.hidden("remove", "1")
            return """
                <form class="form" method="get" action="\("/admission/\(change.scope.name)/simulation" as Link)">\
                \(Component.hidden("rule", change.name))\(which)\(field.html(language))<div class="actions">\(button)</div></form>
                """
        }
        let action: Link = "/admission/\(rule.scope.name)/rule"
        return """
            <form class="form" method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\(hidden(change))\
            \(field.html(language))<div class="actions">\(button)</div></form>\
            <form method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\(hidden(change))\
            \(Component.hidden("again", "1"))<div class="actions"><button class="button" type="submit">\(Phrase.backToForm[language])</button></div></form>
            """
    }

    private func save(_ change: RuleChange, _ call: Call) -> HTML {
        guard control.may(.rules, in: change.scope, call) else { return .empty }
        let what: HTML =
            if let rule = change.rule, change.isSwitch {
                "\(Component.hidden("name", change.name))\(Component.hidden("enabled", rule.isEnabled ? "1" : "0"))"
            } else if change.rule == nil {
                "\(Component.hidden("name", change.name))\(Component.hidden("remove", "1"))"
            } else {
                hidden(change)
            }
        let label: Phrase = change.rule == nil ? .removeRule : .applyRule
        return """
            <form method="post" action="\("/admission/\(change.scope.name)/rules" as Link)">\(Component.token(call.frame.forgeryToken))\
            \(what)\(Component.hidden("simulation", change.digest))\
            <div class="actions"><button class="button main" type="submit">\(label[call.language])</button></div></form>
            """
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
            summary: "Makes a change of a rule, once its outcome was looked at.",
            parameters: [Self.scopeParameter],
            body: .form(
                [
                    .text("name", "The rule.", maxLength: 60).required,
                    .text("enabled", "1 or 0: it is put in force or taken out.", maxLength: 1),
                    .flag("remove", "It is removed."),
                    .text("document", "It is added or replaced.", maxLength: 150_000),
                    .flag("is_new", "No rule of that name may be there."),
                    .text("simulation", "As the simulation's page has it.", maxLength: 24).required,
                ], limits: RuleForm.limits), errors: [.notFound, .noRight, .notSimulated, .unavailable]
        ) { call in
            let scope = try scope(call, for: .rules)
            let form = try await call.form()
            let change = try change(form, scope)
            guard form["simulation"] == change.digest else { throw ControlError.notSimulated }
            if let rule = change.rule {
                try await control.put(rule, call)
            } else {
                try await control.removeRule(scope, change.name, call)
            }
            return .seeOther("/admission/\(scope.name)?done=1")
        }
    }

    private func change(_ form: Form, _ scope: RuleScope) throws -> RuleChange {
        if form["document"] != nil {
            let rule = try lookedAt(form, scope)
            // Somebody else has added one of that name meanwhile, whose outcome was not looked at.
            let isTaken = control.admission.book.all.contains { $0.scope == scope && $0.name == rule.name }
            guard form["is_new"] != "1" || !isTaken else { throw ControlError.notSimulated }
            return RuleChange(scope: scope, rule: rule, isNew: form["is_new"] == "1")
        }
        if form["remove"] == "1" { return RuleChange(removing: form["name"] ?? "", of: scope) }
        let rule = try changed(scope, form["name"], enabled: form["enabled"] == "1")
        return RuleChange(scope: scope, rule: rule, isNew: false, isSwitch: true)
    }
}
