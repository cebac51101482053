import Glibc
import Runtime
import Testing

@testable import HTTP

/// Clients that are slow, silent, many or gone; servers that drain and stop.
@Suite(.serialized) struct LifecycleTests {
    @Test func aSlowHeadIsCutOff() async throws {
        let server = try await TestServer({ $0.timeouts.header = .seconds(1) }) { _ in .text("reached") }
        let silent = try RawClient(server.port)
        let partial = try RawClient(server.port)
        partial.send("GET / HTTP/1.1\r\n")
        let start = Instant.now
        // A byte now and then does not keep it open.
        for byte in "Host: example".utf8 where Instant.now.since(start) < .seconds(4) {
            partial.send([byte])
            usleep(200_000)
        }
        #expect(try partial.read().status == 408)
        #expect(try partial.isClosed())
        #expect(try silent.isClosed())
        #expect(Instant.now.since(start) < .seconds(6))
    }

    @Test func aSlowBodyIsCutOff() async throws {
        let server = try await TestServer({ $0.timeouts.bodyIdle = .seconds(1) }) { request in
            do {
                return .text("\(try await request.body.collect(upTo: 1000).count)")
            } catch { return .text("\(error)", status: .requestTimeout) }
        }
        let client = try RawClient(server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello")
        let start = Instant.now
        let answer = try client.read()
        #expect(answer.status == 408 && answer.text == "timedOut")
        #expect(try client.isClosed())
        #expect(Instant.now.since(start) < .seconds(5))
    }

    @Test func aTricklingBodyIsCutOff() async throws {
        let server = try await TestServer({ $0.timeouts.bodyIdle = .seconds(1) }) { request in
            do {
                return .text("\(try await request.body.collect(upTo: 1000).count)")
            } catch { return .text("\(error)", status: .requestTimeout) }
        }
        let client = try RawClient(server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<12 {
            client.send("x")
            usleep(250_000)
        }
        #expect(try client.read().status == 408)
    }

    @Test func anIdleConnectionIsClosed() async throws {
        let server = try await TestServer({ $0.timeouts.keepAlive = .seconds(1) }) { _ in .text("fine") }
        let client = try RawClient(server.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.read().status == 200)
        let start = Instant.now
        #expect(try client.isClosed())
        #expect(Instant.now.since(start) > .milliseconds(900))
        #expect(Instant.now.since(start) < .seconds(5))
    }

    @Test func aReaderThatTakesNothingIsCutOff() async throws {
        let server = try await TestServer({ $0.timeouts.write = .seconds(1) }) { request in
            request.path == "/bytes"
                ? .html([UInt8](repeating: 97, count: 32 << 20))
                : Response(
                    status: .ok,
                    body: .stream(length: nil) { writer in
                        while true { try await writer.write([UInt8](repeating: 97, count: 65_536)) }
                    })
        }
        for path in ["/bytes", "/stream"] {
            let client = try RawClient(server.port, receiveBuffer: 4096)
            client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            try await server.eventually(within: .seconds(8)) { server.server.connections.isEmpty }
            #expect(try client.readToEnd().count < 32 << 20)
        }
        #expect(server.counter("preau_http_timeouts_total") >= 2)
    }

    /// A chunk extension without end fills libmicrohttpd's buffer, and has it ask to be run again for ever.
    @Test func anEndlessChunkExtensionCostsLittleAndEnds() async throws {
        let server = try await TestServer({ $0.timeouts.bodyIdle = .seconds(1) }) { request in
            do {
                return .text("\(try await request.body.collect(upTo: 1000).count)")
            } catch { return .text("\(error)", status: .requestTimeout) }
        }
        let client = try RawClient(server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;")
        client.sendWithoutWaiting(4 << 20, for: 0.3)
        let before = try await server.onLoop { threadSeconds() }
        usleep(500_000)
        let other = try RawClient(server.port)
        other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try other.read().status == 200)
        #expect(try await server.onLoop { threadSeconds() } - before < 0.25)
        try await server.eventually(within: .seconds(8)) { server.server.connections.count == 1 }
    }

    @Test func clientsThatLeaveDoNotDisturb() async throws {
        let server = try await TestServer { request in
            for _ in 0..<3 { await Task.yield() }
            if request.path == "/slow" { try? await EventLoop.current?.sleep(for: .milliseconds(50)) }
            if request.path == "/stream" {
                return Response(
                    status: .ok,
                    body: .stream(length: nil) { writer in
                        for _ in 0..<100 { try await writer.write([UInt8](repeating: 1, count: 65_536)) }
                    })
            }
            return .text("\((try? await request.body.collect(upTo: 1 << 20))?.count ?? -1)")
        }
        for round in 0..<300 {
            let client = try RawClient(server.port)
            switch round % 6 {
            case 0: client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            case 1: client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhello")
            case 2: client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
            case 3: client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
            case 4: client.send("GET / HT")
            default:
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\nExpect: 100-continue\r\n\r\n")
            }
            if round % 2 == 0 { client.reset() }
        }
        try await server.eventually(within: .seconds(10)) { server.server.connections.isEmpty }
        let client = try RawClient(server.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.read().status == 200)
    }

    @Test func exchangesAreReleased() async throws {
        let witness = Witness()
        let server = try await TestServer { request in
            witness.watch(request)
            return .text("fine")
        }
        let client = try RawClient(server.port)
        for _ in 0..<50 {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.read().status == 200)
        }
        try await server.eventually { witness.isAllGone }
    }

    @Test func connectionsPerAddressAreLimited() async throws {
        let server = try await TestServer({ $0.limits.connectionsPerAddress = 3 }) { request in
            .text(request.remoteAddress)
        }
        let kept = try (0..<3).map { _ in try RawClient(server.port) }
        for client in kept {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.read().status == 200)
        }
        let extra = try RawClient(server.port)
        extra.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try extra.readToEnd().isEmpty)
        let elsewhere = try RawClient(server.port, from: "127.0.0.9")
        elsewhere.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try elsewhere.read().text == "127.0.0.9")
        #expect(server.counter("preau_http_connections_refused_total") == 1)
    }

    @Test func aTrustedProxyIsNotHeldToTheLimitPerAddress() async throws {
        let server = try await TestServer({
            $0.limits.connectionsPerAddress = 1
            $0.trustedProxies = ["127.0.0.0/8"]
        }) { _ in .text("fine") }
        let clients = try (0..<5).map { _ in try RawClient(server.port) }
        for client in clients {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.read().status == 200)
        }
    }

    @Test func connectionsOverTheLimitWait() async throws {
        let server = try await TestServer({ $0.limits.connections = 2 }) { _ in .text("fine") }
        var kept = try (0..<2).map { _ in try RawClient(server.port) }
        for client in kept {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.read().status == 200)
        }
        let waiting = try RawClient(server.port)
        waiting.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        kept.removeLast()
        #expect(try waiting.read().status == 200)
    }

    @Test func drainingFinishesWhatIsInProgress() async throws {
        let loop = NoteLoop()
        let server = try await TestServer { request in
            if request.path == "/slow" { try? await loop.value?.sleep(for: .milliseconds(600)) }
            return .text("done")
        }
        loop.value = server.loop
        let idle = try RawClient(server.port)
        idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try idle.read()["Connection"] == nil)
        let busy = try RawClient(server.port)
        busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        usleep(100_000)
        let late = try RawClient(server.port)
        late.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let start = Instant.now
        // Started from the loop itself: this thread waits in `read`.
        let drained = DispatchGate()
        server.loop.execute {
            server.loop.spawn {
                await server.server.drain(within: .seconds(5))
                drained.open()
            }
        }
        let answer = try busy.read()
        #expect(answer.text == "done" && answer["Connection"] == "close")
        #expect(try late.read().text == "done")
        drained.wait()
        #expect(Instant.now.since(start) < .seconds(3))
        #expect(try idle.isClosed() && busy.isClosed())
        #expect(throws: RawClient.Failure.self) { try RawClient(server.port) }
    }

    @Test func stoppingWithSuspendedConnectionsIsClean() async throws {
        let gate = NoteLoop()
        let finished = BodyTests.Notes()
        let server = try await TestServer { request in
            try? await gate.value?.sleep(for: .milliseconds(500))
            let body = try? await request.body.collect(upTo: 10_000)
            finished.received += 1
            return Response(status: .ok, body: .stream(length: nil) { try await $0.write(body ?? []) })
        }
        gate.value = server.loop
        let clients = try (0..<20).map { index in
            let client = try RawClient(server.port)
            client.send(
                index % 2 == 0
                    ? "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
                    : "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\nhello")
            return client
        }
        usleep(200_000)
        try await server.onLoop { server.server.stop() }
        for client in clients { #expect(try client.readToEnd().isEmpty) }
        try await server.eventually { finished.received == 20 }
    }

    @Test func aTakenPortIsAnErrorThatSaysSo() async throws {
        // A socket without SO_REUSEPORT holds the port.
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        var size = socklen_t(16)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, 16)
                getsockname(descriptor, $0, &size)
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        await #expect(throws: HTTPError.cannotListen(address: "127.0.0.1", port: port, code: EADDRINUSE)) {
            _ = try await TestServer({ $0.port = port }) { _ in .text("") }
        }
        await #expect(throws: HTTPError.badAddressRange("10.0.0.0/40")) {
            _ = try await TestServer({ $0.trustedProxies = ["10.0.0.0/40"] }) { _ in .text("") }
        }
    }
}

/// Sees objects go.
final class Witness: @unchecked Sendable {
    // Safety: used on the server's loop.
    private struct Weak { weak var object: AnyObject? }
    private var watched: [Weak] = []

    func watch(_ object: AnyObject) { watched.append(Weak(object: object)) }
    var isAllGone: Bool { watched.allSatisfy { $0.object == nil } }
}

/// Processor time of the calling thread.
func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
