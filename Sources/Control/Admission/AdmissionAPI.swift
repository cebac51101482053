internal import Admission
internal import HTTP
internal import Runtime
internal import Tenancy
package import Web

/// Presence, rules and caps in the admin API. A scope is `platform`, a territory, a department's code or a UAI.
package struct AdmissionAPI: Sendable {
    private let control: AdmissionControl

    package init(_ control: AdmissionControl) { self.control = control }

    package var routes: [Route] {
        [stats, presence, people, indicators, admission, simulate, putRule, deleteRule, putCapacity, deleteCapacity]
    }

    private static let scopeItem = Parameter.text(
        "scope", "platform, a territory, a department's code or a UAI.", maxLength: 63)

    // MARK: Presence

    private var stats: Route {
        .api(
            .get, "/api/v1/stats", access: AdminAPI.administrators, tag: "Admission",
            summary: "Each territory in the caller's charge: who is connected, places, people waiting.",
            answers: [
                .json(
                    .object([
                        .required(
                            "territories",
                            .array(
                                of: .object([
                                    .required("presence", AdmissionControl.Count.schema),
                                    .required("admission", StandingAnswer.schema),
                                ])))
                    ]), "By name of the territory.")
            ], errors: [.unavailable]
        ) { call in
            let scopes = control.territories(call).map { RuleScope.territory($0.id) }
            let counts = try await control.counts(scopes, levels: false)
            let standings = await control.standingAnswers(scopes)
            return .json { writer in
                writer.object { writer in
                    writer.array("territories", zip(counts, standings)) { writer, pair in
                        writer.object { writer in
                            writer.field("presence", pair.0)
                            writer.field("admission", pair.1)
                        }
                    }
                }
            }
        }
    }

    private var presence: Route {
        .api(
            .get, "/api/v1/presence", access: AdminAPI.administrators, tag: "Admission",
            summary: "How many people are connected in a scope, by role and level.", query: [Self.scopeItem.required],
            answers: [.json(AdmissionControl.Count.schema, "Exact counts of people, each counted once.")],
            errors: [.notFound, .unavailable]
        ) { call in
            let scope = try control.scope(call.query.text("scope") ?? "", call)
            return .json(try await control.counts([scope], levels: true)[0])
        }
    }

    private var people: Route {
        .api(
            .get, "/api/v1/presence/people", access: AdminAPI.administrators, tag: "Admission",
            summary: "Who is connected in a scope, the latest first; for those with the right accounts there.",
            query: [
                Self.scopeItem.required, .enumeration("role", Role.allCases.map(\.rawValue), "Only this role's."),
                .text("level", "Only pupils of this level.", maxLength: 20),
            ] + Parameter.paging,
            answers: [.json(ListPage<AdmissionControl.Connected>.schema, "A page of people.")],
            errors: [.notFound, .noRight, .invalidCursor, .unavailable]
        ) { call in
            let scope = try control.scope(call.query.text("scope") ?? "", call, for: .accounts)
            let offset = call.query.text("cursor").map { Int($0) ?? -1 } ?? 0
            guard (0...1_000_000).contains(offset) else { throw Problem(.invalidCursor) }
            let key = AdmissionControl.key(
                scope, role: call.query.choice("role", Role.self), level: call.query.text("level"))
            let rows = try await control.people(key, from: offset, limit: call.listLimit + 1)
            return .json(ListPage(rows, limit: call.listLimit) { _ in String(offset + call.listLimit) })
        }
    }

    private var indicators: Route {
        .api(
            .get, "/api/v1/indicators", access: AdminAPI.administrators, tag: "Admission",
            summary: "How the last minutes of a territory went, and what could be done.",
            query: [
                Self.scopeItem.required, .integer("minutes", 1...1440, "At most so many; 60 when absent."),
            ],
            answers: [.json(Indicators.schema, "Minute by minute; kept for thirty-five days.")],
            errors: [.notFound, .unavailable]
        ) { call in
            let scope = try control.scope(call.query.text("scope") ?? "", call)
            let most = call.query.integer("minutes") ?? 60
            guard let found = try await control.indicators(scope, most: most, now: call.now) else {
                throw Problem(.notFound)
            }
            return .json(found)
        }
    }

    // MARK: Rules and caps

    private var admission: Route {
        .api(
            .get, "/api/v1/admission", access: AdminAPI.administrators, tag: "Admission",
            summary: "The rules and the cap of a scope, and how it stands.", query: [Self.scopeItem.required],
            answers: [
                .json(
                    .object([
                        .required("standing", StandingAnswer.schema),
                        .required("rules", .array(of: RuleAnswer.schema), "Of this very scope."),
                    ]), "What is declared for the scope.")
            ], errors: [.notFound]
        ) { call in
            let scope = try control.scope(call.query.text("scope") ?? "", call)
            let book = control.admission.book
            let standing = await control.standingAnswers([scope])[0]
            return .json { writer in
                writer.object { writer in
                    writer.field("standing", standing)
                    writer.field("rules", book.all.filter { $0.scope == scope }.map(RuleAnswer.init))
                }
            }
        }
    }

    /// A rule as it comes in a body.
    private static let change = [
        Schema.Property.required("scope", .text(2...63)),
        .optional("name", .nullable(.text(1...60, format: .slug)), "Of the rule that is added, replaced or removed."),
        .optional("rule", .nullable(CalendarRule.schema), "Null or absent with a name: it is removed."),
    ]

    private func change(_ body: JSON, _ call: Call, for right: AdminRight? = nil) throws -> (
        scope: RuleScope, name: String?, rule: CalendarRule?
    ) {
        let scope = try control.scope(body["scope"]?.text ?? "", call, for: right)
        guard let name = body["name"]?.text else { return (scope, nil, nil) }
        guard let document = body["rule"], !document.isNull else { return (scope, name, nil) }
        guard let rule = CalendarRule(scope: scope, name: name, document: document) else {
            throw Problem(.invalidBody, errors: [Problem.Detail(.pointer("/rule"), .noSuchRule)])
        }
        return (scope, name, rule)
    }

    private var simulate: Route {
        .api(
            .post, "/api/v1/admission/simulate", access: AdminAPI.administrators, tag: "Admission",
            summary: "Who could sign in at a moment, today and after a change; changes nothing.",
            body: .json(
                .object(
                    Self.change + [
                        .required("at", .text(16...16), "Local time of each establishment: 2026-11-30T08:05.")
                    ])),
            answers: [
                .json(
                    .object([
                        .required("before", Simulation.schema), .required("after", .nullable(Simulation.schema)),
                        .required("simulation", .nullable(.text()), "To be sent along when the change is made."),
                    ]), "Both tables.")
            ], errors: [.notFound]
        ) { call in
            let body = try await call.json()
            let (scope, name, rule) = try change(body, call)
            guard let at = body["at"]?.text.flatMap(LocalTime.init(minuteText:)) else {
                throw Problem(.invalidBody, errors: [Problem.Detail(.pointer("/at"), .badMoment)])
            }
            let book = control.admission.book
            let establishments = control.establishments(of: scope)
            let territories = control.tenancy.territories
            let before = Simulation(book, establishments, territories, at: at)
            let after = name.map {
                Simulation(book.replacing(scope, $0, with: rule), establishments, territories, at: at)
            }
            return .json { writer in
                writer.object { writer in
                    writer.field("before", before)
                    writer.field("after", after)
                    writer.field("simulation", name.map { AdmissionControl.digest(scope, $0, rule) })
                }
            }
        }
    }

    private var putRule: Route {
        .api(
            .put, "/api/v1/admission/rules", access: AdminAPI.administrators, tag: "Admission",
            summary:
                "Adds or replaces a rule, whose outcome was simulated before; in force everywhere within two seconds.",
            body: .json(
                .object([
                    .required("scope", .text(2...63)), .required("name", .text(1...60, format: .slug)),
                    .required("rule", CalendarRule.schema),
                    .required("simulation", .text(24...24), "As simulate gave it for this very change."),
                ])),
            answers: [.json(RuleAnswer.schema, "The rule.")],
            errors: [.notFound, .noRight, .notSimulated, .unavailable]
        ) { call in
            let body = try await call.json()
            let (scope, name, rule) = try change(body, call, for: .rules)
            guard let name, let rule else { throw Problem(.invalidBody) }
            guard body["simulation"]?.text == AdmissionControl.digest(scope, name, rule) else {
                throw ControlError.notSimulated
            }
            try await control.put(rule, call)
            return .json(RuleAnswer(rule: rule))
        }
    }

    private var deleteRule: Route {
        .api(
            .delete, "/api/v1/admission/rules", access: AdminAPI.administrators, tag: "Admission",
            summary: "Removes a rule. One that a manifest declares comes back when the manifests are applied again.",
            query: [
                Self.scopeItem.required, Parameter.slug("name", "The rule.").required,
                Parameter.text("simulation", "As simulate gave it.", maxLength: 24).required,
            ],
            answers: [.empty("Removed.")], errors: [.notFound, .noRight, .notSimulated, .unavailable]
        ) { call in
            let scope = try control.scope(call.query.text("scope") ?? "", call, for: .rules)
            let name = call.query.text("name") ?? ""
            guard call.query.text("simulation") == AdmissionControl.digest(scope, name, nil) else {
                throw ControlError.notSimulated
            }
            try await control.removeRule(scope, name, call)
            return .status(.noContent)
        }
    }

    private var putCapacity: Route {
        .api(
            .put, "/api/v1/admission/capacity", access: AdminAPI.administrators, tag: "Admission",
            summary: "Sets the cap of a scope; in force everywhere within two seconds. Nobody who is in is put out.",
            body: .json(.object([.required("scope", .text(2...63)), .required("capacity", Capacity.schema)])),
            answers: [.json(StandingAnswer.schema, "How the scope stands.")],
            errors: [.notFound, .noRight, .unavailable]
        ) { call in
            let body = try await call.json()
            let scope = try control.scope(body["scope"]?.text ?? "", call, for: .rules)
            guard let document = body["capacity"], let capacity = Capacity(scope: scope, document: document) else {
                throw Problem(.invalidBody, errors: [Problem.Detail(.pointer("/capacity"), .noSuchCapacity)])
            }
            try await control.put(capacity, call)
            return .json(
                StandingAnswer(
                    scope: scope, capacity: capacity, standing: await control.standings([scope])[0],
                    platform: await control.platform()))
        }
    }

    private var deleteCapacity: Route {
        .api(
            .delete, "/api/v1/admission/capacity", access: AdminAPI.administrators, tag: "Admission",
            summary: "Removes the cap of a scope.", query: [Self.scopeItem.required], answers: [.empty("Removed.")],
            errors: [.notFound, .noRight, .unavailable]
        ) { call in
            try await control.removeCapacity(try control.scope(call.query.text("scope") ?? "", call, for: .rules), call)
            return .status(.noContent)
        }
    }
}

extension LocalTime {
    /// `2026-11-30T08:05`.
    init?(minuteText text: String) {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count == 2, let date = CivilDate(parts[0]), let minute = CalendarRule.minutes(String(parts[1]))
        else {
            return nil
        }
        self.init(date: date, secondOfDay: min(86_399, minute * 60))
    }
}
