internal import Runtime

/// Signs people in one after the other, several at once, so that later runs find sessions. Confined to its worker's loop.
final class Preparation: @unchecked Sendable {
    // Safety: confined to its worker's loop.
    var onEnd: () -> Void = {}

    private let worker: Worker
    private let people: [(person: Person, role: Mix.Role)]
    private let way: String
    private var next = 0
    private var running = 0

    init(_ worker: Worker, _ people: [Person], way: String) {
        let roles = Dictionary(worker.mix.roles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.worker = worker
        self.people = people.compactMap { person in roles[person.role].map { (person, $0) } }
        self.way = way
    }

    /// The next person; whoever is done goes on with another one.
    func goOn() {
        guard next < people.count else {
            if running == 0 { onEnd() }
            return
        }
        let (person, role) = people[next]
        next += 1
        running += 1
        worker.begin()
        let visit = Visit(person, role, worker)
        worker.parts.loop.spawn { [self] in
            if await !visit.isStillSignedIn(), await !visit.signIn(way, .now) { worker.tally.visitsAbandoned += 1 }
            worker.tally.visitsEnded += 1
            worker.end()
            visit.end()
            running -= 1
            goOn()
        }
    }
}
