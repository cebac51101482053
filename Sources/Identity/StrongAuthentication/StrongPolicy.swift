internal import Tenancy

/// From whom a second factor is asked.
package struct StrongPolicy: Sendable {
    /// Whether those who must have one get no further without; false in development, whose accounts have none.
    package let isEnforced: Bool

    package static let offered = StrongPolicy(isEnforced: false)

    package init(isEnforced: Bool) { self.isEnforced = isEnforced }

    /// Administrators and heads. Everybody else may have one; of pupils it is never asked.
    func requires(_ holder: Holder) -> Bool {
        isEnforced
            && !holder.roles.isDisjoint(with: [
                .head, .territoryAdmin, .regionAdmin, .platformAdmin, .establishmentAdmin,
            ])
    }

    /// How long a second factor counts for an act that asks for one; seconds.
    static let memory: Int64 = 15 * 60
}
