/// Every territory at one version of the directory; an immutable whole, swapped at once.
package final class Territories: Sendable {
    package let version: Int64
    /// By name.
    package let all: [Territory]
    private let byID: [TerritoryID: Int]
    private let byHost: [String: Int]

    package static let empty = Territories(version: 0, all: [])

    package init(version: Int64, all territories: [Territory]) {
        self.version = version
        all = territories.sorted { $0.name < $1.name }
        var byID: [TerritoryID: Int] = [:]
        var byHost: [String: Int] = [:]
        for (index, territory) in all.enumerated() {
            byID[territory.id] = index
            for host in territory.hosts { byHost[host] = index }
        }
        self.byID = byID
        self.byHost = byHost
    }

    package subscript(id: TerritoryID) -> Territory? { byID[id].map { all[$0] } }

    /// The territory that a host name (lower case, without port) belongs to.
    package func territory(host: String) -> Territory? { byHost[host].map { all[$0] } }
}
