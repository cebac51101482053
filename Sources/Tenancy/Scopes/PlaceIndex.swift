/// Where each establishment lies, worked out once for each version of the directory. One a loop.
package final class PlaceIndex: @unchecked Sendable {
    // Safety: confined to its loop.
    private let tenancy: Tenancy
    private var versions: (map: Int64, territories: Int64) = (-1, -1)
    private var places: [EstablishmentID: RulePlace] = [:]

    package init(_ tenancy: Tenancy) { self.tenancy = tenancy }

    /// Nil for an establishment that the map does not know.
    package func place(of id: EstablishmentID) -> RulePlace? {
        let map = tenancy.map
        let territories = tenancy.territories
        if versions != (map.version, territories.version) {
            versions = (map.version, territories.version)
            places = [:]
        }
        if let known = places[id] { return known }
        guard let establishment = map[id] else { return nil }
        let place = RulePlace(establishment, territories)
        places[id] = place
        return place
    }
}
