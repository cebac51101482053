package import Postgres

/// Every establishment and shard of the platform at one version of the directory; an immutable whole, swapped at once.
package final class ShardMap: Sendable {
    package let version: Int64
    /// By identifier.
    package let establishments: [EstablishmentID: Establishment]
    package let shards: [ShardID: Shard]
    /// In the order of their UAI.
    package let inOrder: [Establishment]
    private let identifiers: [UAI: EstablishmentID]
    private let byTerritory: [TerritoryID: [EstablishmentID]]
    private let byShard: [ShardID: [EstablishmentID]]
    private let byHost: [String: EstablishmentID]
    /// Only of those that have some.
    private let hosts: [EstablishmentID: [String]]
    /// The colours of those that have their own: objects such as a territory's.
    package let themes: [EstablishmentID: JSONText]

    package static let empty = ShardMap(version: 0, establishments: [], shards: [])

    /// - Parameter former: codes that lead to an establishment and are nobody's own: its earlier ones, and those of the
    ///   establishments that were closed into it.
    /// - Parameter hosts: the host names that are an establishment's own.
    package init(
        version: Int64, establishments: [Establishment], shards: [Shard], former: [UAI: EstablishmentID] = [:],
        hosts: [String: EstablishmentID] = [:], themes: [EstablishmentID: JSONText] = [:]
    ) {
        byHost = hosts
        self.hosts = Dictionary(grouping: hosts.keys) { hosts[$0] ?? .init(rawValue: 0) }.mapValues { $0.sorted() }
        self.themes = themes
        self.version = version
        self.establishments = Dictionary(establishments.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        self.shards = Dictionary(shards.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        let sorted = establishments.sorted { $0.uai < $1.uai }
        inOrder = sorted
        identifiers = former.merging(sorted.map { ($0.uai, $0.id) }) { $1 }
        byTerritory = Dictionary(grouping: sorted, by: \.territory).mapValues { $0.map(\.id) }
        var byShard: [ShardID: [EstablishmentID]] = [:]
        for establishment in sorted {
            if let shard = establishment.placement?.shard { byShard[shard, default: []].append(establishment.id) }
        }
        self.byShard = byShard
    }

    package subscript(id: EstablishmentID) -> Establishment? { establishments[id] }

    /// By its code, or one that leads to it.
    package subscript(uai: UAI) -> Establishment? { identifiers[uai].flatMap { establishments[$0] } }

    /// The establishment whose own a host name (lower case, without port) is.
    package func establishment(host: String) -> Establishment? { byHost[host].flatMap { establishments[$0] } }

    /// The host names that are its own, in their order.
    package func hosts(of establishment: EstablishmentID) -> [String] { hosts[establishment] ?? [] }

    /// In the order of their UAI.
    package func establishments(of territory: TerritoryID) -> [Establishment] {
        (byTerritory[territory] ?? []).compactMap { establishments[$0] }
    }

    /// In the order of their UAI.
    package func establishments(on shard: ShardID) -> [EstablishmentID] { byShard[shard] ?? [] }
}
