import Testing

@testable import HTTP

/// What a handler reads from a request.
@Suite struct RequestTests {
    @Test func fieldsAndCookies() throws {
        let request = try Request(
            method: .post, target: "/a/b?c=d",
            headers: [
                ("X-One", "1"), ("x-one", " 2 "), ("Cookie", "a=1; preau_session=\"v1.x\" ; b=2=3;;c"),
                ("Cookie", "d=4"),
                ("Host", "ENT77.Localhost:8080"),
            ], body: [1, 2, 3])
        #expect(request.method == .post && request.path == "/a/b" && request.query == "c=d")
        #expect(
            request.header("x-one") == "1" && request.headers("x-one") == ["1", "2"] && request.header("x-two") == nil)
        #expect(request.cookie("a") == "1" && request.cookie("preau_session") == "v1.x" && request.cookie("b") == "2=3")
        #expect(request.cookie("c") == nil && request.cookie("d") == "4" && request.cookie("session") == nil)
        #expect(request.host == "ent77.localhost" && request.body.declaredLength == 3)
    }

    @Test func aBodyInMemory() async throws {
        let request = try Request(method: .post, body: [1, 2, 3])
        #expect(try await request.body.collect(upTo: 3) == [1, 2, 3])
        let other = try Request(method: .post, body: [1, 2, 3])
        await #expect(throws: HTTPError.bodyTooLarge(limit: 2)) { try await other.body.collect(upTo: 2) }
        #expect(try await Request().body.next() == nil)
    }

    @Test func onlyATrustedProxyIsBelieved() async throws {
        let echo: HTTPServer.Handler = { .text("\($0.remoteAddress) \($0.isSecure) \($0.id)") }
        let fields =
            "X-Forwarded-For: 10.9.9.9, 203.0.113.7, 127.0.0.2\r\nX-Forwarded-Proto: https\r\nX-Request-ID: abcdef-123456\r\n"
        let trusting = try await TestServer({ $0.trustedProxies = ["127.0.0.1", "127.0.0.2/32"] }, handler: echo)
        let client = try RawClient(trusting.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(try client.read().text == "203.0.113.7 true abcdef-123456")
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: nonsense\r\nX-Request-ID: a b\r\n\r\n")
        #expect(try client.read().text.hasPrefix("127.0.0.1 false "))
        let plain = try await TestServer(handler: echo)
        let direct = try RawClient(plain.port)
        direct.send("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        let answer = try direct.read().text
        #expect(answer.hasPrefix("127.0.0.1 false ") && !answer.contains("abcdef"))
    }

    @Test func addressRanges() throws {
        let cases: [(String, String, Bool)] = [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("::1", "::1", true),
            ("::1", "::2", false),
            ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("127.0.0.1", "::ffff:127.0.0.1", true), ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "8.8.8.8", true),
        ]
        for (range, address, expected) in cases {
            #expect(try AddressRange(range).contains(#require(Address(address))) == expected, "\(range) \(address)")
        }
        for bad in ["", "10.0.0", "10.0.0.0/33", "::/129", "host", "10.0.0.0/", "10.0.0.0/-1"] {
            #expect(throws: HTTPError.self, "\(bad)") { try AddressRange(bad) }
        }
        #expect(Address("::ffff:192.0.2.1")?.text == "192.0.2.1" && Address("2001:DB8::1")?.text == "2001:db8::1")
    }

    @Test func dates() {
        #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.seconds("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        for bad in [
            "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "", "x",
        ] {
            #expect(HTTPDate.seconds(bad) == nil)
        }
    }

    @Test func preconditionsOfAWrite() throws {
        func status(_ field: (String, String), tag: EntityTag?) throws -> Status? {
            try Request(method: .put, headers: [field]).preconditionStatus(tag: tag)
        }
        #expect(try status(("If-Match", "\"7\""), tag: .strong("7")) == nil)
        #expect(try status(("If-Match", "\"7-gzip\""), tag: .strong("7")) == nil)
        #expect(try status(("If-Match", "\"6\""), tag: .strong("7")) == .preconditionFailed)
        #expect(try status(("If-Match", "*"), tag: nil) == .preconditionFailed)
        #expect(try status(("If-None-Match", "*"), tag: nil) == nil)
        #expect(try status(("If-None-Match", "*"), tag: .strong("7")) == .preconditionFailed)
        #expect(try status(("X-None", "1"), tag: nil) == nil)
    }
}
