import Runtime
import Testing

@testable import Admission
@testable import Control

@Suite struct NodeTests {
    @Test func namesAndAddressesAreWhatHAProxyMayRead() {
        #expect(NodeName("node-1")?.number == 1 && NodeName("node-64") != nil)
        for wrong in ["node-0", "node-65", "node-01", "node-", "node-1 ; shutdown", "other-1"] {
            #expect(NodeName(wrong) == nil, "\(wrong)")
        }
        #expect(NodePlace.Address("127.0.0.1:8101")?.description == "127.0.0.1:8101")
        for wrong in [
            "127.0.0.1", "127.0.0.1:0", "localhost:80", "127.0.0.1:80;x", "01.2.3.4:80", "1.2.3:80", "1.2.3.4:99999",
        ] {
            #expect(NodePlace.Address(wrong) == nil, "\(wrong)")
        }
    }

    @Test func readsWhatHAProxySaysOfItsServers() {
        let text = """
            # pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight
            nodes,node-1,2,0,5,9,77,100,0,0,,0,,0,0,0,0,UP,1
            nodes,node-2,0,0,1,9,2048,100,0,0,,0,,0,0,0,0,DRAIN,1
            nodes,node-3,0,0,0,0,2048,0,0,0,,0,,0,0,0,0,MAINT,1
            nodes,other,0,0,0,0,2048,0,0,0,,0,,0,0,0,0,UP,1
            nodes,node-4,short
            """
        let servers = FrontServers.read(text)
        #expect(servers.map(\.name.number) == [1, 2, 3])
        #expect(servers[0].serves && servers[0].requests == 7 && servers[0].places == 77)
        #expect(!servers[1].serves && !servers[1].isFree)
        #expect(servers[2].isFree && !servers[2].serves)
    }

    @Test func whatTheFrontAnsweredByItselfIsCountedMinuteByMinute() throws {
        func counts(_ requests: Int, _ all: Int, _ nodes: [Int]) throws -> FrontWatch.Counts {
            let servers =
                nodes.map { "nodes,node-1,7,\($0),0" } + ["nodes,BACKEND,\(requests),\(all),0", "nodes,short"]
            return try #require(
                FrontWatch.Counts("# pxname,svname,req_tot,hrsp_5xx,x\n" + servers.joined(separator: "\n") + "\n"))
        }
        #expect(try counts(100, 9, [2, 3]).failed == 4)
        // A node's answer that was tried again elsewhere is no error of the front, and no credit.
        #expect(try counts(100, 2, [3]).failed == 0)
        #expect(FrontWatch.Counts("Unknown command") == nil)
        #expect(FrontWatch.Counts("# svname,req_tot,hrsp_5xx\nnode-1,1,1") == nil)

