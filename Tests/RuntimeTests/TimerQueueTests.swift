import Testing

@testable import Runtime

@Suite struct TimerQueueTests {
    /// Random additions, cancellations and expirations, against a list that is searched.
    @Test(arguments: 0..<20)
    func agreesWithAListUnderRandomUse(_ seed: UInt64) {
        var random = Lottery(state: seed)
        var queue = TimerQueue()
        var model: [(due: UInt64, id: TimerID, number: Int)] = []
        let ran = Box([Int]())
        var now: UInt64 = 0
        for number in 0..<3000 {
            switch random.next() % 10 {
            case 0..<5:
                let due = now + random.next() % 500
                let id = queue.add(at: Instant(nanoseconds: due)) { ran.value.append(number) }
                model.append((due, id, number))
            case 5..<8:
                guard !model.isEmpty else { continue }
                queue.cancel(model.remove(at: Int(random.next() % UInt64(model.count))).id)
            default:
                now += random.next() % 200
                ran.value = []
                while let body = queue.popDue(at: Instant(nanoseconds: now)) { body() }
                let due = model.filter { $0.due <= now }
                model.removeAll { $0.due <= now }
                // Those due at the same instant may run in either order.
                let expected = due.map { ($0.due, $0.number) }.sorted { $0 < $1 }
                let got = ran.value.compactMap { number in due.first { $0.number == number } }.map(\.due)
                guard ran.value.count == expected.count, got == expected.map(\.0) else {
                    Issue.record("seed \(seed): ran \(ran.value), expected \(expected.map(\.1))")
                    return
                }
            }
            guard queue.next?.nanoseconds == model.map(\.due).min() else {
                Issue.record("seed \(seed): the next timer is not the earliest")
                return
            }
        }
    }

    @Test func forgetsWhatCancelledBodiesHeld() {
        var queue = TimerQueue()
        var held: Journal? = Journal()
        weak let watched = held
        let id = queue.add(at: .distantFuture) { [held] in _ = held }
        held = nil
        #expect(watched != nil)
        queue.cancel(id)
        #expect(watched == nil)
    }
}

/// splitmix64: the same numbers for the same seed.
private struct Lottery {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &+ 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
