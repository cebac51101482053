import Glibc
import Runtime
import Testing

@testable import HTTP

/// Bodies in both directions: streamed, limited, held back while nobody takes them.
@Suite(.serialized) struct BodyTests {
    /// What handlers tell the test.
    final class Notes: @unchecked Sendable {
        // Safety: written on the server's loop, read through `onLoop`.
        var received = 0
        var pieces = 0
        var largest = 0
        var errors: [String] = []
        var isHeld = false
    }

    static func counting(_ notes: Notes, limit: Int = .max) -> HTTPServer.Handler {
        { request in
            request.body.allow(upTo: limit)
            do throws(HTTPError) {
                while let piece = try await request.body.next() {
                    notes.received += piece.count
                    notes.pieces += 1
                    notes.largest = max(notes.largest, piece.count)
                }
                return .text("\(notes.received)")
            } catch {
                notes.errors.append("\(error)")
                return .text("\(error)", status: error == .timedOut ? .requestTimeout : .contentTooLarge)
            }
        }
    }

    @Test func uploadsStreamWithoutBeingKept() async throws {
        let notes = Notes()
        let server = try await TestServer(handler: Self.counting(notes))
        let client = try RawClient(server.port)
        let piece = [UInt8](repeating: 120, count: 1 << 20)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(32 << 20)\r\n\r\n")
        for _ in 0..<32 { client.send(piece) }
        #expect(try client.read().text == "\(32 << 20)")
        #expect(notes.largest <= 65_536 && notes.pieces >= 32 << 4)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.read().status == 200)
    }