        let thread = try EventLoopThread(name: "test")
        defer { thread.stopAndJoin() }
        let pool = try BlockingPool(name: "front", threads: 1, queue: 4)
        defer { pool.stop() }
        let watch = FrontWatch(loop: thread.loop, fronts: [], pool: pool, metrics: Metrics(), log: Log("test"))
        // What was before the first look is of no known minute.
        watch.note(["a": try counts(1000, 50, []), "b": try counts(10, 0, [])], at: 60_000_000)
        watch.note(["a": try counts(1100, 53, [1]), "b": try counts(20, 5, [])], at: 70_000_000)
        #expect(watch.minutes == [FrontWatch.Minute(start: 60_000_000, requests: 110, failed: 7)])
        // One of them was started again; in the next minute.
        watch.note(["a": try counts(40, 4, []), "b": try counts(20, 5, [])], at: 125_000_000)
        #expect(watch.minutes.map(\.start) == [120_000_000, 60_000_000])
        #expect(watch.minutes.first?.requests == 40)
        #expect(watch.minutes.first?.failed == 4)
    }

    @Test func adviceGoesByTheThresholdsAndByWhatNoNodeHasSeen() {
        let now: Int64 = 600_000_000
        func advice(
            good: Int, front: (Int, Int)? = nil, places: Int = 0, _ thresholds: AlertThresholds = .standard
        ) -> [Indicators.Advice] {
            let minute = AttendanceStore.Minute(
                start: 540_000_000, connected: 5, waiting: 0, requests: 1000, good: good, failed: 0, shed: 0,
                refused: [])
            let ofFront = front.map { [FrontWatch.Minute(start: 540_000_000, requests: $0.0, failed: $0.1)] }
            let standing = SessionGate.Standing(places: places, waiting: 0, admittedPerMinute: 0)
            return Indicators([minute], front: ofFront, inForce: 100, standing: standing, thresholds, now: now).advice
        }
        #expect(advice(good: 1000) == [])
        #expect(advice(good: 994) == [.lowerCap])
        #expect(advice(good: 994, AlertThresholds(good: 990)) == [])
        #expect(advice(good: 1000, front: (1000, 4)) == [])
        #expect(advice(good: 1000, front: (1000, 6)) == [.addNodes])
        #expect(advice(good: 1000, front: (50, 50)) == [], "a few requests say nothing")
        #expect(advice(good: 1000, places: 90) == [.watch])
        #expect(advice(good: 1000, places: 90, AlertThresholds(places: 950)) == [])
    }

    @Test func aDriverSaysWhereItsNodeIs() async throws {
        let pool = try BlockingPool(name: "driver", threads: 1, queue: 4)
        defer { pool.stop() }
        let name = try #require(NodeName("node-3"))
        func driver(_ script: String) -> NodeDriverCommand {
            NodeDriverCommand(["/bin/sh", "-c", script, "driver"], pool: pool)
        }
        let place = try await driver(
            #"echo "{\"address\":\"127.0.0.1:1\",\"private\":\"127.0.0.1:2\",\"agent\":\"127.0.0.1:3\"}"; test "$1 $2" = "start node-3""#
        ).start(name)
        #expect(place.agent.port == 3)
        for script in ["echo {}", "echo nonsense", "exit 3", "kill -9 $$"] {
            await #expect(throws: NodeError.self) { try await driver(script).start(name) }
        }
        try await driver(#"test "$1 $2" = "stop node-3""#).stop(name)
        await #expect(throws: NodeError.self) { try await NodeDriverCommand(["/nowhere"], pool: pool).stop(name) }
    }
}

@Suite struct ScalingRulesTests {
    private let rules = ScalingRules(
        least: 2, most: 12,
        periods: [
            .init(days: [1, 2, 3, 4, 5], minutes: 460..<510, nodes: 8), .init(days: [3], minutes: 480..<490, nodes: 10),
        ])

    private func load(_ serving: Int, busy: Int, waiting: Int = 0) -> ScalingRules.Load {
        ScalingRules.Load(serving: serving, busy: busy, waiting: waiting, places: serving * 100)
    }

    @Test func theBellIsKnownBeforehand() {
        #expect(rules.planned(weekday: 1, minute: 439) == 2)
        #expect(rules.planned(weekday: 1, minute: 441) == 8, "twenty minutes ahead")
        #expect(rules.planned(weekday: 1, minute: 509) == 8)
        #expect(rules.planned(weekday: 1, minute: 510) == 2)
        #expect(rules.planned(weekday: 3, minute: 470) == 10, "of two periods the larger one")
        #expect(rules.planned(weekday: 6, minute: 470) == 2)
    }

    @Test func aQueueAddsNodes() {
        #expect(rules.wanted(load(2, busy: 100), planned: 2, calm: .zero) == 2)
        #expect(rules.wanted(load(2, busy: 160), planned: 2, calm: .zero) == 3)
        #expect(
            rules.wanted(load(4, busy: 200, waiting: 1), planned: 2, calm: .zero) == 5, "waiting is too much already")
        #expect(rules.wanted(load(4, busy: 400, waiting: 2000), planned: 2, calm: .zero) == 8, "twice as many at most")
        #expect(rules.wanted(load(10, busy: 1000, waiting: 9000), planned: 2, calm: .zero) == 12)
        #expect(rules.wanted(load(2, busy: 0), planned: 8, calm: .zero) == 8)
        #expect(rules.wanted(load(0, busy: 0), planned: 2, calm: .zero) == 2)
    }

    @Test func nodesGoOneByOneAndNotBeforeTheirTime() {
        let calm = load(5, busy: 50)
        #expect(rules.isIdle(calm))
        #expect(rules.wanted(calm, planned: 2, calm: .seconds(299)) == 5)
        #expect(rules.wanted(calm, planned: 2, calm: .seconds(300)) == 4)
        #expect(rules.wanted(calm, planned: 5, calm: .seconds(900)) == 5, "the timetable keeps them")
        #expect(!rules.isIdle(load(5, busy: 200)) && !rules.isIdle(load(1, busy: 0)))
        #expect(rules.wanted(load(2, busy: 0), planned: 2, calm: .seconds(900)) == 2)
    }
}
