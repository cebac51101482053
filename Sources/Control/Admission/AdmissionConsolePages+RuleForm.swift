internal import Admission
internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// Rules written in the console: the form, which leads to the simulation, which alone saves.
extension AdmissionConsolePages {
    /// What is on the way between the form and the simulation.
    private struct Draft {
        var reader: FormReader
        /// Nil for a rule that is to be added.
        var name: String?
        /// Of a rule that is copied or added, as typed.
        var isNew: Bool { name == nil }
    }

    var ruleForm: Route {
        .page(
            .get, "/admission/{scope}/rule", access: Self.administrators, tag: "Console",
            summary: "The form of a rule: a new one, one that is changed, the copy of one.",
            parameters: [Self.scopeParameter],
            query: [.slug("name", "The rule that is changed."), .slug("copy", "The rule that is copied.")],
            errors: [.notFound, .noRight, .unavailable]
        ) { call in
            let scope = try scope(call, for: .rules)
            let name = call.query.text("name")
            guard let wanted = name ?? call.query.text("copy") else {
                return call.page(form(Draft(reader: FormReader(RuleForm.blank)), scope, call))
            }
            guard let rule = rule(wanted, of: scope) else { throw Problem(.notFound) }
            return call.page(form(try await draft(of: rule, isNew: name == nil), scope, call))
        }
    }

    private func rule(_ name: String, of scope: RuleScope) -> CalendarRule? {
        control.admission.book.all.first { $0.scope == scope && $0.name == name }
    }

    private func draft(of rule: CalendarRule, isNew: Bool) async throws -> Draft {
        let form = RuleForm.form(of: rule, logins: try await control.logins(of: rule.exceptAccounts))
        return Draft(reader: FormReader(form), name: isNew ? nil : rule.name)
    }

    // MARK: The form

    private func form(_ draft: Draft, _ scope: RuleScope, _ call: Call) -> Page {
        let language = call.language
        var form = PostForm(
            "/admission/\(scope.name)/rule", fields(draft, scope, language), submit: Phrase.simulateRule[language],
            cancel: Component.button(Phrase.rulesTitle[language], to: "/admission/\(scope.name)"),
            forgeryToken: call.frame.forgeryToken)
        form.hidden = draft.name.map { [("name", $0)] } ?? [("is_new", "1")]
        let title: Phrase = draft.isNew ? .newRule : .changeRule
        let heading = draft.name.map { "\(title[language]) \($0)" } ?? title[language]
        let lead = "\(control.name(of: scope)) · \(Phrase.ruleFormLead[language])"
        return Page(
            title: title,
            main: Component.heading(heading, lead: HTML(text: lead)) + Component.card(form.html(language)),
            width: .narrow)
    }

    private func fields(_ draft: Draft, _ scope: RuleScope, _ language: Language) -> [Field] {
        let sent = draft.reader.form
        func field(
            _ name: String, _ label: Phrase, _ control: Field.Control = .input(type: "text"), _ hint: Phrase? = nil,
            needed: Bool = false, most: Int? = nil
        ) -> Field {
            var field = Field(
                name, label[language], control, value: sent[name], hint: hint?[language],
                error: draft.reader.error(name)?[language], isRequired: needed, maxLength: most)
            // A box that is not ticked is an answer.
            if case .box = control { field.saysOptional = false }
            return field
        }
        func boxes(_ name: String, _ options: [(String, String)]) -> Field.Control {
            .boxes(options.map { (value: $0.0, label: $0.1) }, chosen: Set(sent.all(name)))
        }
        let roles = Role.allCases.filter(\.isHeldInEstablishment).map { ($0.rawValue, $0.phrase[language]) }
        let effects = CalendarRule.Effect.allCases.map { (value: $0.rawValue, label: $0.phrase[language]) }
        let known = control.levels(of: scope)
        let levels = known + sent.all("levels").filter { !$0.isEmpty && !known.contains($0) }
        var fields: [Field] = []
        if draft.isNew {
            fields.append(field("name", .ruleName, .input(type: "text"), .ruleNameHint, needed: true, most: 60))
        }
        fields += [
            field("effect", .ruleEffect, .radios(effects), needed: true),
            field("roles", .ruleRoles, boxes("roles", roles), needed: true),
        ]
        if !levels.isEmpty {
            fields.append(field("levels", .ruleLevels, boxes("levels", levels.map { ($0, $0) }), .ruleLevelsHint))
        }
        fields += [
            field("classes", .ruleClasses, .area(rows: 2), .ruleClassesHint),
            field(
                "weekdays", .ruleWeekdays, boxes("weekdays", (1...7).map { (String($0), language.weekdayName($0)) }),
                needed: true),
            field("from", .ruleFrom, .input(type: "time"), .ruleHoursHint, needed: true),
            field("until", .ruleUntil, .input(type: "time"), .ruleUntilHint, needed: true),
            field("school_days_only", .ruleSchoolDays, .box),
            field("first_day", .ruleFirstDay, .input(type: "date")),
            field("last_day", .ruleLastDay, .input(type: "date")),
            field("except_days", .ruleExceptDays, .area(rows: 2), .ruleExceptDaysHint),
            field("except_accounts", .ruleExceptAccounts, .area(rows: 2), .ruleExceptAccountsHint),
            field("share", .ruleShare, .input(type: "number"), .ruleShareHint),
            field("priority", .rulePriority, .input(type: "number"), .rulePriorityHint),
            field("reason_fr", .ruleReasonFrench, .area(rows: 2), needed: true, most: 500),
            field("reason_en", .ruleReasonEnglish, .area(rows: 2), most: 500),
            field("about", .ruleAbout, .area(rows: 2), most: 500),
            field("enabled", .ruleEnabled, .box, .ruleEnabledHint),
        ]
        var at = field("at", .ruleMoment, .input(type: "datetime-local"), needed: true)
        at.value = at.value ?? minuteText(usualMoment(scope))
        return fields + [at]
    }

