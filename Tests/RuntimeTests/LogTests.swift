import Foundation
import Runtime
import Testing

/// Standard error is the process's: one test at a time redirects it.
@Suite(.serialized) struct LogTests {
    /// What `body` logs under `component`, line by line, as it was written.
    private func lines(of component: String, _ body: () -> Void) throws -> [Substring] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("preau-log-\(Runtime.UUID.v7())")
        defer { try? FileManager.default.removeItem(at: file) }
        try withStandardError(to: file.path, body)
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        // Suites run side by side: others may log meanwhile.
        return text.split(separator: "\n").filter { $0.contains(#""component":"\#(component)""#) }
    }

    private func object(_ line: Substring?) throws -> [String: Any] {
        let line = try #require(line)
        return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test func writesOneJSONObjectALine() throws {
        let hostile = "quote \" slash \\ line\nreturn\rtab\tnul\0bell\u{7}del\u{7f} é\u{1F600} \u{2028}"
        let log = Log("log-test", [("process", "node-1")]).with(("shard", 3))
        let lines = try lines(of: "log-test") {
            log.info(
                "hello", ("text", .text(hostile)), ("number", .number(1.5)), ("flag", true),
                ("infinite", .number(.infinity)))
            log.error("second")
        }
        #expect(lines.count == 2)
        let first = try object(lines.first)
        #expect(first["text"] as? String == hostile)
        #expect(first["number"] as? Double == 1.5)
        #expect(first["flag"] as? Bool == true)
        #expect(first["infinite"] is NSNull)
        #expect(first["process"] as? String == "node-1")
        #expect(first["shard"] as? Int == 3)
        #expect(first["level"] as? String == "info")
        #expect(first["message"] as? String == "hello")
        #expect((first["at"] as? String)?.count == 24)
        #expect(try object(lines.last)["level"] as? String == "error")
    }

    @Test(arguments: ["a", "é", "\u{1F600}", "\n"])
    func cutsLongValuesByBytes(_ character: String) throws {
        let lines = try lines(of: "long-test") {
            Log("long-test").info("long", ("text", .text(String(repeating: character, count: 5000))))
        }
        let line = try object(lines.first)
        let text = try #require(line["text"] as? String)
        #expect(text.hasSuffix("…"))
        #expect((1990...2000).contains(text.dropLast().utf8.count))
    }

    @Test func keepsQuietBelowItsThreshold() throws {
        let before = Log.threshold
        defer { Log.threshold = before }
        let log = Log("quiet-test")
        let lines = try lines(of: "quiet-test") {
            log.debug("unseen")
            Log.threshold = .error
            log.warning("unseen")
            log.error("seen")
            Log.threshold = .debug
            log.debug("seen")
        }
        #expect(try lines.map { try object($0)["message"] as? String } == ["seen", "seen"])
        #expect(Log.Level("notice") == .notice && Log.Level("loud") == nil)
    }
}
