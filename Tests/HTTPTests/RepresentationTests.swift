import Compression
import Testing

@testable import HTTP

/// Conditional requests, ranges, gzip, HEAD: what the server makes of a handler's response.
@Suite struct RepresentationTests {
    private static let page = [UInt8]((0..<5000).map { UInt8(97 + $0 % 26) })

    private func server() async throws -> TestServer {
        try await TestServer { request in
            switch request.path {
            case "/page":
                var response = Response.html(Self.page)
                response.entityTag = .strong("v1")
                response.lastModified = 784_111_777
                response.headers.add("Cache-Control", "private")
                return response
            case "/small": return .text("small")
            case "/seek":
                return Response(
                    status: .ok, headers: ["Content-Type": "video/mp4"],
                    body: .seekable(length: 1_000_000) { range, writer in
                        for start in stride(from: range.lowerBound, to: range.upperBound, by: 10_000) {
                            try await writer.write(
                                (start..<min(start + 10_000, range.upperBound)).map { UInt8(truncatingIfNeeded: $0) })
                        }
                    })
            case "/stream":
                return Response(
                    status: .ok, headers: ["Content-Type": "text/csv"],
                    body: .stream(length: nil) { writer in
                        for line in 0..<2000 { try await writer.write("line \(line)\n") }
                    })
            case "/large":
                return .json([UInt8](repeating: 32, count: 3 << 20))
            case "/sealed":
                var response = Response.html(Self.page)
                response.mayCompress = false
                return response
            default: return .status(.noContent)
            }
        }
    }

    private func get(
        _ client: RawClient, _ path: String, _ fields: String..., method: String = "GET"
    ) throws -> RawClient.Answer {
        client.send("\(method) \(path) HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
        return try client.read(head: method == "HEAD")
    }

    @Test func conditionalRequests() async throws {
        let server = try await server()
        let client = try RawClient(server.port)
        let whole = try get(client, "/page")
        #expect(whole.status == 200 && whole.body == Self.page)
        #expect(whole["ETag"] == "\"v1\"" && whole["Last-Modified"] == "Sun, 06 Nov 1994 08:49:37 GMT")
        for field in [
            "If-None-Match: \"v1\"", "If-None-Match: \"v0\", W/\"v1\"", "If-None-Match: *",
            "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", "If-None-Match: \"v1-gzip\"",
        ] {
            let answer = try get(client, "/page", field)
            #expect(answer.status == 304, "\(field)")
            #expect(answer["ETag"] == "\"v1\"" && answer["Cache-Control"] == "private" && answer["Content-Type"] == nil)
            #expect(answer["Content-Length"] == "5000")
        }
        for field in [
            "If-None-Match: \"v2\"", "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT", "If-Match: \"v1\"",
            "If-Match: *", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT", "If-Modified-Since: yesterday",
        ] {
            #expect(try get(client, "/page", field).status == 200, "\(field)")
        }
        for field in ["If-Match: \"v2\"", "If-Match: W/\"v1\"", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT"] {
            let answer = try get(client, "/page", field)
            #expect(answer.status == 412 && answer.body.isEmpty, "\(field)")
        }
        // If-None-Match wins over the date; the connection is still in step after all of these.
        #expect(
            try get(client, "/page", "If-None-Match: \"v2\"", "If-Modified-Since: Sun, 06 Nov 2094 08:49:37 GMT").status
                == 200)
        let compressed = try get(client, "/page", "If-None-Match: \"v1\"", "Accept-Encoding: gzip")
        #expect(compressed.status == 304 && compressed["ETag"] == "\"v1-gzip\"")
        #expect(try get(client, "/small").text == "small")
    }

    @Test func ranges() async throws {
        let server = try await server()
        let client = try RawClient(server.port)
        for (field, first, last) in [
            ("0-9", 0, 9), ("4990-", 4990, 4999), ("-10", 4990, 4999), ("4990-9999", 4990, 4999), ("-9999", 0, 4999),
        ] {
            let answer = try get(client, "/page", "Range: bytes=\(field)")
            #expect(answer.status == 206 && answer["Content-Range"] == "bytes \(first)-\(last)/5000", "\(field)")
            #expect(answer.body == Array(Self.page[first...last]))
        }
        for field in ["5000-", "-0", "9999-10000"] {
            let answer = try get(client, "/page", "Range: bytes=\(field)")
            #expect(answer.status == 416 && answer["Content-Range"] == "bytes */5000", "\(field)")
        }
        for field in [
            "bytes=0-1,5-6", "bytes=5-4", "lines=0-1", "bytes=a-b", "bytes=", "bytes=-", "bytes=99999999999999999999-",
        ] {
            #expect(try get(client, "/page", "Range: \(field)").status == 200, "\(field)")
        }
        #expect(try get(client, "/page", "Range: bytes=0-9", "If-Range: \"v1\"").status == 206)
        #expect(try get(client, "/page", "Range: bytes=0-9", "If-Range: \"v2\"").status == 200)
        #expect(try get(client, "/page", "Range: bytes=0-9", "If-Range: Sun, 06 Nov 1994 08:49:37 GMT").status == 206)
        #expect(try get(client, "/small", "Range: bytes=0-1").status == 200)
        let part = try get(client, "/seek", "Range: bytes=500000-500009")
        #expect(part.status == 206 && part.body == (500_000..<500_010).map { UInt8(truncatingIfNeeded: $0) })
        #expect(try get(client, "/seek").body.count == 1_000_000)
    }

