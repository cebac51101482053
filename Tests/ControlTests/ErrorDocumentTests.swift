import Foundation
import Testing
import Web

@testable import Control

@Suite struct ErrorDocumentTests {
    /// `docs/errors.md` says what the admin service answers.
    @Test func documentsEachCode() throws {
        let path = String(#filePath.dropLast("Tests/ControlTests/ErrorDocumentTests.swift".count))
        let document = try String(contentsOfFile: path + "docs/errors.md", encoding: .utf8)
        for (module, codes) in [
            ("Control", ProblemCode.control), ("Feeds", ProblemCode.feeds), ("Nodes", ProblemCode.nodes),
            ("SCIM", ProblemCode.scim),
        ] {
            let section = ProblemRegistry.Section(module, codes).markdown
            #expect(document.contains(section), "expected in docs/errors.md:\n\(section)")
        }
    }
}
