import Runtime
import Testing

@Suite struct BlockingPoolTests {
    private struct Refusal: Error, Equatable {}

    @Test func runsOffTheLoopAndComesBackToIt() async throws {
        let pool = try BlockingPool(name: "pool", threads: 2, queue: 10)
        let thread = try EventLoopThread(name: "loop")
        let loop = thread.loop
        try await on(loop) {
            let before = threadNumber()
            let inside = try await pool.run { (threadNumber(), EventLoop.current == nil) }
            #expect(inside.0 != before)
            #expect(inside.1)
            #expect(threadNumber() == before)
            await #expect(throws: Refusal.self) { try await pool.run { throw Refusal() } }
            #expect(threadNumber() == before)
        }
        pool.stop()
        thread.stopAndJoin()
    }

    @Test func runsAtMostItsThreadsAtOnce() async throws {
        let pool = try BlockingPool(name: "pool", threads: 3, queue: 100)
        let running = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<30 {
                group.addTask {
                    try await pool.run {
                        running.add(1)
                        hold(for: 0.01)
                        running.add(-1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(running.mostEver == 3)
        #expect(running.value == 0)
        pool.stop()
    }

    @Test func refusesPastItsQueueAtOnce() async throws {
        let pool = try BlockingPool(name: "pool", threads: 1, queue: 2)
        let (release, slowRefusals) = (Tally(), Tally())
        let (done, refused) = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    let start = Instant.now
                    do {
                        try await pool.run { while release.value == 0 { hold(for: 0.001) } }
                        return true
                    } catch {
                        #expect(error as? RuntimeError == .overloaded)
                        if Instant.now.since(start) > .milliseconds(500) {
                            slowRefusals.add(1)
                        }
                        return false
                    }
                }
            }
            var (done, refused) = (0, 0)
            for await isDone in group {
                if isDone { done += 1 } else { refused += 1 }
                // One or none has a thread yet and two wait: the rest is refused before anything ends.
                if refused == 7 { release.add(1) }
            }
            return (done, refused)
        }
        #expect(done + refused == 10)
        #expect((2...3).contains(done))
        #expect(slowRefusals.value == 0)
        #expect(pool.waiting == 0)
        pool.stop()
    }

    @Test func finishesItsQueueBeforeItStops() async throws {
        let pool = try BlockingPool(name: "pool", threads: 1, queue: 100)
        let finished = Tally()
        let tasks = (0..<20).map { _ in
            Task {
                try await pool.run {
                    hold(for: 0.002)
                    finished.add(1)
                }
            }
        }
        try await Task.sleep(for: .milliseconds(10))
        pool.stop()
        var refused = 0
        for task in tasks { if case .failure = await task.result { refused += 1 } }
        #expect(finished.value + refused == 20)
        #expect(finished.value > 0)
        await #expect(throws: RuntimeError.stopped) { try await pool.run {} }
    }

    @Test func resolvesNamesOffTheLoop() async throws {
        #expect(HostName.isNumeric("127.0.0.1") && HostName.isNumeric("::1"))
        #expect(!HostName.isNumeric("localhost") && !HostName.isNumeric("127.0.0.1.example") && !HostName.isNumeric(""))
        #expect(try await HostName.resolve("10.1.2.3") == ["10.1.2.3"])
        let local = try await HostName.resolve("localhost")
        #expect(local.contains("127.0.0.1") || local.contains("::1"))
        await #expect(throws: RuntimeError.unknownHost) { try await HostName.resolve("no-such-host.invalid") }
    }
}
