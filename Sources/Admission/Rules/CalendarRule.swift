package import Runtime
package import Tenancy

/// Who may come when: one rule, as data.
package struct CalendarRule: Sendable, Hashable {
    package enum Effect: String, Sendable, CaseIterable {
        /// They may come during the hours, whatever a wider rule says.
        case allow
        /// They may not come during the hours.
        case refuse
        /// They may come during the hours only; the days that are not the rule's are left alone.
        case only
        /// During the hours they come after everybody else, and take no more than `share` of the places.
        case queue
    }

    /// A sentence for people; French is always there.
    package struct Reason: Sendable, Hashable {
        package let french: String
        package let english: String?

        package init(french: String, english: String?) {
            self.french = french
            self.english = english
        }
    }

    package let scope: RuleScope
    package let name: String
    package var about = ""
    package var isEnabled = true
    package let effect: Effect
    /// Empty: every role.
    package let roles: Set<Role>
    /// Empty: all of them. Of the pupil; of a guardian's children.
    package var levels: Set<String> = []
    /// Names of classes; together with `levels` for a name that two levels use. Empty: all of them.
    package var classes: Set<String> = []
    /// ISO 8601: 1 is Monday.
    package var weekdays: Set<Int> = [1, 2, 3, 4, 5, 6, 7]
    /// Minutes since midnight as the establishment's clocks show it. `from` greater than `until` ends on the next morning.
    package let from: Int
    package let until: Int
    /// Not during holidays and on public holidays of the establishment's zone. Where its calendar of the year is not known,
    /// the days of the week decide alone.
    package var onSchoolDaysOnly = false
    package var firstDay: CivilDate?
    package var lastDay: CivilDate?
    /// Days on which the rule sleeps: examinations.
    package var exceptDays: Set<CivilDate> = []
    package var exceptAccounts: Set<AccountID> = []
    /// Per cent of the places, for `queue`.
    package var share: Int?
    /// Decides between rules that are equally specific; the greater wins.
    package var priority = 0
    package let reason: Reason

    package init(
        scope: RuleScope, name: String, effect: Effect, roles: Set<Role>, from: Int, until: Int, reason: Reason
    ) {
        self.scope = scope
        self.name = name
        self.effect = effect
        self.roles = roles
        self.from = from
        self.until = until
        self.reason = reason
    }

    /// What the rule says at a moment to somebody that it is about.
    enum Word: Int, Comparable {
        case refused
        case queued
        case allowed

        static func < (left: Word, right: Word) -> Bool { left.rawValue < right.rawValue }
    }

    /// Nil when the rule says nothing at that moment.
    func word(at local: LocalTime, _ isSchoolDay: (CivilDate) -> Bool?) -> Word? {
        let minute = local.minuteOfDay
        let today = holds(on: local.date, isSchoolDay)
        let isInside =
            from < until
            ? today && from <= minute && minute < until
            : today && minute >= from || minute < until && holds(on: local.date + -1, isSchoolDay)
        switch effect {
        case .allow: return isInside ? .allowed : nil
        case .refuse: return isInside ? .refused : nil
        case .queue: return isInside ? .queued : nil
        case .only: return isInside ? .allowed : today ? .refused : nil
        }
    }

    private func holds(on date: CivilDate, _ isSchoolDay: (CivilDate) -> Bool?) -> Bool {
        guard weekdays.contains(date.weekday), !exceptDays.contains(date) else { return false }
        if let firstDay, date < firstDay { return false }
        if let lastDay, date > lastDay { return false }
        return !onSchoolDaysOnly || isSchoolDay(date) ?? true
    }

    /// Whether it can still say something on or after a day.
    func isOver(on date: CivilDate) -> Bool { lastDay.map { $0 + 1 < date } ?? false }
}