    /// Next Monday at 8:05, when everybody comes.
    private func usualMoment(_ scope: RuleScope) -> LocalTime {
        let zone = control.establishments(of: scope).first?.timeZone
        let today = zone?.date(microseconds: WallClock.microseconds) ?? CivilDate(daysSince1970: 0)
        return LocalTime(date: today.monday + 7, secondOfDay: 8 * 3600 + 300)
    }

    // MARK: Looking at it

    var checkRule: Route {
        .page(
            .post, "/admission/{scope}/rule", access: Self.administrators, tag: "Console",
            summary: "Reads the form of a rule, and shows who could sign in before and after; saves nothing.",
            parameters: [Self.scopeParameter], body: .form(RuleForm.fields, limits: RuleForm.limits),
            errors: [.notFound, .noRight, .unavailable]
        ) { call in
            let scope = try scope(call, for: .rules)
            let sent = try await call.form()
            let isNew = sent["is_new"] == "1"
            if sent["document"] != nil {
                let rule = try lookedAt(sent, scope)
                if sent["again"] == "1" { return call.page(form(try await draft(of: rule, isNew: isNew), scope, call)) }
                let at = sent["at"].flatMap(LocalTime.init(minuteText:)) ?? usualMoment(scope)
                return call.page(outcome(RuleChange(scope: scope, rule: rule, isNew: isNew), at: at, call))
            }
            var draft = Draft(reader: FormReader(sent), name: isNew ? nil : sent["name"])
            if let name = draft.name, rule(name, of: scope) == nil { throw Problem(.notFound) }
            let name = draft.name ?? draft.reader.text("name", 1...60, format: .slug)
            if isNew, let name, rule(name, of: scope) != nil { draft.reader.refuse("name", .ruleNameTaken) }
            let logins = RuleForm.lines(sent["except_accounts"]).map { $0.lowercased() }
            let accounts = logins.count <= 1000 ? try await control.accounts(logins, in: scope) : [:]
            let rule = RuleForm.rule(&draft.reader, scope, named: name ?? "", accounts: accounts)
            let at = sent["at"].flatMap(LocalTime.init(minuteText:))
            if at == nil { draft.reader.refuse("at", .badMoment) }
            guard draft.reader.isValid, let rule, let at else {
                return call.page(form(draft, scope, call), status: .unprocessableContent)
            }
            return call.page(outcome(RuleChange(scope: scope, rule: rule, isNew: isNew), at: at, call))
        }
    }

    /// The rule that a page of a simulation sends along.
    func lookedAt(_ sent: Form, _ scope: RuleScope) throws -> CalendarRule {
        var parser = JSONParser(Array((sent["document"] ?? "").utf8))
        guard let name = sent["name"], Schema.Format.slug.accepts(name), (1...60).contains(name.utf8.count),
            let document = try? parser.parse(), let rule = CalendarRule(scope: scope, name: name, document: document)
        else { throw Problem(.invalidBody, errors: [Problem.Detail(.pointer("/document"), .noSuchRule)]) }
        return rule
    }
}
