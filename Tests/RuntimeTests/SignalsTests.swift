import Runtime
import Testing

@Suite struct SignalsTests {
    @Test func deliversBlockedSignalsOnTheLoop() async throws {
        let thread = try EventLoopThread(name: "signals")
        let (loop, journal) = (thread.loop, Journal())
        try await on(loop) {
            Signals.block([userSignal])
            try Signals.watch([userSignal], on: loop) { number in
                journal.add(loop.isCurrent && number == userSignal ? "signal" : "stray")
            }
            raiseHere(userSignal)
        }
        try await journal.wait(for: 1)
        try await on(loop) { raiseHere(userSignal) }
        try await journal.wait(for: 2)
        #expect(journal.entries == ["signal", "signal"])
        thread.stopAndJoin()
    }

    @Test func makesAVanishedPeerAnErrorOfTheWrite() {
        Signals.block([])
        #expect(writeToClosedPeer() == brokenPipe)
    }
}
