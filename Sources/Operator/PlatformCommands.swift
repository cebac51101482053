internal import Foundation

/// Territories, establishments, shards, demonstration data.
enum PlatformCommands: CommandSet {
    static let all = [
        Command(words: ["territory", "list"], usage: "", summary: "Lists the regions and departments.") {
            words, client in
            try words.end()
            let data = try await client.send("GET", "/api/v1/territories")
            let list = try decoder.decode(Territories.self, from: data).territories
            return Output(
                text: columns(list.map { [$0.id, $0.kind, $0.host, "\($0.establishments) establishments"] }), json: data
            )
        },
        Command(
            words: ["establishment", "list"], usage: "[--territory ID]", summary: "Lists establishments, by UAI."
        ) { words, client in
            let territory = try words.option("--territory")
            try words.end()
            return try await establishments(of: territory, client)
        },
        Command(words: ["establishment", "show"], usage: "UAI", summary: "Shows one establishment.") { words, client in
            let uai = try words.word("the UAI")
            try words.end()
            let data = try await client.send("GET", "/api/v1/establishments/\(escaped(uai))")
            let shown = try decoder.decode(Establishment.self, from: data)
            return Output(
                text: columns([
                    ["UAI", shown.uai], ["name", shown.name], ["territory", shown.territory], ["state", shown.state],
                    ["shard", shown.shard.map(String.init) ?? "–"], ["epoch", shown.epoch.map(String.init) ?? "–"],
                ]), json: data)
        },
        Command(words: ["shard", "list"], usage: "", summary: "Lists the shards.") { words, client in
            try words.end()
            let data = try await client.send("GET", "/api/v1/shards")
            let list = try decoder.decode(Shards.self, from: data).shards
            return Output(
                text: columns(
                    list.map {
                        [
                            String($0.id), $0.name, $0.state, "\($0.host):\($0.port)/\($0.database)",
                            "\($0.establishments) establishments", "schema \($0.schemaVersion)",
                            $0.sizeBytes.map { "\($0 / 1_000_000) MB" } ?? "does not answer", $0.standbysInWords,
                        ]
                    }), json: data)
        },
        Command(
            words: ["shard", "add"], usage: "--id N --host H --port P --database D [--name NAME] [--weight W]",
            summary: "Makes a shard known, brings its schema up to date, puts it to use."
        ) { words, client in
            guard let id = try words.number("--id"), let port = try words.number("--port") else {
                throw OperatorError.usage("--id and --port are needed")
            }
            let body = NewShard(
                id: id, name: try words.option("--name"), host: try words.required("--host"), port: port,
                database: try words.required("--database"), weight: try words.number("--weight"))
            try words.end()
            let data = try await client.send("POST", "/api/v1/shards", body: encoder.encode(body))
            let shard = try decoder.decode(Shard.self, from: data)
            return Output(text: "shard \(shard.id) is \(shard.state), schema \(shard.schemaVersion)", json: data)
        },
        Command(words: ["health"], usage: "", summary: "Asks the directory, every shard and the nodes.") {
            words, client in
            try words.end()
            let data = try await client.send("GET", "/api/v1/health")
            let health = try decoder.decode(Health.self, from: data)
            return Output(
                text: columns(
                    [["directory", health.directory ? "answers" : "does not answer"]]
                        + health.shards.map { ["shard \($0.id)", $0.available ? "answers" : "does not answer"] }
                        + [["nodes", String(health.nodes)]]), json: data, hasFailed: !health.isWhole)
        },
        Command(
            words: ["seed", "demo"], usage: "[--schools N] [--pupils N]",
            summary: "Fills N establishments a territory with invented schools; never in production."
        ) { words, client in
            let body = DemoSize(
                schoolsPerTerritory: try words.number("--schools"), pupilsPerClass: try words.number("--pupils"))
            try words.end()
            let data = try await client.send("POST", "/api/v1/demo", body: encoder.encode(body))
            let list = try decoder.decode(Accounts.self, from: data).accounts
            return Output(
                text: columns(
                    list.map { [$0.profile, $0.login, $0.password, $0.establishments.joined(separator: " ")] }),
                json: data)
        },
    ]

    // MARK: What the admin service answers

    private struct Territories: Decodable {
        struct Territory: Decodable {
            let id: String
            let kind: String
            let host: String
            let establishments: Int
        }

        let territories: [Territory]
    }

    private struct Establishment: Codable {
        let uai: String
        let name: String
        let territory: String
        let state: String
        let shard: Int?
        let epoch: Int?
    }

    private struct EstablishmentPage: Decodable {
        let items: [Establishment]
        let next: String?
    }

    private struct Shard: Decodable {
        let id: Int
        let name: String
        let host: String
        let port: Int
        let database: String
        let state: String
        let schemaVersion: Int
        let establishments: Int
        let sizeBytes: Int?
        let standbys: Int?
        let lagBytes: Int?
        let lagMs: Int?

        var standbysInWords: String {
            guard let standbys else { return "" }
            guard standbys > 0 else { return "no standby" }
            return "\(standbys) standby, \(lagBytes ?? 0) bytes and \(lagMs ?? 0) ms behind"
        }
    }

    private struct Shards: Decodable { let shards: [Shard] }

    private struct Health: Decodable {
        struct Shard: Decodable {
            let id: Int
            let available: Bool
        }

        let directory: Bool
        let shards: [Shard]
        let nodes: Int

        var isWhole: Bool { directory && nodes > 0 && shards.allSatisfy(\.available) }
    }

    private struct NewShard: Encodable {
        let id: Int
        let name: String?
        let host: String
        let port: Int
        let database: String
        let weight: Int?
    }

    private struct DemoSize: Encodable {
        let schoolsPerTerritory: Int?
        let pupilsPerClass: Int?
    }

    private struct Accounts: Decodable {
        struct Account: Decodable {
            let login: String
            let password: String
            let profile: String
            let establishments: [String]
        }

        let accounts: [Account]
    }

    private static func establishments(of territory: String?, _ client: AdminClient) async throws -> Output {
        var all: [Establishment] = []
        var cursor: String?
        repeat {
            var path = "/api/v1/establishments?limit=200"
            if let territory { path += "&territory=\(escaped(territory))" }
            if let cursor { path += "&cursor=\(escaped(cursor))" }
            let page = try decoder.decode(EstablishmentPage.self, from: try await client.send("GET", path))
            all += page.items
            cursor = page.next
        } while cursor != nil
        return Output(
            text: columns(
                all.map { [$0.uai, $0.territory, $0.state, "shard \($0.shard.map(String.init) ?? "–")", $0.name] }),
            json: try encoder.encode(["establishments": all]))
    }
}
