internal import Foundation

/// Moves of establishments between shards.
enum MoveCommands {
    static let all = [
        Command(
            words: ["establishment", "move"],
            usage: "UAI --to SHARD [--keep HOURS] [--rate BYTES] [--force] [--detach]",
            summary: "Moves an establishment while it is in use; waits until it serves from there."
        ) { words, client in
            let uai = try words.word("the UAI")
            guard let target = try words.number("--to") else { throw OperatorError.usage("--to is missing") }
            let order = Order(to: target, try options(&words))
            let isDetached = words.flag("--detach")
            try words.end()
            let path = "/api/v1/establishments/\(PlatformCommands.escaped(uai))/moves"
            let data = try await client.send("POST", path, body: PlatformCommands.encoder.encode(order))
            return isDetached ? try output(data) : try await wait(data, client) { $0.isOver }
        },
        Command(words: ["move", "list"], usage: "", summary: "Lists the last fifty moves.") { words, client in
            try words.end()
            let data = try await client.send("GET", "/api/v1/moves")
            let moves = try PlatformCommands.decoder.decode(Page.self, from: data).items
            return Output(text: PlatformCommands.columns(moves.map(\.cells)), json: data)
        },
        Command(words: ["move", "show"], usage: "MOVE", summary: "Shows one move, and how far it is.") {
            words, client in
            let id = try number(&words)
            try words.end()
            return try output(try await client.send("GET", "/api/v1/moves/\(id)"))
        },
        Command(
            words: ["move", "cancel"], usage: "MOVE", summary: "Gives a move up, as long as it has not switched."
        ) { words, client in
            let id = try number(&words)
            try words.end()
            return try await wait(try await client.send("POST", "/api/v1/moves/\(id)/cancel"), client, mayAbort: true) {
                $0.isOver
            }
        },
        Command(
            words: ["move", "reverse"], usage: "MOVE [--keep HOURS] [--force]",
            summary: "Takes a move back over its open way; copies nothing."
        ) { words, client in
            let id = try number(&words)
            let order = Order(to: nil, try options(&words))
            try words.end()
            let data = try await client.send(
                "POST", "/api/v1/moves/\(id)/reverse", body: PlatformCommands.encoder.encode(order))
            return try await wait(data, client) { $0.isOver }
        },
        Command(
            words: ["move", "complete"], usage: "MOVE",
            summary: "Closes a move's way back, removes the rows left behind."
        ) { words, client in
            let id = try number(&words)
            try words.end()
            let data = try await client.send("POST", "/api/v1/moves/\(id)/complete")
            return try await wait(data, client) { $0.wayBack != "closing" && $0.wayBack != "open" }
        },
    ]

    private struct Order: Encodable {
        let to: Int?
        let keepHours: Int?
        let force: Bool
        let bytesPerSecond: Int?

        init(to: Int?, _ options: (keep: Int?, rate: Int?, force: Bool)) {
            self.to = to
            keepHours = options.keep
            bytesPerSecond = options.rate
            force = options.force
        }
    }

    struct Move: Decodable {
        let id: Int
        let establishment: String?
        let from: Int
        let to: Int
        let state: String
        let pauseMs: Double?
        let rows: Int
        let bytes: Int
        let rowsExpected: Int
        let secondsLeft: Double?
        let verification: String
        let wayBack: String
        let wayBackUntil: String?
        let error: String

        var isOver: Bool { state == "done" || state == "aborted" }

        var cells: [String] {
            [
                String(id), establishment ?? "–", "shard \(from) → \(to)", state,
                pauseMs.map { String(format: "paused %.1f ms", $0) } ?? "–", "way back \(wayBack)", error,
            ]
        }

        var text: String {
            var lines = [
                ["move", String(id)], ["establishment", establishment ?? "–"], ["shards", "\(from) → \(to)"],
                ["state", state],
                ["rows", "\(rows) of \(rowsExpected)"], ["bytes", String(bytes)],
                ["writes waited", pauseMs.map { String(format: "%.1f ms", $0) } ?? "–"],
                ["verification", verification],
                ["way back", wayBackUntil.map { "\(wayBack), until \($0)" } ?? wayBack],
            ]
            if let secondsLeft { lines.append(["time left", String(format: "about %.0f s", secondsLeft)]) }
            if !error.isEmpty { lines.append(["in the way", error]) }
            return PlatformCommands.columns(lines)
        }
    }

    private struct Page: Decodable { let items: [Move] }

    private static func options(_ words: inout Words) throws -> (keep: Int?, rate: Int?, force: Bool) {
        (try words.number("--keep"), try words.number("--rate"), words.flag("--force"))
    }

    private static func number(_ words: inout Words) throws -> Int {
        let word = try words.word("the move's number")
        guard let number = Int(word) else { throw OperatorError.usage("not a move's number: \(word)") }
        return number
    }

    private static func output(_ data: Data) throws -> Output {
        Output(text: try PlatformCommands.decoder.decode(Move.self, from: data).text, json: data)
    }

    /// Shows on standard error how far the move is, until it has come to rest.
    static func wait(_ first: Data, _ client: AdminClient, mayAbort: Bool = false, until isAtRest: (Move) -> Bool)
        async throws -> Output
    {
        var data = first
        var shown = ""
        var silences = 0
        while true {
            let move = try PlatformCommands.decoder.decode(Move.self, from: data)
            var line = "\(move.establishment ?? "") \(move.state) \(move.rows)/\(move.rowsExpected) rows"
            if let left = move.secondsLeft { line += String(format: ", about %.0f s left", left) }
            if line != shown { FileHandle.standardError.write(Data((line + "\n").utf8)) }
            shown = line
            if isAtRest(move) {
                if move.state == "aborted", !mayAbort {
                    throw OperatorError.refused(
                        status: 409, code: "aborted", detail: "move \(move.id) was given up: \(move.error)")
                }
                return try output(data)
            }
            try await Task.sleep(for: .milliseconds(100))
            do {
                data = try await client.send("GET", "/api/v1/moves/\(move.id)")
                silences = 0
            } catch OperatorError.unreachable(let url, let reason) {
                // The admin service may be started again meanwhile; the move goes on.
                silences += 1
                guard silences < 300 else { throw OperatorError.unreachable(url: url, reason: reason) }
            }
        }
    }
}
