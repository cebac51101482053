import Testing

@testable import HTTP

@Suite struct ExchangeTests {
    @Test func answersSeveralRequestsOnOneConnection() async throws {
        let server = try await TestServer { request in
            .text("\(request.method) \(request.path) \(request.query ?? "-")")
        }
        let client = try RawClient(server.port)
        client.send("GET /a%20b?x=1&x=2 HTTP/1.1\r\nHost: example\r\n\r\n")
        #expect(try client.read().text == "GET /a%20b x=1&x=2")
        client.send("GET / HTTP/1.1\r\nHost: example\r\n\r\nGET /second? HTTP/1.1\r\nHost: example\r\n\r\n")
        #expect(try client.read().text == "GET / -")
        #expect(try client.read().text == "GET /second ")
    }

    @Test func echoesABody() async throws {
        let server = try await TestServer { request in
            do { return .text(String(decoding: try await request.body.collect(upTo: 100_000), as: UTF8.self)) } catch {
                return .text("\(error)", status: .contentTooLarge)
            }
        }
        let client = try RawClient(server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        #expect(try client.read().text == "hello")
        client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
        #expect(try client.read().text == "hello world")
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n")
        client.send([UInt8](repeating: 120, count: 200_000))
        #expect(try client.read().status == 413)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.read().status == 200)
    }

    @Test func streams() async throws {
        let server = try await TestServer { _ in
            Response(
                status: .ok,
                body: .stream(length: nil) { writer in
                    for number in 0..<1000 { try await writer.write("line \(number) of a long answer\n") }
                })
        }
        let client = try RawClient(server.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try client.read()
        #expect(answer["Transfer-Encoding"] == "chunked")
        #expect(answer.text.hasSuffix("line 999 of a long answer\n"))
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.read().status == 200)
    }

    @Test func refusesAmbiguity() async throws {
        let server = try await TestServer { _ in .text("reached") }
        let client = try RawClient(server.port)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")
        let answer = try client.read()
        #expect(answer.status == 400)
        #expect(answer.text.contains("preau.http.ambiguous_length"))
        #expect(try client.isClosed())
    }
}
