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
        package var shard: ShardID
        package let people: Int
        /// Bytes over the line in the last days, both ways; 0 while nothing is known.
        package let traffic: Int

        package init(id: EstablishmentID, uai: UAI, shard: ShardID, people: Int, traffic: Int = 0) {
            self.id = id
            self.uai = uai
            self.shard = shard
            self.people = people
            self.traffic = traffic
        }
    }

    /// A school and what it weighs, in people.
    private struct Weighed {
        var school: School
        let load: Int

        /// What a school weighs without anybody in it: its tables are read all the same.
        private static let least = 50

        /// Half of it is how many people a school has, half how much they use it, as its part of all that is used; people alone
        /// where nothing was used yet.
        static func all(_ schools: [School]) -> [Weighed] {
            let people = schools.map(\.people).reduce(0, +)
            let traffic = schools.reduce(0.0) { $0 + Double($1.traffic) }
            return schools.map { school in
                guard traffic > 0 else { return Weighed(school: school, load: school.people + least) }
                let use = Int(Double(school.traffic) / traffic * Double(people))
                return Weighed(school: school, load: (school.people + use) / 2 + least)
            }.sorted { ($0.load, $1.school.uai) > ($1.load, $0.school.uai) }
        }
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
        var weighed = Weighed.all(schools)
        for one in weighed { loads[one.school.shard]? += one.load }
        var steps: [Step] = []
        var stranded: [UAI] = []
        func least() -> Place? {
            takers.min { (loads[$0.id] ?? 0) * $1.weight < (loads[$1.id] ?? 0) * $0.weight }
        }
        func move(_ index: Int, to target: ShardID) {
            let (school, load) = (weighed[index].school, weighed[index].load)
            steps.append(
                Step(establishment: school.id, uai: school.uai, from: school.shard, to: target, people: school.people))
            loads[school.shard]? -= load
            loads[target]? += load
            weighed[index].school.shard = target
        }
        let draining = Set(places.filter { $0.state == .draining }.map(\.id))
        for index in weighed.indices where draining.contains(weighed[index].school.shard) && steps.count < limit {
            if let target = least() { move(index, to: target.id) } else { stranded.append(weighed[index].school.uai) }
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
                let index = weighed.firstIndex(where: {
                    $0.school.shard == high.id && $0.load <= room && !moved.contains($0.school.id)
                })
            else { break }
            moved.insert(weighed[index].school.id)
            move(index, to: low.id)
        }
        return ShardPlan(steps: steps, stranded: stranded)
    }
}
