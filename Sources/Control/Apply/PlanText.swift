internal import Tenancy
internal import Web

/// A plan as people read it.
enum PlanText {
    /// Things of one sort that are added are listed up to here, then counted.
    private static let mostListed = 3

    static func text(of plan: Plan) -> String {
        var lines: [String] = []
        for (territory, items) in groups(plan.items, by: \.territory) {
            lines.append(territory.rawValue)
            for (_, same) in groups(items, by: { "\($0.subject) \($0.action)" }) { append(same, to: &lines) }
        }
        if !plan.notices.isEmpty, !lines.isEmpty { lines.append("") }
        for notice in plan.notices {
            lines.append(
                (notice.isBlocking ? "✗ " : "! ") + (notice.territory.map { "\($0): " } ?? "") + notice.message)
        }
        if !lines.isEmpty { lines.append("") }
        lines.append(conclusion(of: plan))
        return lines.joined(separator: "\n")
    }

    private static func conclusion(of plan: Plan) -> String {
        if plan.isRefused { return "This cannot be applied: see ✗ above." }
        if plan.isEmpty { return "Nothing to do." }
        func count(_ action: PlanItem.Action) -> Int { plan.items.filter { $0.action == action }.count }
        var line = "\(count(.add)) to add, \(count(.change)) to change, \(count(.remove)) to remove"
        if plan.toOpen > 0 { line += ", \(plan.toOpen) to open" }
        return line + "."
    }

    private static func append(_ items: [PlanItem], to lines: inout [String]) {
        guard let first = items.first else { return }
        switch first.action {
        case .add:
            guard items.count > mostListed else {
                lines += items.map { "  + \($0.label)" }
                return
            }
            lines.append("  + \(items.count) \(plural(first.subject))\(placed(items))")
            lines += items.prefix(mostListed).map { "      \($0.label)" }
            lines.append("      … and \(items.count - mostListed) more")
        case .change:
            for item in items {
                lines.append("  ~ \(item.label)")
                lines += item.details.map { "      \(told($0))" }
            }
        case .remove: lines += items.map { "  - \($0.label)" }
        }
    }

    private static func placed(_ items: [PlanItem]) -> String {
        let counts = Dictionary(grouping: items.compactMap(\.shard)) { $0 }.mapValues(\.count)
        guard !counts.isEmpty else { return "" }
        return ": " + counts.sorted { $0.key < $1.key }.map { "\($0.value) on shard \($0.key)" }.joined(separator: ", ")
    }

    private static func told(_ detail: PlanItem.Detail) -> String {
        switch (detail.before, detail.after) {
        case (.null, let after): "\(detail.field) added: \(told(after, of: detail.field))"
        case (let before, .null): "\(detail.field) removed: it was \(told(before, of: detail.field))"
        case (let before, let after):
            "\(detail.field) changed from \(told(before, of: detail.field)) to \(told(after, of: detail.field))"
        }
    }

    private static func told(_ value: JSON, of field: String) -> String {
        switch value {
        case .null: return "nothing"
        case .bool(let flag): return flag ? "yes" : "no"
        case .integer(let integer): return field == "rate" || field == "ceil" ? bits(integer) : String(integer)
        case .number(let number): return String(number)
        case .string(let text):
            let line = text.prefix(60).split(separator: "\n").first.map(String.init) ?? ""
            return "“\(line.count < text.count ? line + "…" : line)”"
        case .array(let elements):
            return elements.isEmpty ? "none" : elements.map { $0.text ?? told($0, of: "") }.joined(separator: ", ")
        case .object(let members):
            return members.map { "\($0.name) \(told($0.value, of: $0.name))" }.joined(separator: ", ")
        }
    }

    /// Bits per second in the unit that keeps them whole.
    static func bits(_ rate: Int) -> String {
        for (factor, unit) in [(1_000_000_000, "Gbit/s"), (1_000_000, "Mbit/s"), (1000, "kbit/s")]
        where rate % factor == 0 && rate > 0 {
            return "\(rate / factor) \(unit)"
        }
        return "\(rate) bit/s"
    }

    /// `1 term`, `3 terms`.
    static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static func plural(_ subject: PlanItem.Subject) -> String {
        switch subject {
        case .territory: "territories"
        case .host: "host names"
        case .department: "departments"
        case .calendar: "calendars"
        case .news: "news"
        case .window: "windows"
        case .admission: "admission rules"
        case .bandwidth: "bandwidths"
        case .establishment: "establishments"
        }
    }

    /// In the order of the first of each.
    private static func groups<Key: Hashable>(
        _ items: [PlanItem], by key: (PlanItem) -> Key
    ) -> [(key: Key, items: [PlanItem])] {
        var order: [Key] = []
        var groups: [Key: [PlanItem]] = [:]
        for item in items {
            let key = key(item)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(item)
        }
        return order.map { ($0, groups[$0] ?? []) }
    }
}
