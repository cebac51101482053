internal import Foundation

/// Spreading establishments over the shards.
enum ShardCommands: CommandSet {
    static let all = [
        Command(
            words: ["shard", "rebalance"], usage: "[--dry-run] [--limit N] [--rate BYTES] [--force]",
            summary: "Moves establishments so that each shard has its share of the people."
        ) { words, client in
            let wish = try wish(&words)
            try words.end()
            return try shown(try await client.send("POST", "/api/v1/shards/rebalance", body: encoder.encode(wish)))
        },
        Command(
            words: ["shard", "drain"], usage: "SHARD [--dry-run] [--limit N] [--rate BYTES] [--force]",
            summary: "Gives a shard no more establishments, moves those it has to the others."
        ) { words, client in
            let id = try number(&words)
            let wish = try wish(&words)
            try words.end()
            return try shown(try await client.send("POST", "/api/v1/shards/\(id)/drain", body: encoder.encode(wish)))
        },
        Command(
            words: ["shard", "retire"], usage: "SHARD", summary: "Ends the use of a shard that has been drained."
        ) { words, client in
            let id = try number(&words)
            try words.end()
            _ = try await client.send("POST", "/api/v1/shards/\(id)/retire")
            return Output(text: "shard \(id) is retired", json: Data("{\"shard\":\(id),\"state\":\"retired\"}".utf8))
        },
    ]

    private struct Wish: Encodable {
        let dryRun: Bool
        let limit: Int?
        let force: Bool
        let bytesPerSecond: Int?
    }

    private struct Plan: Decodable {
        struct Move: Decodable {
            let establishment: String
            let from: Int
            let to: Int
            let people: Int
        }

        let ordered: Bool
        let moves: [Move]
        let stranded: [String]
        let refused: [String]
    }

    private static func wish(_ words: inout Words) throws -> Wish {
        Wish(
            dryRun: words.flag("--dry-run"), limit: try words.number("--limit"), force: words.flag("--force"),
            bytesPerSecond: try words.number("--rate"))
    }

    private static func number(_ words: inout Words) throws -> Int {
        let word = try words.word("the shard's number")
        guard let number = Int(word) else { throw OperatorError.usage("not a shard's number: \(word)") }
        return number
    }

    private static func shown(_ data: Data) throws -> Output {
        let plan = try decoder.decode(Plan.self, from: data)
        var text = columns(
            plan.moves.map { [$0.establishment, "shard \($0.from) → \($0.to)", "\($0.people) people"] })
        if plan.moves.isEmpty { text = "nothing to move" }
        if plan.ordered, !plan.moves.isEmpty { text += "\nordered: `preau move list` shows how far they are" }
        for uai in plan.stranded { text += "\n\(uai): no shard takes it" }
        for line in plan.refused { text += "\nnot ordered: \(line)" }
        // A plan that was only shown has not failed: there is nothing that it did not do.
        let isIncomplete = !plan.stranded.isEmpty || !plan.refused.isEmpty
        return Output(text: text, json: data, hasFailed: plan.ordered && isIncomplete)
    }
}
