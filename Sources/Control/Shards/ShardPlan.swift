package import Tenancy

/// Which establishments should move so that every shard has its share of the people: pure, so that what is shown first is what
/// is done then.
package struct ShardPlan: Sendable, Equatable {
    package struct Place: Sendable {
        package let id: ShardID
        package let state: Shard.State
        package let weight: Int

        package init(id: ShardID, state: Shard.State, weight: Int) {
            self.id = id
            self.state = state
            self.weight = weight
        }
    }

    package struct School: Sendable {
        package let id: EstablishmentID
        package let uai: UAI
        package let shard: ShardID
        package let people: Int

        package init(id: EstablishmentID, uai: UAI, shard: ShardID, people: Int) {
            self.id = id
            self.uai = uai
            self.shard = shard
            self.people = people
        }

        /// What a school weighs without anybody in it: its tables are read all the same.
        var load: Int { people + 50 }
    }

    package struct Step: Sendable, Equatable {
        package let establishment: EstablishmentID
        package let uai: UAI
        package let from: ShardID
        package let to: ShardID
        package let people: Int
    }

    package let steps: [Step]
    /// Schools for which no shard was found: none takes any.
    package let stranded: [UAI]

    /// A shard may have so much more or less than its share, in percent, before something moves.
    package static let tolerance = 10

    /// - Parameter limit: of steps; those of draining shards come first.
    package static func make(_ places: [Place], _ schools: [School], limit: Int) -> ShardPlan {
        let takers = places.filter { $0.state == .active && $0.weight > 0 }.sorted { $0.id < $1.id }
        var loads = Dictionary(takers.map { ($0.id, 0) }, uniquingKeysWith: { $1 })
        var schools = schools.sorted { ($0.load, $1.uai) > ($1.load, $0.uai) }
        for school in schools { loads[school.shard]? += school.load }
        var steps: [Step] = []
        var stranded: [UAI] = []
        func least() -> Place? {
            takers.min { (loads[$0.id] ?? 0) * $1.weight < (loads[$1.id] ?? 0) * $0.weight }
        }
        func move(_ index: Int, to target: ShardID) {
            let school = schools[index]
            steps.append(
                Step(establishment: school.id, uai: school.uai, from: school.shard, to: target, people: school.people))
            loads[school.shard]? -= school.load
            loads[target]? += school.load
            schools[index] = School(id: school.id, uai: school.uai, shard: target, people: school.people)
        }
        let draining = Set(places.filter { $0.state == .draining }.map(\.id))
        for index in schools.indices where draining.contains(schools[index].shard) && steps.count < limit {
            if let target = least() { move(index, to: target.id) } else { stranded.append(schools[index].uai) }
        }
        let total = loads.values.reduce(0, +)
        let weights = takers.map(\.weight).reduce(0, +)
        guard weights > 0 else { return ShardPlan(steps: steps, stranded: stranded) }
        func share(_ place: Place) -> Int { total * place.weight / weights }
        var moved = Set<EstablishmentID>()
        while steps.count < limit, let low = least(),
            let high = takers.max(by: { (loads[$0.id] ?? 0) - share($0) < (loads[$1.id] ?? 0) - share($1) }),
            high.id != low.id
        {
            let excess = (loads[high.id] ?? 0) - share(high)
            let lack = share(low) - (loads[low.id] ?? 0)
            guard excess * 100 > share(high) * tolerance || lack * 100 > share(low) * tolerance else { break }
            let room = min(excess, lack)
            // The largest that fits. One that is larger than the whole excess would only carry the problem elsewhere: a giant
            // keeps its shard, and the others leave it.
            guard
                let index = schools.firstIndex(where: {
                    $0.shard == high.id && $0.load <= room && !moved.contains($0.id)
                })
            else { break }
            moved.insert(schools[index].id)
            move(index, to: low.id)
        }
        return ShardPlan(steps: steps, stranded: stranded)
    }
}
