internal import Foundation

/// Tokens of programs.
enum TokenCommands: CommandSet {
    static let all = [
        Command(
            words: ["token", "create"],
            usage: "NAME ROLE [--territory ID | --establishment UAI] [--rights A,B] [--days N]",
            summary: "Makes a token for a program; its secret is printed once and never again."
        ) { words, client in
            let (territory, establishment) = (try words.option("--territory"), try words.option("--establishment"))
            let rights = try words.option("--rights")?.split(separator: ",").map(String.init)
            let days = try words.number("--days")
            let body = NewToken(
                name: try words.word("the program's name"), role: try words.word("the role"), territory: territory,
                establishment: establishment, rights: rights, days: days)
            try words.end()
            let data = try await client.send("POST", "/api/v1/tokens", body: encoder.encode(body))
            return Output(text: try decoder.decode(Token.self, from: data).token ?? "", json: data)
        },
        Command(
            words: ["token", "list"], usage: "[--name N]",
            summary: "Lists the tokens of programs, the newest first, without their secrets."
        ) { words, client in
            let items: [(String, String?)] = [("limit", "200"), ("name", try words.option("--name"))]
            try words.end()
            let tokens = try await all(Token.self, at: "/api/v1/tokens" + query(items), client)
            return Output(
                text: columns(
                    tokens.map {
                        [
                            $0.id, $0.name, $0.role, $0.establishment ?? $0.territory ?? "platform",
                            $0.rights?.joined(separator: ",") ?? "all", "until \($0.expiresAt)",
                            $0.lastUsedAt.map { "used \($0)" } ?? "never used",
                        ]
                    }), json: try encoder.encode(["tokens": tokens]))
        },
        Command(words: ["token", "revoke"], usage: "ID", summary: "Takes a token back, from now on.") { words, client in
            let id = try words.word("the token's number")
            try words.end()
            _ = try await client.send("DELETE", "/api/v1/tokens/\(escaped(id))")
            return Output(text: "taken back", json: try encoder.encode(["id": id]))
        },
    ]

    private struct NewToken: Encodable {
        let name: String
        let role: String
        let territory: String?
        let establishment: String?
        let rights: [String]?
        let days: Int?
    }

    private struct Token: Codable {
        let id: String
        let name: String
        let role: String
        let territory: String?
        let establishment: String?
        let rights: [String]?
        let expiresAt: String
        let lastUsedAt: String?
        let token: String?
    }
}
