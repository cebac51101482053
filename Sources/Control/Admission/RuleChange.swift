internal import Admission
internal import Tenancy

/// A change of a rule that is looked at before it is made.
struct RuleChange: Sendable {
    let scope: RuleScope
    let name: String
    /// As it is to be; nil when it is removed.
    let rule: CalendarRule?
    /// No rule of that name is there yet.
    let isNew: Bool
    /// The rule stays as it is, but for whether it is in force.
    let isSwitch: Bool

    init(scope: RuleScope, rule: CalendarRule, isNew: Bool, isSwitch: Bool = false) {
        self.scope = scope
        name = rule.name
        self.rule = rule
        self.isNew = isNew
        self.isSwitch = isSwitch
    }

    init(removing name: String, of scope: RuleScope) {
        self.scope = scope
        self.name = name
        rule = nil
        isNew = false
        isSwitch = false
    }

    /// What has to be shown again when it is made: that its outcome was looked at.
    var digest: String { AdmissionControl.digest(scope, name, rule) }
}
