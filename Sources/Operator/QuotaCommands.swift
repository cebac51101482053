internal import Foundation

/// `quota`: how much of the line a territory, a department or an establishment has.
enum QuotaCommands: CommandSet {
    static let all = [
        Command(
            words: ["quota", "show"], usage: "SCOPE",
            summary: "Shows the bandwidth of a scope, its steps by day, and what it used."
        ) {
            words, client in
            let scope = try words.word("the scope")
            try words.end()
            let data = try await client.send("GET", "/api/v1/quotas?scope=\(escaped(scope))")
            return Output(text: try text(of: data), json: data)
        },
        Command(
            words: ["quota", "set"], usage: "SCOPE --rate 200M [--ceil 300M] [--from YYYY-MM-DD] | --remove",
            summary: "Sets the guaranteed rate and the ceiling of a scope, live."
        ) { words, client in
            let scope = try words.word("the scope")
            if words.flag("--remove") {
                try words.end()
                let data = try await client.send("DELETE", "/api/v1/quotas?scope=\(escaped(scope))")
                return Output(
                    text: "\(scope): what its manifest declares is in force again",
                    json: data.isEmpty ? Data("{}".utf8) : data)
            }
            let rate = try bits(words.required("--rate"))
            let ceil = try words.option("--ceil").map(bits)
            let from = try words.option("--from")
            try words.end()
            var body: [String: Any] = ["scope": scope, "rate": rate]
            if let ceil { body["ceil"] = ceil }
            if let from { body["from"] = from }
            let data = try await client.send(
                "PUT", "/api/v1/quotas", body: try JSONSerialization.data(withJSONObject: body))
            return Output(text: try text(of: data), json: data)
        },
    ]

    private struct Quota: Decodable {
        struct Step: Decodable {
            let from: String?
            let rate: Int
            let ceil: Int
        }

        struct Slot: Decodable {
            let start: String
            let sentBps: Int
            let receivedBps: Int
        }

        let scope: String
        let rate: Int?
        let ceil: Int?
        let steps: [Step]
        let usage: [Slot]
    }

    /// `200M`, `1500K`, `10G`.
    private static func bits(_ text: String) throws -> Int {
        let factors: [Character: Int] = ["K": 1000, "M": 1_000_000, "G": 1_000_000_000]
        guard let unit = text.last, let factor = factors[unit], let number = Int(text.dropLast()),
            (1...1_000_000).contains(number)
        else { throw OperatorError.usage("expected bits per second such as 200M, 1500K or 10G, found “\(text)”") }
        return number * factor
    }

    private static func shown(_ bits: Int) -> String {
        for (factor, unit) in [(1_000_000_000, "G"), (1_000_000, "M"), (1000, "K")]
        where bits >= factor && bits % factor == 0 {
            return "\(bits / factor)\(unit)"
        }
        return String(bits)
    }

    private static func text(of data: Data) throws -> String {
        let quota = try decoder.decode(Quota.self, from: data)
        var lines = [
            quota.rate.map { "\(quota.scope): \(shown($0)) guaranteed, up to \(shown(quota.ceil ?? $0))" }
                ?? "\(quota.scope): no quota"
        ]
        for step in quota.steps {
            lines.append("  from \(step.from ?? "the beginning"): \(shown(step.rate)), up to \(shown(step.ceil))")
        }
        for slot in quota.usage.prefix(6) {
            lines.append("  \(slot.start): \(slot.sentBps) bit/s out, \(slot.receivedBps) bit/s in")
        }
        return lines.joined(separator: "\n")
    }
}