    @Test func aSlowHandlerHoldsItsClientBack() async throws {
        let notes = Notes()
        let loop = NoteLoop()
        let server = try await TestServer { request in
            request.body.allow(upTo: .max)
            let first = try? await request.body.next()
            notes.received = first?.count ?? 0
            try? await loop.value?.sleep(for: .milliseconds(400))
            notes.isHeld = true
            let rest = try? await request.body.collect(upTo: .max)
            return .text("\((first?.count ?? 0) + (rest?.count ?? 0))")
        }
        loop.value = server.loop
        let client = try RawClient(server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(32 << 20)\r\n\r\n")
        let sent = client.sendWithoutWaiting(32 << 20, for: 0.25)
        // What the kernels of both ends buffer, not 32 MB.
        #expect(sent < 16 << 20)
        client.send([UInt8](repeating: 0, count: (32 << 20) - sent))
        #expect(try client.read().text == "\(32 << 20)")
        #expect(notes.isHeld)
    }

    @Test func aDeclaredLengthOverTheLimitIsRefusedAtOnce() async throws {
        let notes = Notes()
        let server = try await TestServer(handler: Self.counting(notes, limit: 1000))
        let client = try RawClient(server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
        let answer = try client.read()
        #expect(answer.status == 413)
        #expect(answer["Connection"] == "close")
        // The client goes on sending; the answer must not be lost in a reset, and the connection ends.
        client.send([UInt8](repeating: 0, count: 1 << 20))
        #expect(try client.isClosed())
    }

    @Test func aSmallBodyTooManyKeepsTheConnection() async throws {
        let notes = Notes()
        let server = try await TestServer(handler: Self.counting(notes, limit: 1000))
        let client = try RawClient(server.port)
        for _ in 0..<3 {
            client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000\r\n\r\n" + String(repeating: "x", count: 2000))
            #expect(try client.read().status == 413)
        }
    }

    @Test func chunksOverTheLimitAreRefusedWhileTheyCome() async throws {
        let notes = Notes()
        let server = try await TestServer(handler: Self.counting(notes, limit: 100_000))
        let client = try RawClient(server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<400 { client.send("2000\r\n" + String(repeating: "x", count: 0x2000) + "\r\n") }
        let answer = try client.read()
        #expect(answer.status == 413)
        #expect(try client.isClosed())
        #expect(notes.received <= 100_000 + 70_000)
    }

    @Test func theConfiguredLimitHolds() async throws {
        let server = try await TestServer({ $0.limits.body = 10 }) { request in
            do {
                return .text("\(try await request.body.next()?.count ?? 0)")
            } catch { return .status(.contentTooLarge) }
        }
        let client = try RawClient(server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789")
        #expect(try client.read().text == "10")
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n0123456789a")
        #expect(try client.read().status == 413)
    }

    @Test func expectationIsMetOnlyWhenTheBodyIsWanted() async throws {
        let server = try await TestServer { request in
            guard request.path == "/wanted" else { return .status(.forbidden) }
            return .text("\((try? await request.body.collect(upTo: 100))?.count ?? -1)")
        }
        let wanted = try RawClient(server.port)
        wanted.send("POST /wanted HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        #expect(try wanted.read().status == 100)
        wanted.send("hello")
        #expect(try wanted.read().text == "5")
        let refused = try RawClient(server.port)
        refused.send("POST /other HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        #expect(try refused.read().status == 403)
        #expect(try refused.isClosed())
    }

    static let badChunks: [(String, String)] = [
        ("not hexadecimal", "xyz\r\nhello\r\n0\r\n\r\n"), ("empty size", "\r\nhello\r\n0\r\n\r\n"),
        ("negative", "-5\r\nhello\r\n0\r\n\r\n"), ("prefixed", "0x5\r\nhello\r\n0\r\n\r\n"),
        ("over 64 bits", "10000000000000005\r\nhello\r\n0\r\n\r\n"), ("no end of data", "5\r\nhelloworld\r\n0\r\n\r\n"),
        ("space before", " 5\r\nhello\r\n0\r\n\r\n"), ("bad trailer", "5\r\nhello\r\n0\r\nno colon\r\n\r\n"),
    ]

    @Test(arguments: badChunks.indices) func badChunksEndTheConnection(_ index: Int) async throws {
        let notes = Notes()
        let server = try await TestServer(handler: Self.counting(notes))
        let client = try RawClient(server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + Self.badChunks[index].1)
        client.send("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try client.read()
        #expect((400...413).contains(answer.status), "\(Self.badChunks[index].0)")
        #expect(try client.readToEnd().isEmpty)
        try await server.eventually { notes.errors == ["disconnected"] }
    }

    @Test func chunksInEveryPartition() async throws {
        let server = try await TestServer { request in
            .text(String(decoding: (try? await request.body.collect(upTo: 1000)) ?? [], as: UTF8.self))
        }
        let message = Array(
            "4;name=value\r\nwiki\r\n5\r\npedia\r\nc\r\n in\r\n\r\nchunk\r\n0\r\nX-Trailer: 1\r\n\r\n".utf8)
        let client = try RawClient(server.port)
        for size in [1, 2, 3, 5, 7, 11, 100] {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for start in stride(from: 0, to: message.count, by: size) {
                client.send(Array(message[start..<min(start + size, message.count)]))
            }
            #expect(try client.read().text == "wikipedia in\r\n\r\nchunk")
        }
    }

    @Test func aResponseWaitsForASlowReader() async throws {
        let notes = Notes()
        let server = try await TestServer { _ in
            Response(
                status: .ok,
                body: .stream(length: 32 << 20) { writer in
                    for _ in 0..<512 {
                        try await writer.write([UInt8](repeating: 7, count: 65_536))
                        notes.received += 65_536
                    }
                })
        }
        let client = try RawClient(server.port, receiveBuffer: 65_536)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        usleep(300_000)
        #expect(try await server.onLoop { notes.received } < 16 << 20)
        let answer = try client.read()
        #expect(answer.body.count == 32 << 20)
        client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = try client.read(head: true)
        #expect(head["Content-Length"] == "\(32 << 20)")
        client.send("GET / HTTP/1.0\r\n\r\n")
        #expect(try client.read().body.count == 32 << 20)
    }

    @Test func aBrokenStreamCannotBeTakenForWhole() async throws {
        struct Broken: Error {}
        let server = try await TestServer { request in
            Response(
                status: .ok,
                body: .stream(length: request.path == "/known" ? 100 : nil) { writer in
                    try await writer.write("begin")
                    throw Broken()
                })
        }
        for path in ["/known", "/unknown"] {
            let client = try RawClient(server.port)
            client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(throws: RawClient.Failure.self) { try client.read() }
        }
    }

    /// A socket that takes everything has no event to tell: the rest must not wait for one.
    @Test func aLongBodyForAFastClientIsSentWithoutPauses() async throws {
        let block = [UInt8](repeating: 65, count: 262_144)
        let server = try await TestServer { _ in
            Response(
                status: .ok,
                body: .stream(length: nil) { writer in
                    for _ in 0..<256 { try await writer.write(block) }
                })
        }
        let client = try RawClient(server.port)
        // A pause of 5 ms for each 64 kB would make more than five seconds.
        let deadline = Instant.now + .seconds(4)
        client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n")
        #expect(try client.readToEnd().count > 256 * 262_144)
        #expect(Instant.now < deadline)
    }

    @Test func streamsToHTTP10UntilTheEndOfTheConnection() async throws {
        let server = try await TestServer { _ in
            Response(
                status: .ok,
                body: .stream(length: nil) { writer in
                    try await writer.write("one ")
                    try await writer.write("two")
                })
        }
        let client = try RawClient(server.port)
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        let answer = try client.read()
        #expect(answer["Transfer-Encoding"] == nil && answer.text == "one two")
    }
}

/// A loop handed to a handler after its server was made.
final class NoteLoop: @unchecked Sendable {
    // Safety: set before the first request.
    var value: EventLoop?
}
