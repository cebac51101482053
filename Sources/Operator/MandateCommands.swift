internal import Foundation

/// Who administers what.
enum MandateCommands: CommandSet {
    static let all = [
        Command(
            words: ["mandate", "list"], usage: "[--login L] [--establishment UAI]",
            summary:
                "Lists who administers what, the newest first; by the beginnings of a login or name, of one school."
        ) { words, client in
            let items: [(String, String?)] = [
                ("limit", "200"), ("login", try words.option("--login")),
                ("establishment", try words.option("--establishment")),
            ]
            try words.end()
            let mandates = try await all(Mandate.self, at: "/api/v1/mandates" + query(items), client)
            return Output(
                text: columns(
                    mandates.map {
                        [
                            $0.id, $0.login, $0.role, $0.establishment ?? $0.territory ?? "platform",
                            $0.rights?.joined(separator: ",") ?? "all", "\($0.from) – \($0.until ?? "")",
                        ]
                    }), json: try encoder.encode(["mandates": mandates]))
        },
        Command(
            words: ["mandate", "give"],
            usage: "LOGIN ROLE [--territory ID | --establishment UAI] [--rights A,B] [--from DAY] [--until DAY]",
            summary: "Gives an account a mandate: territory_admin, region_admin, platform_admin or establishment_admin."
        ) { words, client in
            let (territory, establishment) = (try words.option("--territory"), try words.option("--establishment"))
            let rights = try words.option("--rights")?.split(separator: ",").map(String.init)
            let (from, until) = (try words.option("--from"), try words.option("--until"))
            let body = NewMandate(
                login: try words.word("the login"), role: try words.word("the role"), territory: territory,
                establishment: establishment, rights: rights, from: from, until: until)
            try words.end()
            let data = try await client.send("POST", "/api/v1/mandates", body: encoder.encode(body))
            return Output(text: "mandate \(try decoder.decode(Mandate.self, from: data).id)", json: data)
        },
        Command(words: ["mandate", "take"], usage: "ID", summary: "Takes a mandate away, from now on.") {
            words, client in
            let id = try words.word("the mandate's number")
            try words.end()
            _ = try await client.send("DELETE", "/api/v1/mandates/\(escaped(id))")
            return Output(text: "taken away", json: try encoder.encode(["id": id]))
        },
    ]

    private struct NewMandate: Encodable {
        let login: String
        let role: String
        let territory: String?
        let establishment: String?
        let rights: [String]?
        let from: String?
        let until: String?
    }

    private struct Mandate: Codable {
        let id: String
        let login: String
        let role: String
        let territory: String?
        let establishment: String?
        let rights: [String]?
        let from: String
        let until: String?
        let createdAt: String?
    }
}
