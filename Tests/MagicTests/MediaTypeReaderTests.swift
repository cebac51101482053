import Magic
import TestSupport
import Testing

@Suite struct MediaTypeReaderTests {
    @Test(arguments: [
        (
            "image/png",
            [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1]
        ),
        ("application/pdf", Array("%PDF-1.7\n1 0 obj\n".utf8)),
        ("text/html", Array("<!DOCTYPE html><html><script>alert(1)</script></html>".utf8)),
        ("image/svg+xml", Array("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"></svg>".utf8)),
        ("application/x-dosexec", Array("MZ".utf8) + [UInt8](repeating: 0, count: 200)),
        ("text/plain", Array("Bonjour à toutes et à tous.\n".utf8)),
    ])
    func tellsByContent(type: String, bytes: [UInt8]) throws {
        #expect(try MediaTypeReader().mediaType(of: bytes) == type)
    }

    @Test func anythingHasAType() throws {
        let reader = MediaTypeReader()
        var generator = SeededNumbers(seed: 27)
        for length in [0, 1, 7, 4096, 300_000] {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(try reader.mediaType(of: bytes).contains("/"))
        }
    }

    @Test func severalThreadsAtOnce() async throws {
        let reader = MediaTypeReader()
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<32 { group.addTask { try reader.mediaType(of: Array("%PDF-1.7\n".utf8)) } }
            for try await type in group { #expect(type == "application/pdf") }
        }
    }
}
