import Testing

@testable import Load

@Suite struct AnswerParserTests {
    private static let whole = """
        HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=; Max-Age=0\r\nContent-Length: 5\r\n\r\nhello
        """

    private func parse(_ text: String, pieces: Int = .max, limit: Int = 1 << 20) throws -> Answer? {
        var parser = AnswerParser(longestBody: limit)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(pieces)
            rest = rest.dropFirst(pieces)
            if let answer = try parser.take(Array(piece)) {
                #expect(rest.isEmpty, "an answer before its end")
                return answer
            }
        }
        return nil
    }

    @Test(arguments: [1, 2, 7, 1000]) func readsInPiecesOfAnySize(_ size: Int) throws {
        let answer = try #require(try parse(Self.whole, pieces: size))
        #expect(answer.status == 200 && answer.body == Array("hello".utf8) && !answer.closes)
        #expect(answer.size == Self.whole.utf8.count)
        #expect(answer.cookies == [.init(name: "a", value: "1"), .init(name: "b", value: nil)])
    }

    @Test(arguments: [1, 3, 1000]) func readsChunks(_ size: Int) throws {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nWiki\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n"
        let answer = try #require(try parse(text, pieces: size))
        #expect(answer.body == Array("Wiki0123456789".utf8) && answer.size == text.utf8.count)
    }

    @Test func readsOneAfterTheOther() throws {
        var parser = AnswerParser()
        let first = try #require(try parser.take(Array(Self.whole.utf8)))
        #expect(parser.isEmpty)
        let second = try #require(
            try parser.take(
                Array(
                    "HTTP/1.1 303 See Other\r\nLocation: /home\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".utf8))
        )
        #expect(first.status == 200 && second.status == 303 && second.location == "/home" && second.closes)
    }

    @Test func skipsWhatIsOnlyInformation() throws {
        let answer = try parse("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")
        #expect(answer?.status == 204)
    }

    @Test func anAnswerWithoutLengthEndsWithTheConnection() throws {
        var parser = AnswerParser()
        #expect(try parser.take(Array("HTTP/1.0 200 OK\r\n\r\nabc".utf8)) == nil)
        let answer = try parser.finish()
        #expect(answer.body == Array("abc".utf8) && answer.closes)
        var cut = AnswerParser()
        #expect(try cut.take(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".utf8)) == nil)
        #expect(throws: AnswerError.endsEarly) { try cut.finish() }
    }

    @Test(arguments: [
        ("nonsense that is no answer at all\r\n\r\n", AnswerError.statusLine), ("HTTP/1.1 20x OK\r\n\r\n", .statusLine),
        ("HTTP/2.1 200 OK\r\n\r\n", .statusLine), ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", .field),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .length),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .length),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", .length),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", .bodyTooLong),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd", .chunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n", .bodyTooLong),
        ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1001), .bodyTooLong),
    ]) func refuses(_ text: String, _ error: AnswerError) {
        #expect(throws: error) { try parse(text, limit: 1000) }
    }

    @Test func boundsTheHeadAndAChunksLine() {
        let endless = String(repeating: "x", count: AnswerParser.longestHead)
        #expect(throws: AnswerError.headTooLong) { try parse("HTTP/1.1 200 OK\r\nA: " + endless, pieces: 5000) }
        #expect(throws: AnswerError.headTooLong) { try parse("HTTP/1.1 200 OK\r\nA: " + endless + "\r\n\r\n") }
        #expect(throws: AnswerError.chunk) {
            try parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + endless, pieces: 500)
        }
    }
}
