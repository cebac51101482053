internal import Runtime
package import Tenancy

/// What the rules say to one profile at one moment.
package enum Verdict: Sendable, Equatable {
    /// `rule`: the one that says so; nil when none does.
    case open(rule: String?)
    /// Behind everybody else, with at most `share` per cent of the places.
    case queued(rule: String, share: Int?)
    case closed(Closure)

    package var isOpen: Bool { if case .closed = self { false } else { true } }
}

package struct Closure: Sendable, Equatable {
    package let rule: String
    package let scope: RuleScope
    package let reason: CalendarRule.Reason
    /// When they may come next; microseconds since 1970. Nil when that is more than two weeks away.
    package let opensAt: Int64?
    /// The establishment's clocks.
    package let timeZone: String
}

extension RuleBook {
    /// The most specific rule wins: by place (an establishment's over its department's, its territory's, the platform's), then
    /// by group (a class over a level over everybody), then by priority. Of rules that are equal in all that, the kindest.
    ///
    /// A pure function of its arguments and of the book.
    /// - Parameter instant: microseconds since 1970.
    package func verdict(for subject: RuleSubject, in place: RulePlace, at instant: Int64) -> Verdict {
        let candidates = rules(in: place, for: subject.role).filter {
            !$0.rule.exceptAccounts.contains(subject.account)
        }
        guard !candidates.isEmpty else { return .open(rule: nil) }
        let found = decide(candidates, subject, place, instant)
        guard let found, found.word != .allowed else { return .open(rule: found?.rule.name) }
        guard found.word == .refused else { return .queued(rule: found.rule.name, share: found.rule.share) }
        return .closed(
            Closure(
                rule: found.rule.name, scope: found.rule.scope, reason: found.rule.reason,
                opensAt: opening(candidates, subject, place, after: instant),
                timeZone: place.establishment.timeZone.identifier))
    }

    private typealias Candidate = (rule: CalendarRule, depth: Int)
    private typealias Decision = (word: CalendarRule.Word, rule: CalendarRule)

    private func decide(
        _ candidates: [Candidate], _ subject: RuleSubject, _ place: RulePlace, _ instant: Int64
    ) -> Decision? {
        let local = place.establishment.timeZone.local(microseconds: instant)
        // Somebody of two classes may come when one of them may; so may the guardian of a child whose class is not known, whatever
        // the rule says of the other children.
        let known = subject.groups ?? []
        let groups: [SchoolGroup?] = known.isEmpty ? [nil] : known
        var best: Decision?
        for group in groups {
            guard let decision = decide(candidates, group, place, local) else { return nil }
            if best == nil || decision.word > best?.word ?? .refused { best = decision }
        }
        return best
    }

    private func decide(
        _ candidates: [Candidate], _ group: SchoolGroup?, _ place: RulePlace, _ local: LocalTime
    ) -> Decision? {
        var best: (rank: (Int, Int, Int), decision: Decision)?
        for (rule, depth) in candidates {
            guard let nearness = rule.nearness(to: group),
                let word = rule.word(at: local, { place.isSchoolDay($0) })
            else { continue }
            let rank = (depth, nearness, rule.priority)
            if let best, best.rank > rank || best.rank == rank && best.decision.word >= word { continue }
            best = (rank, (word, rule))
        }
        return best?.decision
    }

    /// The first moment in the two weeks to come at which nobody refuses any more. Only at the edges of a rule's hours, and at
    /// midnight, can anything change.
    private func opening(
        _ candidates: [Candidate], _ subject: RuleSubject, _ place: RulePlace, after instant: Int64
    ) -> Int64? {
        let zone = place.establishment.timeZone
        let today = zone.date(microseconds: instant)
        let minutes = Set(candidates.flatMap { [$0.rule.from, $0.rule.until] } + [0]).sorted()
        for day in 0...14 {
            for minute in minutes {
                let moment = zone.microseconds(of: today + day, minute: minute)
                guard moment > instant else { continue }
                if decide(candidates, subject, place, moment)?.word ?? .allowed != .refused { return moment }
            }
        }
        return nil
    }
}

extension CalendarRule {
    /// How narrowly the rule is about a group: 2 by class, 1 by level, 0 for everybody; nil when it is about others.
    fileprivate func nearness(to group: SchoolGroup?) -> Int? {
        guard !levels.isEmpty || !classes.isEmpty else { return 0 }
        guard let group, group != .unknown else { return nil }
        if !levels.isEmpty, !levels.contains(group.level) { return nil }
        if classes.isEmpty { return 1 }
        return classes.contains(group.name) ? 2 : nil
    }
}

extension RulePlace {
    /// Nil when the calendar of that day's school year is not known.
    func isSchoolDay(_ date: CivilDate) -> Bool? {
        territory?.calendar(schoolYear: SchoolYear(of: date), zone: establishment.zone)?.isSchoolDay(date)
    }
}
