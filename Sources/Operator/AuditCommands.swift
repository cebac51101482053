internal import Foundation

/// The log of administrative acts.
enum AuditCommands: CommandSet {
    static let all = [
        Command(
            words: ["audit"],
            usage: "[--actor A] [--action A] [--territory T] [--establishment UAI] [--target T] [--since DAY] "
                + "[--until DAY] [--limit N] [--export csv|jsonl --to PATH]",
            summary: "Shows administrative acts, the newest first, or writes them all to a file."
        ) { words, client in
            var items: [(String, String?)] = []
            for name in ["actor", "action", "territory", "establishment", "target", "since", "until"] {
                items.append((name, try words.option("--" + name)))
            }
            if let format = try words.option("--export") {
                let path = try words.required("--to")
                try words.end()
                let data = try await client.send(
                    "GET", "/api/v1/audit/export" + query(items + [("format", format)]))
                try JobCommands.write(data, to: path)
                return try written(data, path)
            }
            let limit = try words.number("--limit") ?? 50
            try words.end()
            let records = try await all(
                Record.self, at: "/api/v1/audit" + query([("limit", String(min(200, limit)))] + items), most: limit,
                client)
            return Output(
                text: columns(records.map { [$0.at, $0.actor, $0.address, $0.action, $0.scope, $0.target] }),
                json: try encoder.encode(["acts": records]))
        }
    ]

    private struct Record: Codable {
        /// Whatever an act had before and after, as it was written.
        let before: AnyJSON
        let after: AnyJSON
        let number: Int
        let at: String
        let actorKind: String
        let actor: String
        let address: String
        let action: String
        let scope: String
        let establishment: String?
        let target: String
        let requestId: String
    }
}
