import Foundation
import HTTPClient
import Runtime
import Testing

/// What goes over the line to a mail server, and what does not: against the server of `Tests/EndToEnd`.
@Suite struct MailSenderTests {
    private struct Seen: Decodable {
        let heard: [String]
        let taken: Int
    }

    /// Sends two mails. - Parameter words: of the server.
    private static func send(
        _ words: [String] = [], _ security: MailServer.Security, account: (user: String, password: String)? = nil
    ) async throws -> (outcomes: [MailSender.Outcome], seen: Seen) {
        let folder = #filePath.dropLast("ControlTests/Accounts/MailSenderTests.swift".count)
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        server.arguments = [folder + "EndToEnd/mail_server.py"] + words
        let (input, output) = (Pipe(), Pipe())
        server.standardInput = input
        server.standardOutput = output
        try server.run()
        defer { server.terminate() }
        let told = String(decoding: line(from: output), as: UTF8.self)
        let port = try #require(UInt16(told.trimmingCharacters(in: .whitespacesAndNewlines)))
        let pool = try BlockingPool(name: "mail", threads: 1, queue: 4)
        let from = try #require(MailAddress("ent@exemple.invalid"))
        let to = try #require(MailAddress("anne@exemple.invalid"))
        let sender = MailSender(
            MailServer(host: "127.0.0.1", port: port, security: security, credentials: account, from: from), pool: pool,
            deadline: .seconds(5))
        let mail = MailSender.Mail(to: to, bytes: Array("Subject: x\r\n\r\nx\r\n.\r\n".utf8))
        let outcomes = try await sender.send([mail, mail])
        try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        let seen = try JSONDecoder().decode(Seen.self, from: line(from: output))
        await Task.detached { pool.stop() }.value
        return (outcomes, seen)
    }

    /// The end of a pipe would not do: servers of tests beside this one may have inherited it.
    private static func line(from output: Pipe) -> Data {
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            line += more
        }
        return line
    }

    private static func isPutOff(_ outcomes: [MailSender.Outcome]) -> Bool {
        outcomes.count == 2 && outcomes.allSatisfy { if case .notNow = $0 { true } else { false } }
    }

    @Test func sendsSeveralOverOneLine() async throws {
        let (outcomes, seen) = try await MailSenderTests.send([], .none)
        #expect(outcomes == [.sent, .sent] && seen.taken == 2)
        #expect(seen.heard.filter { $0 == "EHLO" }.count == 1)
    }

    /// A server that cannot encrypt, or that somebody else may be: it hears of no mail and of no password.
    @Test(arguments: [[], ["starttls"]]) func saysNothingOverALineThatIsNotSafe(words: [String]) async throws {
        let (outcomes, seen) = try await MailSenderTests.send(words, .starttls, account: ("preau", "mot"))
        #expect(MailSenderTests.isPutOff(outcomes), "\(outcomes)")
        #expect(seen.taken == 0 && !seen.heard.contains("MAIL") && !seen.heard.contains("AUTH"), "\(seen)")
    }

    @Test func signsIn() async throws {
        let (outcomes, seen) = try await MailSenderTests.send(["preau:mot"], .none, account: ("preau", "mot"))
        #expect(outcomes == [.sent, .sent] && seen.heard.contains("AUTH"))
        let (refused, unseen) = try await MailSenderTests.send(["preau:mot"], .none, account: ("preau", "faux"))
        #expect(MailSenderTests.isPutOff(refused) && unseen.taken == 0)
    }
}
