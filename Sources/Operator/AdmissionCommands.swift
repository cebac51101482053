internal import Foundation

/// `stats` and `admission`: who is there, how many may be, who may come when.
enum AdmissionCommands: CommandSet {
    static let all = [
        Command(
            words: ["stats"], usage: "", summary: "Shows who is connected in each territory, places and people waiting."
        ) {
            words, client in
            try words.end()
            let data = try await client.send("GET", "/api/v1/stats")
            let territories = try decoder.decode(Stats.self, from: data).territories
            let rows = territories.map { territory in
                [
                    territory.presence.scope, "\(territory.presence.connected) connected", territory.admission.line,
                    territory.presence.roles,
                ]
            }
            let nodes = territories.first.flatMap(\.admission.nodes).map { [$0] } ?? []
            return Output(text: (nodes + [columns(rows)]).joined(separator: "\n"), json: data)
        },
        Command(
            words: ["admission", "indicators"], usage: "SCOPE [--minutes N]",
            summary: "Shows how the last minutes of a territory went, and what could be done."
        ) { words, client in
            let scope = try words.word("the scope")
            let minutes = try words.number("--minutes") ?? 10
            try words.end()
            let data = try await client.send("GET", "/api/v1/indicators?scope=\(escaped(scope))&minutes=\(minutes)")
            return Output(text: try decoder.decode(Indicators.self, from: data).text(scope), json: data)
        },
        Command(
            words: ["admission", "show"], usage: "SCOPE",
            summary:
                "Shows who is connected in a territory, a department (27) or an establishment (UAI), its cap and its rules."
        ) { words, client in
            let scope = try words.word("the scope")
            try words.end()
            return try await show(scope, client)
        },
        Command(
            words: ["admission", "people"], usage: "SCOPE [--role R] [--level L] [--most N]",
            summary: "Lists who is connected, the latest first; 1000 people unless told otherwise."
        ) { words, client in
            let scope = try words.word("the scope")
            let role = try words.option("--role")
            let level = try words.option("--level")
            let most = try words.number("--most") ?? 1000
            try words.end()
            return try await people(scope, role: role, level: level, most: most, client)
        },
        Command(
            words: ["admission", "simulate"],
            usage: "SCOPE [--at 2026-11-30T08:05] [--rule FILE --name NAME | --on NAME | --off NAME | --remove NAME]",
            summary: "Tells who could sign in at a moment, and after a change; changes nothing."
        ) { words, client in
            let scope = try words.word("the scope")
            let at = try words.option("--at")
            let change = try await change(&words, scope, client)
            try words.end()
            let data = try await simulate(scope, change, at: at, client)
            return Output(text: try text(of: data), json: data)
        },
        Command(
            words: ["admission", "set"],
            usage:
                "SCOPE --sessions N [--per-second N] | --raise | --lower | --no-cap | --rule FILE --name NAME | --on NAME | --off NAME | --remove NAME",
            summary: "Sets a cap, or simulates a change of a rule and makes it."
        ) { words, client in
            let scope = try words.word("the scope")
            if let sessions = try words.number("--sessions") {
                let perSecond = try words.number("--per-second")
                try words.end()
                return try await setCap(scope, sessions, perSecond, client)
            }
            let raises = words.flag("--raise")
            if raises || words.flag("--lower") {
                try words.end()
                return try await step(scope, up: raises, client)
            }
            if words.flag("--no-cap") {
                try words.end()
                _ = try await client.send(
                    "DELETE", "/api/v1/admission/capacity?scope=\(escaped(scope))")
                return Output(text: "\(scope): no cap", json: Data("{}".utf8))
            }
            let at = try words.option("--at")
            guard let change = try await change(&words, scope, client) else {
                throw OperatorError.usage("--sessions, --rule, --on, --off or --remove is needed")
            }
            try words.end()
            return try await set(scope, change, at: at, client)
        },
    ]

    // MARK: What the admin service answers

