import Foundation
import Testing

@testable import Control

@Suite struct AAFDocumentTests {
    /// `docs/aaf.md` tells what becomes of each attribute; PREAU_WRITE_DOCS=1 writes the table.
    @Test func tellsTheFateOfEveryAttribute() throws {
        let path = String(#filePath.dropLast("Tests/ControlTests/Feeds/AAFDocumentTests.swift".count)) + "docs/aaf.md"
        var document = try String(contentsOfFile: path, encoding: .utf8)
        var table = "| attribute | what becomes of it |\n|---|---|\n"
        for attribute in AAFAttribute.allCases {
            let fate =
                switch attribute.fate {
                case .kept(let place): place
                case .ignored(let reason): "*ignored:* \(reason)"
                }
            table += "| `\(attribute.rawValue)` | \(fate) |\n"
        }
        let (begin, end) = ("<!-- begin attributes -->\n", "<!-- end attributes -->")
        if ProcessInfo.processInfo.environment["PREAU_WRITE_DOCS"] == "1",
            let from = document.range(of: begin)?.upperBound, let to = document.range(of: end)?.lowerBound
        {
            document.replaceSubrange(from..<to, with: table)
            try document.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(document.contains(begin + table + end), "expected in docs/aaf.md:\n\(table)")
    }

    @Test func everyAnomalyIsExplained() throws {
        let path = String(#filePath.dropLast("Tests/ControlTests/Feeds/AAFDocumentTests.swift".count)) + "docs/aaf.md"
        let document = try String(contentsOfFile: path, encoding: .utf8)
        for code in FeedAnomaly.Code.allCases { #expect(document.contains("| `\(code.rawValue)` |"), "\(code)") }
    }
}
