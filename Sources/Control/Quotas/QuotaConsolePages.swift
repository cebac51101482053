internal import HTTP
internal import Quotas
internal import Runtime
internal import Tenancy
package import Web

/// The console's pages of bandwidth: quotas, their meters, the change.
package struct QuotaConsolePages: Sendable {
    private let quotas: QuotaControl

    package init(_ quotas: QuotaControl) { self.quotas = quotas }

    package var routes: [Route] { [overview, one, set, remove] }

    private static let administrators = Access.roles(
        "territory_admin", "region_admin", "platform_admin", "establishment_admin")
    private static let scopeParameter = Parameter.text(
        "scope", "A territory, a department's code or a UAI.", maxLength: 63)

    private func scope(_ call: Call, for right: AdminRight? = nil) throws -> RuleScope {
        try quotas.control.scope(try call.path.text("scope"), call, for: right)
    }

    // MARK: At a glance

    /// One statement a territory.
    private var overview: Route {
        .page(
            .get, "/quotas", access: Self.administrators, tag: "Console",
            summary: "Bandwidth of the territories in charge."
        ) { call in
            let language = call.language
            var table = Table(
                Phrase.quotasTitle[language], id: "quotas",
                [
                    .text(Phrase.territoryColumn[language]), .number(Phrase.guaranteed[language]),
                    .number(Phrase.ceiling[language]), .number(Phrase.lineNow[language]),
                ], hidesCaption: true)
            for territory in quotas.control.territories(call) {
                let view = try await quotas.view(of: .territory(territory.id), now: call.now, most: 1)
                table.add([
                    "<a href=\"\("/quotas/\(territory.id.rawValue)" as Link)\">\(territory.name)</a>",
                    rate(view.today?.rate, language), rate(view.today?.ceil, language), HTML(text: sentNow(view, call)),
                ])
            }
            return call.page(
                Page(
                    title: .quotasTitle,
                    main: Component.heading(
                        Phrase.quotasTitle[language], lead: HTML(text: Phrase.quotasLead[language]))
                        + Component.card(table.html)))
        }
    }

    private func rate(_ bits: Int?, _ language: Language) -> HTML {
        HTML(text: bits.map(language.rate) ?? Phrase.noQuota[language])
    }

    /// Of a slot that is not over.
    private func sentNow(_ view: QuotaControl.View, _ call: Call) -> String {
        guard let latest = view.slots.first, call.now - latest.start < 600_000_000 else { return call.language.rate(0) }
        return call.language.rate(latest.sent)
    }

    // MARK: One scope

    private var one: Route {
        .page(
            .get, "/quotas/{scope}", access: Self.administrators, tag: "Console",
            summary: "The bandwidth of a scope, what went over the line, and the change.",
            parameters: [Self.scopeParameter], query: [.flag("done", "Says that a change was made.")],
            errors: [.notFound]
        ) { call in
            let scope = try scope(call)
            if call.query.flag("done") {
                call.frame.notices.append(Notice(.success, Phrase.quotaChanged[call.language]))
            }
            return call.page(try await page(scope, call))
        }
    }

    /// What was typed, and what is wrong with it.
    private struct Draft {
        var rate: String?
        var ceil: String?
        var from: String?
        var errors: [String: Phrase] = [:]
    }

    private func page(_ scope: RuleScope, _ call: Call, _ draft: Draft? = nil) async throws -> Page {
        let language = call.language
        let view = try await quotas.view(of: scope, now: call.now)
        var main = Component.heading(
            quotas.control.name(of: scope),
            actions: Component.button(Phrase.quotasTitle[language], to: "/quotas"))
        main += Component.card(
            Component.facts([
                (Phrase.guaranteed[language], rate(view.today?.rate, language)),
                (Phrase.ceiling[language], rate(view.today?.ceil, language)),
                (Phrase.lineNow[language], HTML(text: sentNow(view, call))),
            ]))
        main += meter(view, call)
        main += form(view, call, draft)
        if view.steps.count > 1 { main += steps(view, language) }
        return Page(title: .quotasTitle, main: main)
    }

    private func steps(_ view: QuotaControl.View, _ language: Language) -> HTML {
        var table = Table(
            Phrase.quotaSteps[language], id: "steps",
            [
                .text(Phrase.fromField[language]), .number(Phrase.guaranteed[language]),
                .number(Phrase.ceiling[language]),
            ], hidesCaption: true)
        for step in view.steps {
            table.add([
                HTML(text: step.from.map(language.date) ?? Phrase.fromBeginning[language]), rate(step.rate, language),
                rate(step.ceil, language),
            ])
        }
        return Component.card(Phrase.quotaSteps[language], id: "planned", table.html)
    }

    // MARK: The meter

    private func meter(_ view: QuotaControl.View, _ call: Call) -> HTML {
        let language = call.language
        guard !view.slots.isEmpty else {
            return Component.card(Phrase.lastDay[language], id: "meter", "<p>\(Phrase.nothingMetered[language])</p>")
        }
        // Slots without traffic are not in the directory.
        let newest = call.now / 600_000_000
        let known = Dictionary(view.slots.map { ($0.start / 600_000_000, $0) }, uniquingKeysWith: { first, _ in first })
        let day = (0..<Int64(QuotaControl.slotsADay)).map { known[newest - Int64(QuotaControl.slotsADay - 1) + $0] }
        func clock(_ slot: Int64) -> String {
            language.time(minutes: view.timeZone.local(microseconds: slot * 600_000_000).minuteOfDay)
        }
        let graph = LineGraph(
            Phrase.lastDay[language],
            summary: Phrase.meterSummary(
                most: language.rate(day.compactMap { $0?.sent }.max() ?? 0),
                received: language.rate(day.compactMap { $0?.received }.max() ?? 0))[language],
            [
                LineGraph.Series(Phrase.lineSent[language], day.map { $0?.sent ?? 0 }),
                LineGraph.Series(Phrase.lineReceived[language], day.map { $0?.received ?? 0 }),
            ], limit: view.today.map { (Phrase.ceiling[language], $0.ceil) },
            axis: [newest - 143, newest - 72, newest].map(clock), label: language.rate)
        var table = Table(
            Phrase.byHour[language], id: "hours",
            [
                .text(Phrase.hourColumn[language]), .number(Phrase.lineSent[language]),
                .number(Phrase.lineReceived[language]),
            ], hidesCaption: true)
        for hour in stride(from: 0, to: day.count, by: 6) {
            let slots = day[hour..<(hour + 6)].compactMap { $0 }
            guard !slots.isEmpty else { continue }
            table.add([
                HTML(text: clock(newest - 143 + Int64(hour))),
                HTML(text: language.rate(slots.reduce(0) { $0 + $1.sent } / 6)),
                HTML(text: language.rate(slots.reduce(0) { $0 + $1.received } / 6)),
            ])
        }
        return Component.card(graph.html) + Component.disclosure(Phrase.byHour[language], table.html)
    }

    // MARK: Changing

    private func form(_ view: QuotaControl.View, _ call: Call, _ draft: Draft?) -> HTML {
        let language = call.language
        let action: Link = "/quotas/\(view.scope.name)"
        let form = PostForm(
            action,
            [
                Field(
                    "rate", Phrase.rateField[language],
                    value: draft?.rate ?? view.today.map { Self.megabits($0.rate, language) },
                    error: draft?.errors["rate"]?[language], maxLength: 20, inputMode: "decimal"),
                Field(
                    "ceil", Phrase.ceilField[language],
                    value: draft?.ceil ?? view.today.map { Self.megabits($0.ceil, language) },
                    hint: Phrase.ceilHint[language], error: draft?.errors["ceil"]?[language], isRequired: false,
                    maxLength: 20, inputMode: "decimal"),
                Field(
                    "from", Phrase.fromField[language], .input(type: "date"), value: draft?.from,
                    hint: Phrase.fromHint[language], error: draft?.errors["from"]?[language], isRequired: false),
            ], submit: Phrase.setQuota[language], forgeryToken: call.frame.forgeryToken)
        let buttons: HTML? = view.today.map { today in
            func times(_ label: Phrase, _ change: (Int) -> Int) -> HTML {
                """
                <form method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\
                \(Component.hidden("rate", Self.megabits(change(today.rate), language)))\
                \(Component.hidden("ceil", Self.megabits(change(today.ceil), language)))\
                <button class="button" type="submit">\(label[language])</button></form>
                """
            }
            return """
                <div class="actions">\(times(.doubleQuota) { $0 * 2 })\(times(.halveQuota) { max(1000, $0 / 2) })\
                <form method="post" action="\("/quotas/\(view.scope.name)/removal" as Link)">\
                \(Component.token(call.frame.forgeryToken))\
                <button class="button" type="submit">\(Phrase.quotaOfManifest[language])</button></form></div>
                """
        }
        return Component.card(Phrase.setQuota[language], id: "quota", "\(buttons)\(form.html(language))")
    }

    /// Without what the form does not need: `1.5`, with the language's own mark.
    private static func megabits(_ bits: Int, _ language: Language) -> String {
        let (whole, rest) = bits.quotientAndRemainder(dividingBy: 1_000_000)
        guard rest > 0 else { return String(whole) }
        var digits = String(1_000_000 + rest).dropFirst()
        while digits.last == "0" { digits = digits.dropLast() }
        return "\(whole)\(language == .fr ? "," : ".")\(digits)"
    }

    /// Bits per second. Nil for what is no rate.
    private static func bits(_ text: String) -> Int? {
        let parts = text.filter { !$0.isWhitespace }.replacing(",", with: ".").split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = Int(first), (0...1_000_000_000).contains(whole) else { return nil }
        let digits = parts.count > 1 ? String(parts[1]) : ""
        guard digits.utf8.count <= 6, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let rest = Int(digits + String(repeating: "0", count: 6 - digits.utf8.count))
        else { return nil }
        let bits = whole * 1_000_000 + rest
        return (1000...1_000_000_000_000_000).contains(bits) ? bits : nil
    }

    private var set: Route {
        .page(
            .post, "/quotas/{scope}", access: Self.administrators, tag: "Console",
            summary: "Sets the bandwidth of a scope.", parameters: [Self.scopeParameter],
            body: .form([
                .text("rate", "Guaranteed, Mbit/s.", maxLength: 20).required,
                .text("ceil", "With what others leave, Mbit/s.", maxLength: 20),
                .text("from", "The first day; today when empty.", maxLength: 10),
            ]), errors: [.notFound, .noRight, .unavailable]
        ) { call in
            let scope = try scope(call, for: .quotas)
            let form = try await call.form()
            func given(_ name: String) -> String? { form[name].flatMap { $0.isEmpty ? nil : $0 } }
            var draft = Draft(rate: form["rate"], ceil: form["ceil"], from: form["from"])
            let rate = given("rate").flatMap(Self.bits)
            let ceil = given("ceil").map(Self.bits) ?? rate
            let from = given("from").map { CivilDate($0) }
            if rate == nil { draft.errors["rate"] = .badRate }
            if ceil == nil, rate != nil { draft.errors["ceil"] = .badRate }
            if let rate, let ceil, ceil < rate { draft.errors["ceil"] = .ceilBelowRate }
            if case .some(nil) = from { draft.errors["from"] = .badQuotaDay }
            guard draft.errors.isEmpty, let rate, let ceil else {
                return call.page(try await page(scope, call, draft), status: .unprocessableContent)
            }
            try await quotas.put(scope, rate: rate, ceil: ceil, from: from ?? nil, call)
            return .seeOther("/quotas/\(scope.name)?done=1")
        }
    }

    private var remove: Route {
        .page(
            .post, "/quotas/{scope}/removal", access: Self.administrators, tag: "Console",
            summary: "Removes what was set for a scope; what its manifest declares is in force again.",
            parameters: [Self.scopeParameter], body: .form([]), errors: [.notFound, .noRight, .unavailable]
        ) { call in
            let scope = try scope(call, for: .quotas)
            try await quotas.remove(scope, call)
            return .seeOther("/quotas/\(scope.name)?done=1")
        }
    }
}
