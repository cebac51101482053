/// The tenant that a piece of work is for: the only key to a shard's connection, made by `Tenancy.context(for:)` and its like
/// alone and handed on as a parameter, never kept in a global.
package struct TenantContext: Hashable, Sendable {
    package let establishment: EstablishmentID
    /// Where a closed one is, which is in no map.
    let placement: Establishment.Placement?

    init(establishment: EstablishmentID, placement: Establishment.Placement? = nil) {
        self.establishment = establishment
        self.placement = placement
    }
}
