import Admission
import Foundation
import Testing
import Web

@testable import Identity

@Suite struct ErrorDocumentTests {
    /// `docs/errors.md` says what the program answers.
    @Test func documentsEachCode() throws {
        let path = String(#filePath.dropLast("Tests/IdentityTests/ErrorDocumentTests.swift".count))
        let document = try String(contentsOfFile: path + "docs/errors.md", encoding: .utf8)
        let sections = [
            ProblemRegistry.Section("Identity", ProblemCode.identity),
            ProblemRegistry.Section("Admission", ProblemCode.admission),
            ProblemRegistry.Section("Platform", ProblemCode.platform),
        ]
        for section in sections.map(\.markdown) {
            #expect(document.contains(section), "expected in docs/errors.md:\n\(section)")
        }
    }
}
