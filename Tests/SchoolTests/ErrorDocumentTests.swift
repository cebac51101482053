import Foundation
import Testing
import Web

@testable import School

@Suite struct ErrorDocumentTests {
    /// `docs/errors.md` says what the school services answer.
    @Test func documentsEachCode() throws {
        let path = String(#filePath.dropLast("Tests/SchoolTests/ErrorDocumentTests.swift".count))
        let document = try String(contentsOfFile: path + "docs/errors.md", encoding: .utf8)
        for section in School.problems.map(\.markdown) {
            #expect(document.contains(section), "expected in docs/errors.md:\n\(section)")
        }
    }
}
