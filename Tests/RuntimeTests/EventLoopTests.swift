import Runtime
import Testing

@Suite struct EventLoopTests {
    let thread: EventLoopThread
    var loop: EventLoop { thread.loop }

    init() throws { thread = try EventLoopThread(name: "test-loop") }

    // MARK: Jobs

    @Test func runsEveryStepOfATaskOnItsThread() async throws {
        let loop = loop
        let numbers = try await on(loop) {
            var numbers: Set<UInt> = [threadNumber()]
            #expect(loop.isCurrent)
            #expect(EventLoop.current === loop)
            try await loop.sleep(for: .milliseconds(1))
            numbers.insert(threadNumber())
            await Task.yield()
            numbers.insert(threadNumber())
            await withTaskGroup(of: UInt.self) { group in
                for _ in 0..<10 { group.addTask { threadNumber() } }
                for await number in group { numbers.insert(number) }
            }
            return numbers
        }
        #expect(numbers.count == 1)
        #expect(!numbers.contains(threadNumber()))
        #expect(!loop.isCurrent)
        #expect(EventLoop.current == nil)
    }

    @Test func runsWhatOtherThreadsHandItOnceAndInOrder() async throws {
        let loop = loop
        let seen = Box([Int]())
        await withTaskGroup(of: Void.self) { group in
            for start in 0..<8 {
                group.addTask {
                    for step in 0..<1000 { loop.execute { seen.value.append(start * 1000 + step) } }
                }
            }
        }
        let values = try await on(loop) { seen.value }
        #expect(values.count == 8000)
        for start in 0..<8 {
            #expect(values.filter { $0 / 1000 == start } == Array(start * 1000..<start * 1000 + 1000))
        }
    }

    @Test func executesOnALaterTurnEvenFromItself() async throws {
        let (loop, journal) = (loop, Journal())
        try await on(loop) {
            loop.execute { journal.add("executed") }
            journal.add("before")
        }
        try await journal.wait(for: 2)
        #expect(journal.entries == ["before", "executed"])
    }

    @Test func servesDescriptorsWhileTasksKeepWakingEachOther() async throws {
        let (loop, pair, served) = (loop, SocketPair(), Box(false))
        try await on(loop) {
            let id = try loop.register(pair.ends.0, .read) { _ in
                _ = pair.receive()
                served.value = true
            }
            pair.send(1)
            let start = Instant.now
            while !served.value, Instant.now.since(start) < .seconds(5) { await Task.yield() }
            loop.unregister(id)
        }
        #expect(try await on(loop) { served.value })
    }

    // MARK: End of turn

    @Test func runsEndOfTurnHooksOnceAfterTheJobs() async throws {
        let (loop, journal) = (loop, Journal())
        try await on(loop) {
            loop.atEndOfTurn {
                journal.add("hook")
                loop.atEndOfTurn { journal.add("hook of the hook") }
            }
            loop.spawn { journal.add("job") }
            journal.add("task")
        }
        try await journal.wait(for: 4)
        try await on(loop) { try await loop.sleep(for: .milliseconds(5)) }
        #expect(journal.entries == ["task", "job", "hook", "hook of the hook"])
    }

    // MARK: Timers

    @Test func runsTimersByDueTimeAndNotEarly() async throws {
        let (loop, journal) = (loop, Journal())
        let start = Instant.now
        try await on(loop) {
            for milliseconds in [30, 10, 20] {
                loop.schedule(after: .milliseconds(milliseconds)) {
                    let isDue = Instant.now.since(start) >= .milliseconds(milliseconds)
                    journal.add(isDue ? "\(milliseconds)" : "early")
                }
            }
        }
        try await journal.wait(for: 3)
        #expect(journal.entries == ["10", "20", "30"])
    }

    @Test func forgetsCancelledTimersEvenWhenBothAreDue() async throws {
        let (loop, journal) = (loop, Journal())
        try await on(loop) {
            let second = Box<TimerID?>(nil)
            loop.schedule(after: .milliseconds(5)) {
                journal.add("first")
                if let id = second.value { loop.cancel(id) }
            }
            second.value = loop.schedule(after: .milliseconds(6)) { journal.add("second") }
            let gone = loop.schedule(after: .milliseconds(1)) { journal.add("gone") }
            loop.cancel(gone)
            loop.cancel(gone)
            // Both come due in one turn.
            hold(for: 0.02)
        }
        try await on(loop) { try await loop.sleep(for: .milliseconds(30)) }
        #expect(journal.entries == ["first"])
    }

    @Test func acceptsATimerForNeverAndOneForThePast() async throws {
        let (loop, journal) = (loop, Journal())
        try await on(loop) {
            loop.schedule(after: .seconds(Int64.max / 2)) { journal.add("never") }
            loop.schedule(after: .seconds(-5)) { journal.add("past") }
        }
        try await journal.wait(for: 1)
        #expect(journal.entries == ["past"])
    }

    // MARK: Sleeping

