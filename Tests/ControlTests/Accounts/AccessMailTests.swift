import Foundation
import HTTPClient
import Identity
import Runtime
import Testing
import Web

@testable import Control

@Suite struct AccessMailTests {
    private static func text(name: String = "Élise Fable", school: String = "Collège de l'Aube") throws -> String {
        let to = try #require(MailAddress("elise@exemple.invalid"))
        let from = try #require(MailAddress("ent@exemple.invalid"))
        let mail = AccessMail(name: name, login: "elise.fable", code: .new(), to: to, number: .v7())
        let paper = Letter.Paper(
            school: school, site: "L'espace numérique de travail des collèges et des lycées de Val-Fictif",
            address: "https://ent.exemple.invalid", until: "3 décembre", language: .fr)
        return String(decoding: mail.mail(paper, from: from, at: 1_764_000_000).bytes, as: UTF8.self)
    }

    @Test func isOneThatEveryServerTakes() throws {
        let text = try AccessMailTests.text()
        let lines = text.components(separatedBy: "\r\n")
        #expect(!text.replacingOccurrences(of: "\r\n", with: "").contains("\n"))
        #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { $0 < 0x80 } })
        #expect(lines.contains("To: <elise@exemple.invalid>"))
        #expect(lines.contains("Date: Mon, 24 Nov 2025 16:00:00 +0000"))
        let body = lines.drop { !$0.isEmpty }.joined()
        let said = String(decoding: try #require(Data(base64Encoded: body)), as: UTF8.self)
        #expect(said.contains("Élise Fable") && said.contains("elise.fable"))
        #expect(said.contains("https://ent.exemple.invalid/activate"))
        #expect(!said.replacingOccurrences(of: "\r\n", with: "").contains("\n"))
    }

    /// Nothing that people or schools are called adds a header or a recipient.
    @Test func nothingOfANameReachesTheHeaders() throws {
        let text = try AccessMailTests.text(
            name: "x\r\nBcc: all@exemple.invalid", school: "X\r\nBcc: <all@exemple.invalid>")
        let head = text.components(separatedBy: "\r\n\r\n")[0]
        #expect(!head.contains("Bcc") && !head.contains("all@"))
    }

    @Test(arguments: [
        "", "anne", "@exemple.invalid", "anne@", "anne@localhost", "a@b@c.invalid", "anne fable@exemple.invalid",
        "<anne@exemple.invalid>", "anne@exemple.invalid\r\nRCPT TO:<x@y.invalid>", "anne@-x.invalid",
        "é@exemple.invalid",
        "\"a b\"@exemple.invalid", "anne@exemple..invalid", ".anne@exemple.invalid",
    ])
    func refusesWhatIsNoPlainAddress(text: String) { #expect(MailAddress(text) == nil) }

    @Test(arguments: ["anne@exemple.invalid", "anne.fable+ent@sous.exemple.invalid", "o'conte@exemple.invalid"])
    func takesAddresses(text: String) { #expect(MailAddress(text)?.description == text) }
}
