package import Tenancy

extension Holder {
    /// Every role held, in establishments and over territories.
    package var roles: Set<Role> { Set(profiles.map(\.role)).union(mandates.map(\.role)) }

    /// Whether one of the roles held is among these (raw values), without making a set of them: asked on each request.
    func hasOne(of roles: Set<String>) -> Bool {
        profiles.contains { roles.contains($0.role.rawValue) } || mandates.contains { roles.contains($0.role.rawValue) }
    }
}
