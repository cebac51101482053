import Testing

@testable import HTTP

/// Messages that two programs could read in two ways, sent byte by byte to a real socket: none reaches a handler, each
/// gets one answer of ours, and the connection ends.
@Suite struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let message: String
        let status: Int
        var testDescription: String { name }

        init(_ name: String, _ status: Int, _ message: String) {
            (self.name, self.status, self.message) = (name, status, message)
        }
    }

    static let cases: [Case] = [
        Case("two lengths", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        Case(
            "same length twice", 400,
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
        Case("length list", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello"),
        Case(
            "length and chunks", 400,
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case(
            "chunks and length", 400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
        Case(
            "chunks twice", 400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case("chunks in 1.0", 400, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case("other coding", 501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        Case(
            "coding with a space after", 501,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked \r\n\r\n0\r\n\r\n"),
        Case(
            "coding with a vertical tab", 400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{0b}chunked\r\n\r\n0\r\n\r\n"),
        Case("coding misspelt", 501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        Case("space before the colon", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello"),
        Case("tab before the colon", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length\t: 5\r\n\r\nhello"),
        Case("space before the name", 400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        Case("folded field", 400, "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r\n two\r\n\r\n"),
        Case("folded length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n 5\r\n\r\nhello"),
        Case("NUL in a value", 400, "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\u{0}2\r\n\r\n"),
        Case("two NULs in a value", 400, "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\u{0}\u{0}X-Two: 2\r\n\r\n"),
        Case("NULs that look like lines", 400, "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\u{0}\u{0}two\u{0}\r\n\r\n"),
        Case("NUL in a name", 400, "GET / HTTP/1.1\r\nHost: a\r\nX\u{0}One: 1\r\n\r\n"),
        Case("NUL in the target", 400, "GET /a\u{0}b HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("CR in a value", 400, "GET / HTTP/1.1\r\nHost: a\r\nX-One: 1\r2\r\n\r\n"),
        Case("bare LF", 400, "GET / HTTP/1.1\nHost: a\n\n"),
        Case("bare LF in the fields", 400, "GET / HTTP/1.1\r\nHost: a\nX-One: 1\r\n\r\n"),
        Case("bare LF at the end", 400, "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        Case("control character", 400, "GET / HTTP/1.1\r\nHost: a\r\nX-One: \u{1}\r\n\r\n"),
        Case("no name", 400, "GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n"),
        Case("no colon", 400, "GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n"),
        Case("name with a slash", 400, "GET / HTTP/1.1\r\nHost: a\r\nX/One: 1\r\n\r\n"),
        Case("two hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        Case("no host", 400, "GET / HTTP/1.1\r\nX-One: 1\r\n\r\n"),
        Case("empty host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        Case("host with a path", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        Case("host with a user", 400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        Case("host list", 400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        Case("host with a bad port", 400, "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n"),
        Case("absolute target of another host", 400, "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("relative target", 400, "GET index HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("asterisk for GET", 400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("fragment", 400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("two spaces", 400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("space in the target", 400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("tab in the line", 400, "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("high byte in the target", 400, "GET /é HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("bad escape", 400, "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("cut escape", 400, "GET /%2 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("escaped NUL", 400, "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("unknown method", 501, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("lowercase method", 501, "get / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("CONNECT", 501, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("no version", 400, "GET /\r\nHost: a\r\n\r\n"),
        Case("version 1.2", 505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        Case("version 2.0", 505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        Case("HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Case("version in lowercase", 400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
        Case("other expectation", 417, "GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n"),
        Case("long target", 414, "GET /\(String(repeating: "a", count: 8001)) HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("very long target", 414, "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("long field", 431, "GET / HTTP/1.1\r\nHost: a\r\nX-One: \(String(repeating: "a", count: 8300))\r\n\r\n"),
        Case(
            "very long field", 431,
            "GET / HTTP/1.1\r\nHost: a\r\nX-One: \(String(repeating: "a", count: 100_000))\r\n\r\n"),
        Case("many fields", 431, "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X-One: 1\r\n", count: 70))\r\n"),
        Case("very many fields", 431, "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "a:\r\n", count: 5000))\r\n"),
        Case(
            "large block", 431,
            "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X-One: \(String(repeating: "a", count: 1000))\r\n", count: 11))\r\n"
        ),
        Case(
            "large cookies", 431,
            "GET / HTTP/1.1\r\nHost: a\r\nCookie: \(String(repeating: "a=1; ", count: 4000))\r\n\r\n"),
        Case(
            "many cookies", 431, "GET / HTTP/1.1\r\nHost: a\r\nCookie: \(String(repeating: "a;", count: 1900))\r\n\r\n"),
        Case("negative length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
        Case("signed length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello"),
        Case("hexadecimal length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello"),
        Case("length with a space after", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 \r\n\r\nhello"),
        Case("empty length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nhello"),
        Case(
            "length over 64 bits", 400,
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\nhello"),
    ]

    @Test(arguments: cases) func refuses(_ refused: Case) async throws {
        let server = try await TestServer { _ in .text("reached") }
        let client = try RawClient(server.port)
        // What would be the next request if the message were read otherwise.
        client.send(refused.message + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try client.read()
        #expect(answer.status == refused.status)
        #expect(answer["Connection"]?.lowercased() == "close")
        #expect(!answer.text.contains("reached") && !answer.text.contains("smuggled"))
        #expect(try client.readToEnd().isEmpty)
    }

    /// One byte a segment: the head arrives in as many pieces as it has bytes, and is read as when it comes whole.
    @Test func readsAHeadInPieces() async throws {
        let server = try await TestServer { request in .text("\(request.path)?\(request.query ?? "") \(request.host)") }
        let client = try RawClient(server.port)
        for byte in "POST /a%2fb?x=%20&y=1 HTTP/1.1\r\nHost: Example.ORG:8080\r\nX-One: 1\r\nContent-Length: 0\r\n\r\n"
            .utf8
        {
            client.send([byte])
        }
        #expect(try client.read().text == "/a%2fb?x=%20&y=1 example.org")
    }

    @Test func takesWhatIsAllowed() async throws {
        let server = try await TestServer { request in .text("\(request.method) \(request.path) \(request.host)") }
        for (message, expected) in [
            ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / a"),
            ("GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET /b a"),
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * a"),
            ("GET / HTTP/1.1\r\nhOST:[::1]:80\r\n\r\n", "GET / [::1]"),
            ("GET / HTTP/1.1\r\nHost: \t a \t \r\nX-Empty:\r\n\r\n", "GET / a"),
            ("GET / HTTP/1.0\r\n\r\n", "GET / "),
            ("DELETE /é HTTP/1.1\r\nHost: a\r\n\r\n".replacing("é", with: "%C3%A9"), "DELETE /%C3%A9 a"),
            (
                "GET /\(String(repeating: "a", count: 7999)) HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\(String(repeating: "a", count: 7999)) a"
            ),
            ("GET /?\(String(repeating: "a&", count: 3000)) HTTP/1.1\r\nHost: a\r\n\r\n", "GET / a"),
        ] {
            let client = try RawClient(server.port)
            client.send(message)
            #expect(try client.read().text == expected)
        }
    }

    @Test func roomIsLeftForTheAnswerAfterTheLargestHead() async throws {
        let server = try await TestServer { _ in
            Response(
                status: .ok,
                headers: ["Content-Type": "text/plain", "Set-Cookie": String(repeating: "c", count: 1500)],
                body: .bytes(Array("fine".utf8)))
        }
        let client = try RawClient(server.port)
        let cookies = (0..<40).map { "cookie\($0)=\(String(repeating: "v", count: 170))" }.joined(separator: "; ")
        let others = (0..<55).map { "X-\($0): 1\r\n" }.joined()
        for _ in 0..<3 {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nCookie: \(cookies)\r\n\(others)\r\n")
            #expect(try client.read().text == "fine")
        }
    }
}
