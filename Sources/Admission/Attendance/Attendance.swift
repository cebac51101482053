package import Postgres
package import Runtime
package import Tenancy

/// How the requests of one loop went, by territory, written to the directory every ten seconds. With the directory gone it is
/// added up and written later.
package final class Attendance: @unchecked Sendable {
    // Safety: confined to its loop.
    /// What a request came to.
    package enum Outcome: Sendable {
        case good
        /// Rightly answered, but later than three seconds after it reached the front.
        case late
        case failed
        case shed
        case refused(rule: String)
    }

    private let loop: EventLoop
    private let tenancy: Tenancy
    private let service: AdmissionService
    private let store: AttendanceStore
    private var tallies: [TerritoryID: AttendanceStore.Tally] = [:]
    private var timer: TimerID?

    package init(loop: EventLoop, tenancy: Tenancy, service: AdmissionService, directory: PostgresPool) {
        self.loop = loop
        self.tenancy = tenancy
        self.service = service
        store = AttendanceStore(directory)
    }

    package func record(_ outcome: Outcome, in territory: TerritoryID) {
        tallies[territory, default: AttendanceStore.Tally()].note(outcome)
    }

    /// - Parameter counting: whether this loop also notes how many people there are; one of each process is enough.
    package func start(counting: Bool) {
        loop.assertCurrent()
        timer = loop.schedule(after: .seconds(10) * Double.random(in: 0.9...1.1)) { [weak self] in
            guard let self else { return }
            loop.spawn {
                await self.write()
                if counting { await self.count() }
            }
            start(counting: counting)
        }
    }

    package func stop() {
        if let timer { loop.cancel(timer) }
    }

    package func write() async {
        guard !tallies.isEmpty else { return }
        let writing = tallies
        tallies = [:]
        do {
            try await store.add(writing)
        } catch {
            for (territory, tally) in writing { tallies[territory, default: AttendanceStore.Tally()].add(tally) }
        }
    }

    /// Costs one call to Redis for the people and one for those who wait, whatever the number of territories.
    private func count() async {
        let territories = tenancy.territories.all.map(\.id)
        let scopes = territories.map { RuleScope.territory($0) }
        guard let people = try? await service.presence.count(scopes.map { PresenceKey($0) }),
            let standings = try? await service.gate.standing(of: scopes), people.count == territories.count,
            standings.count == territories.count
        else { return }
        var seen: [(territory: TerritoryID, connected: Int, waiting: Int)] = []
        for (index, territory) in territories.enumerated() where people[index] + standings[index].waiting > 0 {
            seen.append((territory, people[index], standings[index].waiting))
        }
        guard !seen.isEmpty else { return }
        try? await store.note(seen)
    }
}