    @Test func compression() async throws {
        let server = try await server()
        let client = try RawClient(server.port)
        let answer = try get(client, "/page", "Accept-Encoding: br, gzip;q=0.5")
        #expect(
            answer["Content-Encoding"] == "gzip" && answer["Vary"] == "Accept-Encoding"
                && answer["ETag"] == "\"v1-gzip\"")
        #expect(answer.body.count < 1000)
        #expect(try Gzip.decompress(answer.body, limit: 5000) == Self.page)
        for field in [
            "Accept-Encoding: br", "Accept-Encoding: gzip;q=0", "Accept-Encoding: *;q=0", "X-None: 1",
            "Accept-Encoding: identity",
        ] {
            let plain = try get(client, "/page", field)
            #expect(
                plain["Content-Encoding"] == nil && plain.body == Self.page && plain["Vary"] == "Accept-Encoding",
                "\(field)")
        }
        #expect(try get(client, "/page", "Accept-Encoding: *")["Content-Encoding"] == "gzip")
        #expect(try get(client, "/small", "Accept-Encoding: gzip")["Content-Encoding"] == nil)
        #expect(try get(client, "/sealed", "Accept-Encoding: gzip")["Content-Encoding"] == nil)
        #expect(try get(client, "/seek", "Accept-Encoding: gzip")["Content-Encoding"] == nil)
        let stream = try get(client, "/stream", "Accept-Encoding: gzip")
        let text = String(decoding: try Gzip.decompress(stream.body, limit: 1 << 20), as: UTF8.self)
        #expect(text.hasPrefix("line 0\n") && text.hasSuffix("line 1999\n"))
        let large = try get(client, "/large", "Accept-Encoding: gzip")
        #expect(try Gzip.decompress(large.body, limit: 3 << 20).count == 3 << 20)
    }

    @Test func headHasNoBodyAndTheSameFields() async throws {
        let server = try await server()
        let client = try RawClient(server.port)
        for path in ["/page", "/small", "/seek"] {
            let whole = try get(client, path)
            let head = try get(client, path, method: "HEAD")
            #expect(
                head.status == 200 && head["Content-Length"] == "\(whole.body.count)" && head["ETag"] == whole["ETag"])
        }
        // Of unknown length: neither a length nor chunks, and the connection ends with it.
        let stream = try RawClient(server.port)
        let head = try get(stream, "/stream", method: "HEAD")
        #expect(head.status == 200 && head["Content-Length"] == nil && head["Transfer-Encoding"] == nil)
        #expect(try stream.isClosed())
        let nothing = try get(client, "/none")
        #expect(nothing.status == 204 && nothing["Content-Length"] == nil && nothing["Transfer-Encoding"] == nil)
    }

    @Test func aHeaderCannotBeSplit() async throws {
        let server = try await TestServer { request in
            Response(
                status: .ok,
                headers: [
                    "Location": "/a\r\nSet-Cookie: stolen=1", "X-\r\nEvil": "1", "Content-Length": "7", "X-Empty": "",
                ],
                body: .bytes([120]))
        }
        let client = try RawClient(server.port)
        let answer = try get(client, "/")
        #expect(
            answer["Location"] == "/a  Set-Cookie: stolen=1" && answer["Set-Cookie"] == nil && answer["X-Evil"] == "1")
        #expect(answer.headers.filter { $0.name == "Content-Length" }.map(\.value) == ["1"])
    }

    @Test func damagedGzipIsAnError() throws {
        let packed = try Gzip.compress(Self.page)
        #expect(throws: CompressionError.tooLarge(limit: 4999)) { try Gzip.decompress(packed, limit: 4999) }
        #expect(throws: CompressionError.damaged) { try Gzip.decompress(Array(packed.dropLast()), limit: 5000) }
        #expect(throws: CompressionError.damaged) { try Gzip.decompress(packed + [0], limit: 5000) }
        #expect(throws: CompressionError.damaged) { try Gzip.decompress([1, 2, 3], limit: 5000) }
        #expect(throws: CompressionError.damaged) { try Gzip.decompress([], limit: 5000) }
        // A bomb: 64 MB of zeros in 64 kB stop at the limit.
        let bomb = try Gzip.compress([UInt8](repeating: 0, count: 16 << 20), level: 9)
        #expect(bomb.count < 20_000)
        #expect(throws: CompressionError.tooLarge(limit: 100_000)) { try Gzip.decompress(bomb, limit: 100_000) }
    }
}
