/// The tenant that a piece of work is for: the only key to a shard's connection, made by `Tenancy.context(for:)` alone and
/// handed on as a parameter, never kept in a global.
package struct TenantContext: Hashable, Sendable {
    package let establishment: EstablishmentID

    init(establishment: EstablishmentID) { self.establishment = establishment }
}
