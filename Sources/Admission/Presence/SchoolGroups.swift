internal import Postgres
internal import Runtime
internal import Tenancy

/// The classes of the people whom rules and counts ask about, remembered for some minutes. One a loop.
package final class SchoolGroups: @unchecked Sendable {
    // Safety: confined to its loop.
    private struct Key: Hashable {
        let establishment: EstablishmentID
        let person: PersonID
    }

    /// A change of class is noticed after this long.
    private static let memory = Duration.seconds(600)
    /// Of each generation; about 200 bytes a person.
    private static let generation = 10_000
    /// Asked for in one statement.
    private static let mostAtOnce = 500

    private let store: SchoolGroupStore
    private let loop: EventLoop
    private var young: [Key: (groups: [SchoolGroup], until: Instant)] = [:]
    private var old: [Key: (groups: [SchoolGroup], until: Instant)] = [:]

    init(loop: EventLoop, tenancy: Tenancy) {
        self.loop = loop
        store = SchoolGroupStore(tenancy)
    }

    /// Nil when it was not asked for lately.
    func known(_ profile: Visitor.Profile) -> [SchoolGroup]? {
        let key = Key(establishment: profile.establishment, person: profile.person)
        guard let found = young[key] ?? old[key], found.until > loop.now else { return nil }
        return found.groups
    }

    /// Nil when the shard does not say in time; empty for somebody without a class.
    func groups(of profile: Visitor.Profile) async -> [SchoolGroup]? {
        if let known = known(profile) { return known }
        await load([profile])
        return known(profile)
    }

    /// Asks the shards, one statement an establishment, one establishment after the other.
    func load(_ profiles: [Visitor.Profile]) async {
        for (establishment, asked) in Dictionary(grouping: profiles, by: \.establishment) {
            let people = Array(Set(asked.map(\.person)).prefix(Self.mostAtOnce))
            guard let found = try? await store.groups(of: people, in: establishment) else { continue }
            let until = loop.now + Self.memory
            for person in people {
                keep(Key(establishment: establishment, person: person), (found[person] ?? [], until))
            }
        }
    }

    private func keep(_ key: Key, _ value: (groups: [SchoolGroup], until: Instant)) {
        if young.count >= Self.generation {
            old = young
            young = [:]
        }
        young[key] = value
    }
}
