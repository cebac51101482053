internal import Tenancy
internal import YAML

/// Gives every establishment without a shard one: the one its manifest names, or the least loaded for its weight.
struct Placing {
    private(set) var placements: [Plan.Placement] = []
    private(set) var notices: [PlanNotice] = []
    private var shards: [DirectoryState.ShardLoad]
    private let known: [String: DirectoryState.Placement]
    /// One notice a reason, however many establishments it keeps out.
    private var withoutShard: [TerritoryID: [String]] = [:]

    init(_ state: DirectoryState) {
        shards = state.shards
        known = state.placements
    }

    mutating func place(_ manifests: ManifestSet) {
        for territory in manifests.territories {
            for establishment in territory.establishments { place(establishment, of: territory) }
            guard let left = withoutShard[territory.id] else { continue }
            let among = territory.identity.shards.among.map {
                " among \($0.map(\.description).joined(separator: ", "))"
            }
            notices.append(
                PlanNotice(
                    kind: .refused, territory: territory.id,
                    message: "no shard\(among ?? "") takes new establishments, and \(left.count) need one:"
                        + " `preau shard add` adds one", targets: left))
        }
        for shard in shards where shard.load > Plan.advisedLoad && placements.contains(where: { $0.shard == shard.id })
        {
            notices.append(
                PlanNotice(
                    kind: .crowdedShard, territory: nil,
                    message:
                        "shard \(shard.id) would have \(shard.load) establishments; more than \(Plan.advisedLoad) on one"
                        + " are not advised", targets: [shard.id.description]))
        }
    }

    private mutating func place(_ establishment: EstablishmentManifest, of territory: TerritoryManifest) {
        let uai = establishment.uai.rawValue
        if let placement = known[uai], placement.state != .provisioning || placement.shard != nil {
            check(establishment, on: placement, of: territory)
            return
        }
        switch establishment.shard {
        case .placeIt:
            guard let index = leastLoaded(among: territory.identity.shards.among) else {
                withoutShard[territory.id, default: []].append(uai)
                return
            }
            put(uai, at: index)
        case .shard(let id):
            guard let index = shards.firstIndex(where: { $0.id == id }), shards[index].state == .active else {
                let why = shards.first { $0.id == id }.map { "is \($0.state.rawValue), not active" } ?? "does not exist"
                refuse(establishment, of: territory, "shard \(id) \(why)")
                return
            }
            put(uai, at: index)
        }
    }

    private mutating func put(_ uai: String, at index: Int) {
        shards[index].load += 1
        placements.append(Plan.Placement(uai: uai, shard: shards[index].id))
    }

    private func leastLoaded(among allowed: [ShardID]?) -> Int? { Placing.leastLoaded(of: shards, among: allowed) }

    /// The place of the shard that takes the next establishment; nil when none does.
    static func leastLoaded(of shards: [DirectoryState.ShardLoad], among allowed: [ShardID]?) -> Int? {
        shards.indices
            .filter { shards[$0].state == .active && shards[$0].weight > 0 }
            .filter { allowed?.contains(shards[$0].id) ?? true }
            // load / weight, compared without a division; of two equal ones the first.
            .min { shards[$0].load * shards[$1].weight < shards[$1].load * shards[$0].weight }
    }

    private mutating func check(
        _ establishment: EstablishmentManifest, on placement: DirectoryState.Placement, of territory: TerritoryManifest
    ) {
        guard placement.state != .closed, case .shard(let declared) = establishment.shard, let shard = placement.shard,
            shard != declared
        else { return }
        notices.append(
            PlanNotice(
                kind: .otherShard, territory: territory.id,
                message:
                    "\(establishment.place): \(establishment.uai) lives on shard \(shard), not \(declared), and stays:"
                    + " `preau establishment move \(establishment.uai) --to \(declared)` moves it",
                targets: [establishment.uai.rawValue]))
    }

    private mutating func refuse(
        _ establishment: EstablishmentManifest, of territory: TerritoryManifest, _ reason: String
    ) {
        notices.append(
            PlanNotice(
                kind: .refused, territory: territory.id,
                message: "\(establishment.place): \(establishment.uai) cannot be placed: \(reason)",
                targets: [establishment.uai.rawValue]))
    }
}
