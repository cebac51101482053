package import Tenancy

extension Holder {
    /// Every role held, in establishments and over territories.
    package var roles: Set<Role> { Set(profiles.map(\.role)).union(mandates.map(\.role)) }
}
