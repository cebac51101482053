import Foundation
import Testing

@testable import Web

/// `docs/errors.md` holds this module's codes as they are declared. With `PREAU_WRITE_DOCS=1` the section is written anew.
@Suite struct ErrorsDocumentTests {
    @Test func isUpToDate() throws {
        let section = ProblemRegistry.Section("Web", ProblemCode.web)
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/errors.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        if ProcessInfo.processInfo.environment["PREAU_WRITE_DOCS"] != nil {
            try ProblemRegistry.replacing(section, in: text).write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(text.contains(section.markdown), "run the tests once with PREAU_WRITE_DOCS=1")
        }
    }
}
