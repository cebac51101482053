import HTTP
import Testing

@testable import Web

@Suite struct MultipartStreamTests {
    private static let boundary = "limit-42"

    private static func stream(_ text: [UInt8], piece: Int, limits: FormLimits = FormLimits()) throws -> MultipartStream
    {
        var rest = text[...]
        return try MultipartStream(declaredLength: text.count, boundary: boundary, limits: limits) {
            () throws(HTTPError) in
            guard !rest.isEmpty else { return nil }
            defer { rest = rest.dropFirst(piece) }
            return Array(rest.prefix(piece))
        }
    }

    private static func body(_ parts: [(head: String, content: [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (head, content) in parts {
            bytes += Array("--\(boundary)\r\n\(head)\r\n\r\n".utf8) + content + Array("\r\n".utf8)
        }
        return bytes + Array("--\(boundary)--\r\n".utf8)
    }

    private static func read(_ stream: MultipartStream) async throws -> [String] {
        var found: [String] = []
        while let part = try await stream.next() {
            switch part {
            case .field(let field): found.append("\(field.name)=\(field.value)")
            case .file(let field, let name):
                var bytes: [UInt8] = []
                while let piece = try await stream.content() { bytes += piece }
                found.append("\(field):\(name):\(String(decoding: bytes, as: UTF8.self))")
            }
        }
        return found
    }

    /// Wherever the network cuts, the same form comes out: also in the middle of a delimiter, and of what looks like one.
    @Test(arguments: [1, 2, 3, 7, 11, 64, 100_000])
    func isReadWhateverThePieces(piece: Int) async throws {
        let tricky = Array("a\r\n--limit-4\r\n--limit\r\r\n-\r\n--limit-4\r".utf8)
        let bytes = Self.body([
            ("Content-Disposition: form-data; name=\"csrf_token\"", Array("t".utf8)),
            (
                "Content-Disposition: form-data; name=\"upload\"; filename=\"leçon 1.txt\"\r\nContent-Type: text/html",
                tricky
            ),
            ("Content-Disposition: form-data; name=\"upload\"; filename=\"\"", []),
            ("content-disposition: form-data; name=\"upload\"; filename=\"empty\"", []),
            ("Content-Disposition: form-data; name=\"title\"", Array("é\r\nà".utf8)),
        ])
        let found = try await Self.read(try Self.stream(bytes, piece: piece))
        #expect(
            found == [
                "csrf_token=t", "upload:leçon 1.txt:\(String(decoding: tricky, as: UTF8.self))", "upload:empty:",
                "title=é\r\nà",
            ])
    }

    @Test func whatIsNotReadIsPassedOver() async throws {
        let stream = try Self.stream(
            Self.body([
                (
                    "Content-Disposition: form-data; name=\"upload\"; filename=\"a\"",
                    [UInt8](repeating: 65, count: 9000)
                ),
                ("Content-Disposition: form-data; name=\"b\"", Array("c".utf8)),
            ]), piece: 100)
        guard case .file = try await stream.next(), case .field(let field)? = try await stream.next() else {
            Issue.record("not a file and a field")
            return
        }
        #expect(field.value == "c")
        #expect(try await stream.next() == nil)
    }

    @Test(arguments: [
        "", "--limit-42", "--limit-42\r\n", "--limit-42\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx",
        "--limit-42\r\nX: y\r\n\r\nx\r\n--limit-42--\r\n", "preamble\r\n--limit-42--\r\n",
        "--limit-42\r\nContent-Disposition: form-data\r\n\r\nx\r\n--limit-42--\r\n",
        "--limit-42\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\r\n--limit-42--\r\n",
        "--limit-42\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\u{0}\r\n--limit-42--\r\n",
    ])
    func brokenOnesAreRefused(text: String) async throws {
        let stream = try Self.stream(Array(text.utf8), piece: 5)
        await #expect(throws: Problem.self) { _ = try await Self.read(stream) }
    }

    @Test func headsFieldsAndPartsAreBounded() async throws {
        let long = Self.body([("Content-Disposition: form-data; name=\"a\"", [UInt8](repeating: 65, count: 40_000))])
        let head = Self.body([("X: \(String(repeating: "y", count: 9000))", [])])
        let many = Self.body((0..<201).map { ("Content-Disposition: form-data; name=\"a\($0)\"", []) })
        for bytes in [long, head, many] {
            let stream = try Self.stream(bytes, piece: 1000)
            await #expect(throws: Problem.self) { _ = try await Self.read(stream) }
        }
    }
}
