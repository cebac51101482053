internal import Foundation

/// People's sessions.
enum SessionCommands: CommandSet {
    private static let usage = "--login LOGIN | --establishment UAI [--profile P|--class NAME]"

    static let all = [
        Command(
            words: ["sessions", "list"], usage: usage, summary: "Lists who is signed in, newest first, at most 200."
        ) {
            words, client in
            let query = try whose(&words)
            let data = try await client.send("GET", "/api/v1/sessions?limit=200&" + query)
            let list = try decoder.decode(Page.self, from: data).items
            return Output(
                text: columns(list.map { [$0.login, $0.client, "since " + $0.startedAt] }), json: data
            )
        },
        Command(words: ["sessions", "kill"], usage: usage, summary: "Signs people out, on every device.") {
            words, client in
            let query = try whose(&words)
            let data = try await client.send("DELETE", "/api/v1/sessions?" + query)
            return Output(text: "\(try decoder.decode(Ended.self, from: data).ended) sessions ended", json: data)
        },
    ]

    private struct Page: Decodable {
        struct Session: Decodable {
            let login: String
            let client: String
            let startedAt: String
        }

        let items: [Session]
    }

    private struct Ended: Decodable {
        let ended: Int
    }

    private static func whose(_ words: inout Words) throws -> String {
        var items: [String] = []
        for name in ["login", "establishment", "profile", "class"] {
            if let value = try words.option("--" + name) { items.append(name + "=" + escaped(value)) }
        }
        try words.end()
        guard !items.isEmpty else { throw OperatorError.usage("whose? \(usage)") }
        return items.joined(separator: "&")
    }
}
