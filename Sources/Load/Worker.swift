internal import Foundation
internal import Glibc
internal import Runtime

/// One process's part of a run: a loop, its people, and a line of JSON a second on standard output. Confined to its loop.
final class Worker: @unchecked Sendable {
    // Safety: made before its loop runs, then confined to it.
    let product: Product
    let mix: Mix
    let parts: ClientConnection.Parts
    let constants: [String: String]
    let speed: Double
    var chance: Chance
    var tally = Tally()
    /// The run has ended: what happens from now on is nobody's measure.
    private(set) var isOver = false

    private let options: LoadOptions
    private let part: Int
    private let start: Instant
    private let loop: EventLoop
    private var people: [Person]
    /// Who is not in a visit, by role: places in `people`.
    private var free: [String: [Int]] = [:]
    private var inVisit = 0
    private var second = 0

    /// - Parameters:
    ///   - part: which of the run's processes this is.
    ///   - start: the same instant for all of them.
    init(_ options: LoadOptions, part: Int, start: Instant, loop: EventLoop) throws(LoadError) {
        self.options = options
        self.part = part
        self.start = start
        self.loop = loop
        product = try options.readProduct()
        mix = try options.readMix()
        people = try options.readPeople(part: part)
        parts = ClientConnection.Parts(loop: loop, address: options.front)
        constants = options.constants
        speed = options.speed
        chance = Chance(seed: options.seed &+ UInt64(part) &* 7919)
        if let file = options.sessions { try SessionFile.read(file, into: people) }
        for (place, person) in people.enumerated() { free[person.role, default: []].append(place) }
    }

    // MARK: An open run

    func run() {
        for (index, role) in mix.roles.enumerated() {
            let points = options.curve(of: index, in: mix).map {
                Arrivals.Point(time: $0.time, rate: $0.rate / Double(options.processes))
            }
            var arrivals = Arrivals(points, seed: options.seed &+ UInt64(part * 1000 + index) &* 104_729)
            expect(arrivals.next(), role) { arrivals.next() }
        }
        loop.schedule(after: (start + .nanoseconds(Int64(options.length * 1e9))).since(.now)) { [self] in
            isOver = true
            finish()
        }
        report()
    }

    /// Waits for the next arrival, which waits for the one after it.
    private func expect(_ time: Double?, _ role: Mix.Role, _ next: @escaping () -> Double?) {
        guard let time else { return }
        let arrival = start + .nanoseconds(Int64(time * 1e9))
        loop.schedule(after: arrival.since(.now)) { [self] in
            guard !isOver else { return }
            arrive(role, arrival)
            expect(next(), role, next)
        }
    }

    private func arrive(_ role: Mix.Role, _ arrival: Instant) {
        // In place: a copy of everybody for each arrival would be what is measured.
        let last = (free[role.name]?.count ?? 0) - 1
        if last >= 0 { free[role.name]?.swapAt(Int(chance.fraction() * Double(last + 1)), last) }
        guard let place = free[role.name]?.popLast() else {
            tally.nobodyLeft += 1
            return
        }
        begin()
        let visit = Visit(people[place], role, self)
        loop.spawn { [self] in
            await visit.run(arrival)
            end()
            free[role.name, default: []].append(place)
        }
    }

    /// False when the run is over.
    func wait(until instant: Instant) async -> Bool {
        let left = instant.since(.now)
        if left > .zero { try? await loop.sleep(for: left) }
        return !isOver
    }

    // MARK: Preparing sessions

    /// Signs everybody in who has no session that still opens their page, so many at once.
    func prepare(_ way: String, atOnce: Int) {
        report()
        let preparation = Preparation(self, people, way: way)
        preparation.onEnd = { [self] in finish() }
        for _ in 0..<atOnce { preparation.goOn() }
    }

    func begin() {
        inVisit += 1
        tally.visitsBegun += 1
    }

    func end() { inVisit -= 1 }

    // MARK: Reporting

    private func report() {
        let due = start + .seconds(second + 1)
        loop.schedule(after: due.since(.now)) { [self] in
            second += 1
            write(isLast: false)
            report()
        }
    }

    private func finish() {
        if let file = options.sessions { try? SessionFile.write(people, to: SessionFile.part(file, part)) }
        second += 1
        write(isLast: true)
        loop.stop()
    }

    private func write(isLast: Bool) {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        let line = Second(
            time: second, tally: tally, inVisit: inVisit, connections: parts.open, waiting: parts.waiting,
            reconnects: parts.takeReconnects(), processor: seconds(usage.ru_utime) + seconds(usage.ru_stime),
            isLast: isLast)
        tally = Tally()
        guard var bytes = try? JSONEncoder().encode(line) else { return }
        bytes.append(10)
        FileHandle.standardOutput.write(bytes)
    }
}
