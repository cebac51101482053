package import Tenancy

/// The sorted sets of who is there: a member is an account (16 bytes), its score the millisecond of its last activity.
///
/// A new layout gets a new prefix, so that two versions of the program never read each other's.
package struct PresenceKey: Hashable, Sendable {
    package let text: String

    package init(_ scope: RuleScope) {
        text =
            switch scope {
            case .platform: "p1:p"
            case .territory(let id): "p1:t:" + id.rawValue
            case .department(let code): "p1:d:" + code
            case .establishment(let uai): "p1:e:" + uai.rawValue
            }
    }

    package init(_ scope: RuleScope, role: Role) { text = PresenceKey(scope).text + ":r:" + role.rawValue }
    package init(_ scope: RuleScope, level: String) { text = PresenceKey(scope).text + ":l:" + level }

    /// Every set that a visitor counts in.
    /// - Parameter groups: the classes of a pupil, where they are known.
    static func all(
        of visitor: Visitor, _ index: PlaceIndex, groups: (Visitor.Profile) -> [SchoolGroup]?
    ) -> [PresenceKey] {
        var keys: Set<PresenceKey> = [PresenceKey(.platform)]
        func add(_ scope: RuleScope, _ role: Role, _ levels: [String]) {
            keys.insert(PresenceKey(scope))
            keys.insert(PresenceKey(scope, role: role))
            for level in levels { keys.insert(PresenceKey(scope, level: level)) }
        }
        for profile in visitor.profiles.prefix(Visitor.mostProfiles) {
            guard let place = index.place(of: profile.establishment) else { continue }
            let levels =
                profile.role == .pupil
                ? Set((groups(profile) ?? []).filter { $0 != .unknown }.map(\.level)).sorted() : []
            for scope in place.scopes where scope != .platform { add(scope, profile.role, levels) }
        }
        for mandate in visitor.mandates {
            if let territory = mandate.territory { add(.territory(territory), mandate.role, []) }
        }
        return keys.sorted { $0.text < $1.text }
    }
}