    private struct Presence: Decodable {
        let scope: String
        let connected: Int
        let byRole: [String: Int]
        let byLevel: [String: Int]

        var roles: String { byRole.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ") }
        var levels: String {
            byLevel.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
    }

    private struct Standing: Decodable {
        let sessions: Int?
        let placesTaken: Int?
        let waiting: Int?
        let inForce: Int?
        let carried: Int?
        let loadPercent: Int?

        var line: String {
            let cap = inForce.map { force in
                force == sessions || sessions == nil ? String(force) : "\(force) (\(sessions ?? force) declared)"
            }
            return
                "\(placesTaken.map(String.init) ?? "?") of \(cap ?? "any number of") places, \(waiting.map(String.init) ?? "?") waiting"
        }

        /// What all nodes together can do; nil while Redis does not say.
        var nodes: String? {
            loadPercent.map { load in
                "nodes: \(load) % busy, \(carried.map { "can carry \($0) people" } ?? "too quiet to tell how many people they carry")"
            }
        }
    }

    private struct Indicators: Decodable {
        struct Minute: Decodable {
            let start: String
            let connected: Int
            let waiting: Int
            let requests: Int
            let good: Int
            let failed: Int
            let shed: Int
            let refused: [String: Int]
        }

        struct Thresholds: Decodable {
            let goodThousandths: Int
            let placesThousandths: Int
            let minutes: Int
        }

        struct Front: Decodable {
            let requests: Int
            let failed: Int
        }

        let advice: [String]
        let thresholds: Thresholds
        /// Of the platform; nil where the admin service does not ask the front.
        let front: [Front]?
        let minutes: [Minute]

        func text(_ scope: String) -> String {
            let wanted = [
                "lower_cap": "answers fail or are late: preau admission set \(scope) --lower",
                "raise_cap": "people wait, those who are in are well served: preau admission set \(scope) --raise",
                "add_nodes": "requests are turned away to protect the others, or find no node: preau node add",
                "watch": "\(thresholds.placesThousandths / 10) % of the places are taken",
            ]
            let rows = minutes.map { minute in
                [
                    minute.start, "\(minute.connected) connected", "\(minute.waiting) waiting",
                    "\(minute.requests) requests",
                    "\(AdmissionCommands.percent(minute.good, of: minute.requests)) good", "\(minute.failed) failed",
                    "\(minute.shed) turned away",
                    minute.refused.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "),
                ]
            }
            let advice = advice.isEmpty ? ["\(scope): nothing to do"] : advice.map { "\(scope): " + (wanted[$0] ?? $0) }
            // The front does not know of which territory a request was.
            let alone = front.map { front in
                "whole platform, \(front.count) minutes: \(front.reduce(0) { $0 + $1.failed }) errors that the front answered by itself, of \(front.reduce(0) { $0 + $1.requests }) requests"
            }
            return (advice + [alone].compactMap { $0 } + (rows.isEmpty ? [] : [AdmissionCommands.columns(rows)]))
                .joined(separator: "\n")
        }
    }

    /// `99.5 %`; rounded down.
    private static func percent(_ part: Int, of whole: Int) -> String {
        let thousandths = whole > 0 ? part * 1000 / whole : 1000
        return "\(thousandths / 10).\(thousandths % 10) %"
    }

    private struct Stats: Decodable {
        struct Territory: Decodable {
            let presence: Presence
            let admission: Standing
        }

        let territories: [Territory]
    }

    private struct Simulated: Decodable {
        struct Table: Decodable {
            struct Line: Decodable {
                let role: String
                let level: String
                let outcome: String
                let rule: String?
                let opensAt: String?
                let establishments: Int
            }

            let at: String
            let lines: [Line]

            var text: String {
                AdmissionCommands.columns(
                    lines.map {
                        [
                            $0.role, $0.level, $0.outcome + ($0.opensAt.map { " until \($0)" } ?? ""),
                            $0.rule.map { "by \($0)" } ?? "", "\($0.establishments) establishments",
                        ]
                    })
            }
        }

        let before: Table
        let after: Table?
        let simulation: String?
    }

    // MARK: Doing

    /// A rule that is added, replaced or removed.
    private struct Change {
        let name: String
        /// Nil: it is removed. A JSON object as the API takes it.
        let rule: [String: Any]?
    }

    private static func change(_ words: inout Words, _ scope: String, _ client: AdminClient) async throws -> Change? {
        if let file = try words.option("--rule") {
            let name = try words.required("--name")
            guard let data = FileManager.default.contents(atPath: file),
                let rule = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
            else { throw OperatorError.unreadable("\(file): expected a JSON object") }
            return Change(name: name, rule: rule)
        }
        if let name = try words.option("--remove") { return Change(name: name, rule: nil) }
        let on = try words.option("--on")
        guard let name = try on ?? words.option("--off") else { return nil }
        let data = try await client.send("GET", "/api/v1/admission?scope=\(escaped(scope))")
        let all = (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["rules"] as? [[String: Any]] ?? []
        guard var rule = all.first(where: { $0["name"] as? String == name })?["rule"] as? [String: Any] else {
            throw OperatorError.usage("\(scope) has no rule \(name)")
        }
        rule["enabled"] = on != nil
        return Change(name: name, rule: rule)
    }

    private static func body(_ scope: String, _ change: Change?, _ more: [String: Any]) throws -> Data {
        var body: [String: Any] = ["scope": scope]
        if let change {
            body["name"] = change.name
            if let rule = change.rule { body["rule"] = rule }
        }
        return try JSONSerialization.data(withJSONObject: body.merging(more) { $1 })
    }

    private static func simulate(_ scope: String, _ change: Change?, at: String?, _ client: AdminClient) async throws
        -> Data
    {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "Europe/Paris")
        formatter.dateFormat = "yyyy-MM-dd'T'HH:mm"
        return try await client.send(
            "POST", "/api/v1/admission/simulate",
            body: try body(scope, change, ["at": at ?? formatter.string(from: Date())]))
    }

    private static func text(of data: Data) throws -> String {
        let simulated = try decoder.decode(Simulated.self, from: data)
        guard let after = simulated.after else { return "\(simulated.before.at)\n\(simulated.before.text)" }
        return "\(simulated.before.at), as it is:\n\(simulated.before.text)\n\nafter the change:\n\(after.text)"
    }

    private static func set(_ scope: String, _ change: Change, at: String?, _ client: AdminClient) async throws
        -> Output
    {
        let data = try await simulate(scope, change, at: at, client)
        guard let simulation = try decoder.decode(Simulated.self, from: data).simulation else {
            throw OperatorError.unreadable("the admin service did not simulate the change")
        }
        if change.rule == nil {
            let query = "scope=\(escaped(scope))&name=\(escaped(change.name))"
            _ = try await client.send("DELETE", "/api/v1/admission/rules?\(query)&simulation=\(simulation)")
        } else {
            _ = try await client.send(
                "PUT", "/api/v1/admission/rules", body: try body(scope, change, ["simulation": simulation]))
        }
        return Output(text: try text(of: data) + "\n\nDone: in force everywhere within two seconds.", json: data)
    }

    private struct People: Codable {
        struct Person: Codable {
            let account: String
            let name: String
            let login: String
            let idleSeconds: Int
        }

        let items: [Person]
        let next: String?
    }

    /// Page after page, until as many are there as are wanted.
    private static func people(
        _ scope: String, role: String?, level: String?, most: Int, _ client: AdminClient
    ) async throws -> Output {
        var path = "/api/v1/presence/people?scope=\(escaped(scope))"
        if let role { path += "&role=\(escaped(role))" }
        if let level { path += "&level=\(escaped(level))" }
        var items: [People.Person] = []
        var next: String?
        repeat {
            let cursor = next.map { "&cursor=\(escaped($0))" } ?? ""
            let limit = min(200, max(1, most - items.count))
            let data = try await client.send("GET", path + "&limit=\(limit)" + cursor)
            let page = try decoder.decode(People.self, from: data)
            items += page.items
            next = page.next
        } while next != nil && items.count < most
        let rows = items.map { person in
            [person.name, person.login, person.idleSeconds < 60 ? "now" : "\(person.idleSeconds / 60) min ago"]
        }
        let more = next == nil ? "" : "\n… more: --most N"
        return Output(
            text: rows.isEmpty ? "\(scope): nobody" : columns(rows) + more,
            json: try encoder.encode(People(items: items, next: next)))
    }

    private static func setCap(
        _ scope: String, _ sessions: Int, _ perSecond: Int?, _ client: AdminClient
    ) async throws -> Output {
        let shown = try await client.send("GET", "/api/v1/admission?scope=\(escaped(scope))")
        let standing = (try JSONSerialization.jsonObject(with: shown) as? [String: Any])?["standing"] as? [String: Any]
        var capacity: [String: Any] = ["sessions": sessions, "reserved": standing?["reserved"] ?? [String: Int]()]
        if let priority = standing?["priority"] { capacity["priority"] = priority }
        if let perSecond { capacity["per_second"] = perSecond }
        let data = try await client.send(
            "PUT", "/api/v1/admission/capacity",
            body: try JSONSerialization.data(withJSONObject: ["scope": scope, "capacity": capacity]))
        return Output(text: "\(scope): \(try decoder.decode(Standing.self, from: data).line)", json: data)
    }

    /// Ten per cent more or fewer places than are declared.
    private static func step(_ scope: String, up: Bool, _ client: AdminClient) async throws -> Output {
        let shown = try await client.send("GET", "/api/v1/admission?scope=\(escaped(scope))")
        let object = try JSONSerialization.jsonObject(with: shown) as? [String: Any]
        guard let standing = object?["standing"] as? [String: Any], let places = standing["sessions"] as? Int else {
            throw OperatorError.usage("\(scope) has no cap: set one with --sessions N")
        }
        let change = max(1, places / 10)
        return try await setCap(
            scope, max(0, up ? places + change : places - change), standing["per_second"] as? Int, client)
    }

    private static func show(_ scope: String, _ client: AdminClient) async throws -> Output {
        let query = "?scope=\(escaped(scope))"
        let presenceData = try await client.send("GET", "/api/v1/presence" + query)
        let data = try await client.send("GET", "/api/v1/admission" + query)
        let presence = try decoder.decode(Presence.self, from: presenceData)
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
        let standing = try decoder.decode(
            Standing.self, from: JSONSerialization.data(withJSONObject: object["standing"] ?? [String: Any]()))
        var lines = ["\(scope): \(presence.connected) connected, \(standing.line)"]
        if let nodes = standing.nodes { lines.append("  " + nodes) }
        if !presence.roles.isEmpty { lines.append("  by role: \(presence.roles)") }
        if !presence.levels.isEmpty { lines.append("  by level: \(presence.levels)") }
        for named in object["rules"] as? [[String: Any]] ?? [] {
            let rule = named["rule"] as? [String: Any] ?? [:]
            let hours = rule["hours"] as? [String: Any] ?? [:]
            let state = rule["enabled"] as? Bool == true ? "in force" : "kept ready"
            lines.append(
                "  rule \(named["name"] ?? "") (\(state)): \(rule["effect"] ?? "") \((rule["roles"] as? [String] ?? []).joined(separator: ",")) \(hours["from"] ?? "")-\(hours["until"] ?? "")"
            )
        }
        let joined: [String: Any] = [
            "presence": try JSONSerialization.jsonObject(with: presenceData), "standing": object["standing"] ?? [:],
            "rules": object["rules"] ?? [],
        ]
        return Output(
            text: lines.joined(separator: "\n"),
            json: try JSONSerialization.data(withJSONObject: joined, options: [.sortedKeys]))
    }
}