    @Test func wakesACancelledSleeperAtOnce() async throws {
        let loop = loop
        let start = Instant.now
        let sleeper = loop.spawn {
            await #expect(throws: CancellationError.self) { try await loop.sleep(for: .seconds(60)) }
        }
        try await Task.sleep(for: .milliseconds(20))
        sleeper.cancel()
        await sleeper.value
        #expect(Instant.now.since(start) < .seconds(40))
        let cancelledBefore = loop.spawn {
            withUnsafeCurrentTask { $0?.cancel() }
            await #expect(throws: CancellationError.self) { try await loop.sleep(for: .seconds(60)) }
        }
        await cancelledBefore.value
        #expect(Instant.now.since(start) < .seconds(40))
    }

    @Test func survivesCancellationsThatRaceWithTheTimer() async throws {
        let loop = loop
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let sleeper = loop.spawn { try? await loop.sleep(for: .microseconds(number * 10)) }
                    try? await Task.sleep(for: .microseconds(number * 10))
                    sleeper.cancel()
                    await sleeper.value
                }
            }
        }
    }

    // MARK: Descriptors

    @Test func tellsWhatADescriptorIsReadyFor() async throws {
        let (loop, pair, journal) = (loop, SocketPair(), Journal())
        try await on(loop) {
            let id = Box<RegistrationID?>(nil)
            id.value = try loop.register(pair.ends.0, [.read, .write]) { readiness in
                if readiness.contains(.write) {
                    journal.add("writable")
                    if let id = id.value { loop.update(id, .read) }
                }
                if readiness.contains(.read), let byte = pair.receive() { journal.add("read \(byte)") }
            }
        }
        try await journal.wait(for: 1)
        pair.send(7)
        try await journal.wait(for: 2)
        #expect(journal.entries == ["writable", "read 7"])
    }

    @Test func reportsAHangUpWhereTheOwnerReads() async throws {
        let (loop, journal) = (loop, Journal())
        let pair = SocketPair()
        try await on(loop) {
            let id = Box<RegistrationID?>(nil)
            id.value = try loop.register(pair.ends.0, .read) { readiness in
                journal.add(readiness.contains(.read) && readiness.contains(.failed) ? "gone" : "alive")
                if let id = id.value { loop.unregister(id) }
            }
            shutDown(pair.ends.1)
        }
        try await journal.wait(for: 1)
        #expect(journal.entries == ["gone"])
    }

    @Test func dropsEventsOfARegistrationThatEndedInTheSameTurn() async throws {
        let (loop, journal) = (loop, Journal())
        let (one, two) = (SocketPair(), SocketPair())
        try await on(loop) {
            let ids = Box([RegistrationID]())
            // Both become ready in the same turn; whichever runs first ends the other.
            for (name, pair) in [("one", one), ("two", two)] {
                ids.value.append(
                    try loop.register(pair.ends.0, .read) { _ in
                        journal.add(name)
                        for id in ids.value { loop.unregister(id) }
                    })
                pair.send(1)
            }
        }
        try await on(loop) { try await loop.sleep(for: .milliseconds(20)) }
        #expect(journal.entries.count == 1)
    }

    @Test func dropsLateEventsWhenADescriptorNumberIsUsedAgain() async throws {
        let (loop, journal) = (loop, Journal())
        let trigger = SocketPair()
        try await on(loop) {
            let old = Box<SocketPair?>(SocketPair())
            let fresh = Box<SocketPair?>(nil)
            let oldID = Box<RegistrationID?>(nil)
            let number = old.value?.ends.0 ?? -1
            _ = try loop.register(trigger.ends.0, .read) { _ in
                guard trigger.receive() != nil, let id = oldID.value else { return }
                loop.unregister(id)
                old.value = nil
                fresh.value = SocketPair()
                journal.add(fresh.value?.ends.0 == number ? "same number" : "other number")
                _ = try? loop.register(fresh.value?.ends.0 ?? -1, .read) { _ in journal.add("late event") }
                loop.unregister(id)
            }
            oldID.value = try loop.register(number, .read) { _ in journal.add("old event") }
            // The trigger's event comes first in the same `epoll_wait`, and the old one's is fetched with it.
            trigger.send(1)
            old.value?.send(1)
        }
        try await on(loop) { try await loop.sleep(for: .milliseconds(20)) }
        #expect(!journal.entries.contains("late event"))
        #expect(journal.entries.contains("same number") || journal.entries.contains("other number"))
    }

    @Test func saysWhyADescriptorCannotBeWatched() async throws {
        let loop = loop
        try await on(loop) {
            #expect(throws: RuntimeError.system(call: "epoll_ctl", code: badDescriptor)) {
                try loop.register(-1, .read) { _ in }
            }
        }
    }

    // MARK: Ending

    @Test func runsWhatWasHandedInBeforeItsEnd() async throws {
        for _ in 0..<100 {
            let journal = Journal()
            let ending = try EventLoopThread(name: "ending")
            for number in 0..<10 { ending.loop.execute { journal.add("\(number)") } }
            ending.stopAndJoin()
            #expect(journal.entries.count == 10)
        }
    }
}
