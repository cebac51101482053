internal import Foundation

/// Letters and mail to those who have never connected, and what came of them.
enum CampaignCommands: CommandSet {
    static let all: [Command] = [
        Command(
            words: ["accounts", "letters"],
            usage:
                "UAI [--roles pupil,guardian] [--audience pending|never_connected|everybody] [--class NAME] [--to DIR]",
            summary: "Prints letters with activation codes as a job; with --to, waits and fetches them."
        ) { words, client in try await letters(&words, client) },
        Command(
            words: ["accounts", "mails"], usage: "UAI [--roles guardian] [--class NAME] [--language fr|en] [--wait]",
            summary: "Writes by mail to those who never signed in, with a code each, as a job; to nobody twice."
        ) { words, client in try await mails(&words, client) },
        Command(
            words: ["accounts", "campaigns"], usage: "UAI",
            summary: "Lists letters and mails, and how many of those written to have signed in since."
        ) { words, client in
            let uai = try words.word("the UAI")
            try words.end()
            let data = try await client.send("GET", "/api/v1/establishments/\(escaped(uai))/campaigns")
            let campaigns = try decoder.decode(Campaigns.self, from: data).campaigns
            return Output(
                text: columns(
                    campaigns.map {
                        [
                            $0.createdAt, $0.means, "\($0.recipients) written to",
                            "\($0.sinceThen) of \($0.neverBefore) came since",
                            $0.refused + $0.unsure == 0
                                ? $0.id : "\($0.refused) refused, \($0.unsure) unsure  \($0.id)",
                        ]
                    }), json: data)
        },
    ]

    private struct Campaigns: Decodable {
        struct Campaign: Decodable {
            let id: String
            let createdAt: String
            let means: String
            let recipients: Int
            let neverBefore: Int
            let sinceThen: Int
            let refused: Int
            let unsure: Int
        }

        let campaigns: [Campaign]
    }

    private struct Order: Encodable {
        var roles: [String]?
        var audience: String?
        var `class`: String?
        var language: String?
    }

    private struct Begun: Decodable { let job: String }

    private static func letters(_ words: inout Words, _ client: AdminClient) async throws -> Output {
        let roles = try words.option("--roles")?.split(separator: ",").map(String.init)
        let body = Order(
            roles: roles, audience: try words.option("--audience"), class: try words.option("--class"))
        let folder = try words.option("--to")
        let uai = try words.word("the UAI")
        try words.end()
        // Before anybody has a code that could then not be written.
        if let folder { try make(folder: folder) }
        let begun = try await client.send(
            "POST", "/api/v1/establishments/\(escaped(uai))/letters", body: encoder.encode(body))
        let job = try decoder.decode(Begun.self, from: begun).job
        guard let folder else { return Output(text: "job \(job)", json: begun) }
        let done = try await JobCommands.wait(for: job, client)
        let files = try decoder.decode(JobCommands.Shown.self, from: done.json).files
        for file in files {
            let data = try await client.send("GET", "/api/v1/jobs/\(escaped(job))/files/\(escaped(file))")
            try JobCommands.write(data, to: "\(folder)/\(file)")
        }
        return Output(text: files.map { "\(folder)/\($0)" }.joined(separator: "\n"), json: done.json)
    }

    /// Codes go there: when it is new, it is its owner's only.
    private static func make(folder: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw OperatorError.unreadable("\(folder): cannot be made")
        }
    }

    private static func mails(_ words: inout Words, _ client: AdminClient) async throws -> Output {
        let body = Order(
            roles: try words.option("--roles")?.split(separator: ",").map(String.init),
            class: try words.option("--class"), language: try words.option("--language"))
        let isWaiting = words.flag("--wait")
        let uai = try words.word("the UAI")
        try words.end()
        let begun = try await client.send(
            "POST", "/api/v1/establishments/\(escaped(uai))/mails", body: encoder.encode(body))
        let job = try decoder.decode(Begun.self, from: begun).job
        return isWaiting
            ? try await JobCommands.wait(for: job, client) : Output(text: "job \(job)", json: begun)
    }
}
