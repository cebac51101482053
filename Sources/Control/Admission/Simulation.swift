internal import Admission
internal import Runtime
internal import Tenancy

/// Who could sign in at a moment: every role and level of a scope, told apart where the answer differs.
///
/// Costs a few microseconds for each establishment of the scope; it is for those who administer.
struct Simulation: Sendable {
    struct Line: Sendable, Hashable {
        let role: Role
        /// Empty for a role without levels.
        let level: String
        let outcome: String
        let rule: String?
        let reason: CalendarRule.Reason?
        /// As the establishment's clocks will show it: `2026-11-30 18:00`.
        let opensAt: String?
        var establishments: Int
    }

    let at: LocalTime
    let lines: [Line]

    /// - Parameter at: local time of each establishment.
    init(_ book: RuleBook, _ establishments: [Establishment], _ territories: Territories, at: LocalTime) {
        self.at = at
        let nobody = AccountID(rawValue: UUID(high: 0, low: 0))
        var lines: [Line] = []
        var found: [Line: Int] = [:]
        for establishment in establishments {
            let place = RulePlace(establishment, territories)
            let instant = establishment.timeZone.microseconds(of: at.date, second: at.secondOfDay)
            for role in Role.allCases where role.isHeldInEstablishment {
                // Without a rule about levels there is one answer for all of them; who has no class is told apart.
                let levels = book.needsGroups(in: place, for: role) ? establishment.levels + ["–"] : [""]
                for level in levels {
                    let groups: [SchoolGroup]? =
                        level.isEmpty || level == "–" ? [] : [SchoolGroup(level: level, name: "")]
                    let subject = RuleSubject(role: role, account: nobody, groups: groups)
                    let line = Simulation.line(
                        role, level, book.verdict(for: subject, in: place, at: instant), establishment.timeZone)
                    if let index = found[line] {
                        lines[index].establishments += 1
                    } else {
                        found[line] = lines.count
                        lines.append(line)
                        lines[lines.count - 1].establishments = 1
                    }
                }
            }
        }
        self.lines = lines
    }

    private static func line(_ role: Role, _ level: String, _ verdict: Verdict, _ zone: SchoolTimeZone) -> Line {
        switch verdict {
        case .open(let rule):
            return Line(
                role: role, level: level, outcome: "open", rule: rule, reason: nil, opensAt: nil, establishments: 0)
        case .queued(let rule, _):
            return Line(
                role: role, level: level, outcome: "queued", rule: rule, reason: nil, opensAt: nil, establishments: 0)
        case .closed(let closure):
            let opening = closure.opensAt.map { zone.local(microseconds: $0) }
            return Line(
                role: role, level: level, outcome: "closed", rule: closure.rule, reason: closure.reason,
                opensAt: opening.map { "\($0.date) \(CalendarRule.text($0.minuteOfDay))" }, establishments: 0)
        }
    }
}
