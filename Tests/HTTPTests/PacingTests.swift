import Runtime
import Synchronization
import Testing

@testable import HTTP

/// A purse that a timer fills, a little at a time.
private final class Purse: ByteBudget, @unchecked Sendable {
    // Safety: used on the loop of its server only.
    private let loop: EventLoop
    private let portion: Int
    private var tokens = 0
    private var waiting: [() -> Void] = []
    private(set) var spent = 0
    private(set) var uploaded = 0
    private(set) var refusals = 0

    init(_ loop: EventLoop, portion: Int) {
        self.loop = loop
        self.portion = portion
    }

    func spend(_ bytes: Int, upload: Bool) {
        if upload { uploaded += bytes } else { spent += bytes }
    }

    func take(upTo wanted: Int) -> Int {
        guard tokens > 0 else {
            refusals += 1
            return 0
        }
        let count = min(wanted, tokens)
        tokens -= count
        spent += count
        return count
    }

    func giveBack(_ bytes: Int) {
        tokens += bytes
        spent -= bytes
    }

    var isOverdrawn: Bool { false }

    func whenRefilled(_ body: @escaping () -> Void) {
        waiting.append(body)
        loop.schedule(after: .milliseconds(1)) { [self] in
            tokens += portion
            let woken = waiting
            waiting = []
            for body in woken { body() }
        }
    }
}

@Suite(.serialized) struct PacingTests {
    private static let heavy = [UInt8]((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })

    private func exchange(
        _ target: String, method: String = "GET", body: [UInt8] = []
    ) async throws -> (answer: RawClient.Answer, spent: Int, uploaded: Int, refusals: Int) {
        let server = try await TestServer { request in
            guard let loop = EventLoop.current else { return .status(.internalServerError) }
            let purse = Self.purses.withLock { purses in
                let purse = Purse(loop, portion: 5000)
                purses.append(purse)
                return purse
            }
            request.body.pay(with: purse)
            if request.method == .post {
                guard let bytes = try? await request.body.collect(upTo: 1 << 20) else { return .status(.badRequest) }
                var response = Response.text("\(bytes.count)")
                response.budget = purse
                return response
            }
            var response =
                switch request.path {
                case "/page": Response.text("small")
                case "/bytes": Response.json(Self.heavy, contentType: "application/octet-stream")
                default:
                    Response(
                        status: .ok,
                        body: .stream(length: nil) { writer in
                            for start in stride(from: 0, to: Self.heavy.count, by: 20_000) {
                                try await writer.write(Array(Self.heavy[start..<min(start + 20_000, Self.heavy.count)]))
                            }
                        })
                }
            response.budget = purse
            return response
        }
        let client = try RawClient(server.port)
        client.send(
            "\(method) \(target) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + (body.isEmpty ? "" : "Content-Length: \(body.count)\r\n") + "\r\n")
        if !body.isEmpty { client.send(body) }
        let answer = try client.read()
        let purse = try #require(Self.purses.withLock { $0.popLast() })
        let facts = try await server.onLoop { (purse.spent, purse.uploaded, purse.refusals) }
        return (answer, facts.0, facts.1, facts.2)
    }

    private static let purses = Mutex<[Purse]>([])

    @Test(arguments: ["/bytes", "/stream"])
    func whatIsHeavyGoesAsTheBudgetAllowsAndArrivesWhole(_ target: String) async throws {
        let (answer, spent, _, refusals) = try await exchange(target)
        #expect(answer.body == Self.heavy)
        #expect(refusals > 10)
        #expect((Self.heavy.count...Self.heavy.count + 1000).contains(spent))
    }

    @Test func aPageIsCountedAndWaitsForNothing() async throws {
        let (answer, spent, _, refusals) = try await exchange("/page")
        #expect(answer.body == Array("small".utf8))
        #expect(refusals == 0)
        #expect((5...500).contains(spent))
    }

    @Test func aBigUploadIsPacedAndCounted() async throws {
        let (answer, _, uploaded, refusals) = try await exchange("/upload", method: "POST", body: Self.heavy)
        #expect(answer.body == Array("300000".utf8))
        #expect(uploaded == Self.heavy.count)
        #expect(refusals > 0)
    }
}
