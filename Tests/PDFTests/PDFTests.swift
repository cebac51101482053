import Foundation
import TestSupport
import Testing

@testable import PDF

/// What poppler, another program than the one that wrote it, reads in a document.
private struct Reading {
    let path: String

    init(_ bytes: [UInt8]) throws {
        path = "\(NSTemporaryDirectory())preau-pdf-\(UUID().uuidString).pdf"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    var text: String { get throws { try TestShell.run("pdftotext", "-layout", path, "-") } }
    var information: String { get throws { try TestShell.run("pdfinfo", path) } }
    var structure: String { get throws { try TestShell.run("pdfinfo", "-struct-text", path) } }
    var pages: Int {
        get throws {
            let line = try #require(try information.split(separator: "\n").first { $0.hasPrefix("Pages:") })
            return try #require(Int(line.dropFirst(6).trimmingCharacters(in: .whitespaces)))
        }
    }
}

@Suite struct PDFTests {
    private func reading(
        _ information: PDFInformation = PDFInformation(title: "Cahier de textes", language: "fr", author: "Préau"),
        _ body: (PDFWriter) throws -> Void
    ) throws -> Reading {
        let writer = try PDFWriter(information)
        try body(writer)
        return try Reading(try writer.finish())
    }

    @Test func saysWhatItIs() throws {
        let document = try reading { try $0.heading(1, "Cahier de textes de 3e A") }
        defer { document.remove() }
        let information = try document.information
        #expect(information.contains("Title:           Cahier de textes"))
        #expect(information.contains("Author:          Préau"))
        #expect(information.contains("Tagged:          yes"))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: document.path))
        #expect(bytes.range(of: Data("/Lang (fr)".utf8)) != nil)
        #expect(bytes.range(of: Data("/DisplayDocTitle true".utf8)) != nil)
    }

    @Test func hasAStructureThatReadersFollow() throws {
        let document = try reading { writer in
            try writer.heading(1, "Séances")
            try writer.paragraph("Œuvres complètes : l'été, où ?")
            try writer.list(["Lire le chapitre 2", "Apprendre la leçon"])
            let table = try PDFTable([PDFColumn("Pour le"), PDFColumn("Travail", share: 3)], in: writer)
            try table.row(["lundi 7", "Exercices 3 et 4"])
            table.finish()
            try writer.grid([[true, false], [false, true]], side: 40, description: "Code à photographier")
        }
        defer { document.remove() }
        let structure = try document.structure
        var rest = structure[...]
        for wanted in [
            "Document", "H1", "\"Séances\"", "P", "Œuvres complètes : l'été, où ?", "L", "LI", "Lire le chapitre 2",
            "Table", "TR", "TH", "Pour le", "TR", "TD", "Exercices 3 et 4", "Figure",
        ] {
            let found = try #require(rest.range(of: wanted), "\(wanted) is not where it should be in \(structure)")
            rest = rest[found.upperBound...]
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: document.path))
        let alternative = PDFAmendment.text("Code à photographier")
        #expect(bytes.range(of: Data("/Alt \(alternative)".utf8)) != nil)
        #expect(bytes.range(of: Data("/Scope /Column".utf8)) != nil)
    }

    @Test func longTextGoesOnOverPages() throws {
        let sentence = "Une phrase visiblement inventée, pour remplir la page. "
        let document = try reading(
            PDFInformation(title: "Long", language: "fr", author: "Préau", foot: "Collège inventé")
        ) { writer in
            try writer.paragraph(String(repeating: sentence, count: 300))
            let table = try PDFTable([PDFColumn("Numéro"), PDFColumn("Texte", share: 4)], in: writer)
            for number in 1...120 { try table.row(["n\(number)", sentence]) }
            try table.row(["dernier", String(repeating: sentence, count: 200) + "FIN"])
            table.finish()
        }
        defer { document.remove() }
        #expect(try document.pages >= 8)
        let text = try document.text
        for number in 1...120 { #expect(text.contains("n\(number) "), "row \(number)") }
        #expect(text.contains("FIN"))
        // The header row is on every page of the table, and the foot on every page.
        #expect(text.components(separatedBy: "Numéro").count - 1 >= 5)
        #expect(text.components(separatedBy: "Collège inventé").count - 1 == (try document.pages))
        // Nothing lost and nothing twice where a page ends.
        #expect(text.components(separatedBy: "visiblement").count - 1 == 300 + 120 + 200)
    }

    @Test func limitsHold() throws {
        let few = PDFLimits(pages: 2, bytes: 1 << 20, characters: 1_000)
        let information = PDFInformation(title: "x", language: "en", author: "x", limits: few)
        #expect(throws: PDFError.tooManyPages(limit: 2)) {
            _ = try reading(information) { writer in
                for _ in 0..<3 {
                    try writer.paragraph("a")
                    try writer.newPage()
                }
            }
        }
        #expect(throws: PDFError.tooLarge(limit: 1_000)) {
            _ = try reading(information) { try $0.paragraph(String(repeating: "x", count: 1_001)) }
        }
        let small = PDFInformation(
            title: "x", language: "en", author: "x", limits: PDFLimits(pages: 9, bytes: 2_000, characters: 1_000))
        #expect(throws: PDFError.tooLarge(limit: 2_000)) {
            _ = try reading(small) { try $0.paragraph("The font alone is larger than this.") }
        }
    }

    @Test func oddTextIsText() throws {
        let odd = "a\u{0}b\u{7}c \u{202E}tourné 👩🏽‍🏫 عربى \u{FFFD} (parenthèse\\) <FEFF>"
        let document = try reading(PDFInformation(title: odd, language: "fr", author: ")\\(")) { writer in
            try writer.heading(1, odd)
            try writer.paragraph(odd)
            try writer.paragraph("")
            try writer.grid([[true]], side: 10, description: odd)
        }
        defer { document.remove() }
        #expect(try document.text.contains("abc"))
        #expect(try document.pages == 1)
    }

    @Test func imagesAreChecked() throws {
        // One transparent pixel.
        let pixel = try #require(
            Data(
                base64Encoded:
                    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="))
        let document = try reading { writer in
            // First on a page, and after something.
            try writer.image(png: Array(pixel), width: 30, description: "Un point")
            try writer.image(png: Array(pixel), width: 30, description: "Un autre")
            try writer.newPage()
            try writer.image(png: Array(pixel), width: 30, description: "Un dernier")
            for hostile in [[], Array("GIF89a".utf8), Array(pixel.prefix(40)), huge(Array(pixel))] {
                #expect(throws: PDFError.unreadableImage) {
                    try writer.image(png: hostile, width: 30, description: "x")
                }
            }
        }
        defer { document.remove() }
        #expect(try document.structure.contains("Figure"))
    }

    /// The same image, saying that it is 20,000 pixels wide and high.
    private func huge(_ png: [UInt8]) -> [UInt8] {
        Array(png[..<16]) + [0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20] + Array(png[24...])
    }

    @Test func documentsAreWrittenBesideEachOther() async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...4 {
                group.addTask {
                    let writer = try PDFWriter(PDFInformation(title: "\(number)", language: "fr", author: "x"))
                    for line in 0..<200 { try writer.paragraph("ligne \(line) du document \(number)") }
                    return try writer.finish().count
                }
            }
            for try await count in group { #expect(count > 5_000) }
        }
    }
}
