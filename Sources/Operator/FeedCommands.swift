internal import Control
internal import Foundation
internal import Tenancy

/// `generate aaf`, `import aaf`, and what became of imports.
enum FeedCommands: CommandSet {
    static let all = [
        Command(
            words: ["generate", "aaf"],
            usage:
                "DIR [--people N] [--seed N] [--academy N] [--department N] [--degree 1d|2d] [--encoding E] [--day N] [--delta] [--oddities] [--per-file N] [--uai UAI,…] [--date YYYYMMDD]",
            summary: "Writes the AAF files of an invented academy; the same options give the same files.",
            needsStack: false
        ) { words, _ in try generate(&words) },
        Command(
            words: ["import", "aaf"], usage: "PATH [--into TERRITORY] [--academy N] [--dry-run] [--accept]",
            summary: "Imports AAF files (a folder, a .zip, a .tar, a .tgz): plans, then does it."
        ) { words, client in try await importAAF(&words, client) },
        Command(
            words: ["import", "csv"],
            usage:
                "FILE --establishment UAI --kind pupil|guardian|staff [--map COLUMN=FIELD …] [--complete] [--dry-run] [--accept]",
            summary: "Imports a school's own table; names of columns are recognised, or said with --map and remembered."
        ) { words, client in try await importCSV(&words, client) },
        Command(
            words: ["import", "oneroster"], usage: "PATH --into TERRITORY [--dry-run] [--accept]",
            summary: "Imports a OneRoster 1.2 delivery in bulk mode (a folder, a .zip, a .tar, a .tgz)."
        ) { words, client in try await importRoster(&words, "oneroster", client) },
        Command(
            words: ["import", "siecle"], usage: "PATH --into TERRITORY [--dry-run] [--accept]",
            summary: "Imports a school's SIECLE and STS-web exports (a folder, a .zip, a .tar, a .tgz)."
        ) { words, client in try await importRoster(&words, "siecle", client) },
        Command(
            words: ["export", "oneroster"], usage: "UAI --out FILE",
            summary: "Writes a school as a OneRoster 1.2 delivery, a zip."
        ) { words, client in
            let path = try words.required("--out")
            let uai = try words.word("the UAI")
            try words.end()
            let data = try await client.send("GET", "/api/v1/establishments/\(escaped(uai))/oneroster.zip")
            do { try data.write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
                throw OperatorError.unreadable("\(path): cannot be written")
            }
            return try written(data, path)
        },
        Command(
            words: ["export", "csv"], usage: "UAI [--kind pupil|guardian|staff]",
            summary: "Prints the people of a school as a table."
        ) { words, client in
            let uai = try words.word("the UAI")
            let kind = try words.option("--kind")
            try words.end()
            let query = kind.map { "?kind=\(escaped($0))" } ?? ""
            let data = try await client.send("GET", "/api/v1/establishments/\(escaped(uai))/people.csv\(query)")
            // Printing ends the last line; two ends would be a line more to who reads it.
            let text = String(decoding: data, as: UTF8.self)
            return Output(
                text: text.hasSuffix("\r\n") ? String(text.dropLast()) : text, json: try encoder.encode(["csv": text]))
        },
        Command(
            words: ["import", "upkeep"], usage: "",
            summary: "Suspends and erases people who disappeared long enough ago, as happens by itself every hour."
        ) { words, client in
            try words.end()
            let data = try await client.send("POST", "/api/v1/imports/upkeep")
            return Output(text: String(decoding: data, as: UTF8.self), json: data)
        },
        Command(
            words: ["import", "resume"], usage: "IMPORT [--accept]",
            summary: "Goes on with an import that was interrupted or waits for an agreement."
        ) { words, client in
            let id = try words.word("the import's identifier")
            let accepts = words.flag("--accept")
            try words.end()
            return try await carryOut(id, accepts: accepts, client)
        },
        Command(words: ["import", "list"], usage: "", summary: "Lists the imports, the newest first.") {
            words, client in
            try words.end()
            let data = try await client.send("GET", "/api/v1/imports?limit=50")
            let list = try decoder.decode(List.self, from: data).items
            return Output(
                text: list.map {
                    "\($0.import)  \($0.kind)  \($0.state)  \($0.territory ?? "–")  \($0.received)  \($0.createdAt)"
                }
                .joined(separator: "\n"), json: data)
        },
        Command(words: ["import", "show"], usage: "IMPORT", summary: "Shows an import: numbers, plan, anomalies.") {
            words, client in
            let id = try words.word("the import's identifier")
            try words.end()
            let data = try await client.send("GET", "/api/v1/imports/\(escaped(id))")
            return Output(text: try text(data), json: data)
        },
    ]

    struct Answer: Decodable {
        struct Progress: Decodable {
            let people: Int
            let peopleDone: Int
            let establishments: Int
            let establishmentsDone: Int
        }

        let state: String
        let received: Int
        let progress: Progress
        let text: String
    }

    private struct List: Decodable {
        struct Item: Decodable {
            let `import`: String
            let kind: String
            let state: String
            let territory: String?
            let received: Int
            let createdAt: String
        }

        let items: [Item]
    }

    static func escaped(_ text: String) -> String {
        // Only ASCII: letters with accents are letters too.
        let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
        return text.addingPercentEncoding(withAllowedCharacters: CharacterSet(charactersIn: plain)) ?? text
    }

    static func text(_ data: Data) throws -> String {
        let answer = try decoder.decode(Answer.self, from: data)
        return answer.text + "\n" + state(answer)
    }

    private static func state(_ answer: Answer) -> String {
        switch answer.state {
        case "done": "done"
        case "waiting":
            "WAITING: this removes more than usual; nothing was changed. If it is right: preau import resume IMPORT --accept"
        default: "\(answer.state): \(answer.progress.peopleDone) of \(answer.progress.people) people"
        }
    }

    // MARK: Importing

    private static func importAAF(_ words: inout Words, _ client: AdminClient) async throws -> Output {
        let path = try words.word("the folder or archive")
        let territory = try words.option("--into")
        let academy = try words.option("--academy")
        let isDryRun = words.flag("--dry-run")
        let accepts = words.flag("--accept")
        try words.end()
        var query = "dry_run=\(isDryRun ? 1 : 0)"
        if let territory { query += "&into=\(escaped(territory))" }
        if let academy { query += "&academy=\(escaped(academy))" }
        let id = UUID().uuidString.lowercased()
        let data = try await send(path, "/api/v1/imports/aaf?import=\(id)&\(query)", id, client)
        return try await conclude(data, id, isDryRun: isDryRun, accepts: accepts, client)
    }

    private static func importRoster(
        _ words: inout Words, _ kind: String, _ client: AdminClient
    ) async throws -> Output {
        let path = try words.word("the folder or archive")
        let territory = try words.required("--into")
        let isDryRun = words.flag("--dry-run")
        let accepts = words.flag("--accept")
        try words.end()
        let id = UUID().uuidString.lowercased()
        let query = "import=\(id)&into=\(escaped(territory))&dry_run=\(isDryRun ? 1 : 0)"
        let data = try await send(
            path, "/api/v1/imports/\(kind)?\(query)", id, client, only: kind == "siecle" ? ".xml" : ".csv")
        return try await conclude(data, id, isDryRun: isDryRun, accepts: accepts, client)
    }

    private static func importCSV(_ words: inout Words, _ client: AdminClient) async throws -> Output {
        let path = try words.word("the file")
        let uai = try words.required("--establishment")
        let kind = try words.required("--kind")
        var map: [String] = []
        while let one = try words.option("--map") { map.append(one) }
        let isDryRun = words.flag("--dry-run")
        let accepts = words.flag("--accept")
        let isComplete = words.flag("--complete")
        try words.end()
        guard let file = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
            throw OperatorError.unreadable("\(path): cannot be read")
        }
        let id = UUID().uuidString.lowercased()
        var query = "import=\(id)&establishment=\(escaped(uai))&kind=\(escaped(kind))"
        query += "&dry_run=\(isDryRun ? 1 : 0)&complete=\(isComplete ? 1 : 0)"
        if !map.isEmpty { query += "&map=\(escaped(map.joined(separator: "|")))" }
        let data = try await client.send("POST", "/api/v1/imports/csv?\(query)", body: file, type: "text/csv")
        return try await conclude(data, id, isDryRun: isDryRun, accepts: accepts, client)
    }

    /// Sends the archive, and shows meanwhile how many people have come.
    static func send(
        _ archive: String, _ path: String, _ id: String, _ client: AdminClient, only ending: String = ".xml"
    ) async throws -> Data {
        let line = ProgressLine()
        defer { line.end() }
        return try await withThrowingTaskGroup(of: Data?.self) { group in
            group.addTask { try client.upload(archive, to: path, only: ending) { line.show("sending  ", $0) } }
            group.addTask {
                while true {
                    try await Task.sleep(for: .milliseconds(700))
                    guard let data = try? await client.send("GET", "/api/v1/imports/\(id)"),
                        let answer = try? decoder.decode(Answer.self, from: data)
                    else { continue }
                    if answer.state == "received" { line.show("comparing", 1, "\(answer.received) people") }
                }
            }
            defer { group.cancelAll() }
            while let data = try await group.next() { if let data { return data } }
            throw OperatorError.unreadable("nothing was sent")
        }
    }

    /// Carries out what was planned, unless it is only looked at or has to be agreed to.
    static func conclude(
        _ data: Data, _ id: String, isDryRun: Bool, accepts: Bool, _ client: AdminClient
    ) async throws -> Output {
        let answer = try decoder.decode(Answer.self, from: data)
        if isDryRun || answer.state == "done" { return Output(text: answer.text, json: data) }
        if answer.state == "waiting", !accepts {
            return Output(
                text: answer.text
                    + "\n\nNothing was changed: this removes more than usual. If it is right: preau import resume \(id) --accept",
                json: data, hasFailed: true)
        }
        return try await carryOut(id, accepts: accepts, client)
    }

    private static func carryOut(_ id: String, accepts: Bool, _ client: AdminClient) async throws -> Output {
        let line = ProgressLine()
        defer { line.end() }
        let body = Data(#"{"accept":\#(accepts)}"#.utf8)
        var attempts = 0
        while true {
            do {
                let data = try await client.send("POST", "/api/v1/imports/\(escaped(id))/steps", body: body)
                attempts = 0
                let answer = try decoder.decode(Answer.self, from: data)
                let progress = answer.progress
                line.show(
                    "applying ", progress.people == 0 ? 1 : Double(progress.peopleDone) / Double(progress.people),
                    "\(progress.peopleDone) people, \(progress.establishmentsDone) establishments")
                if answer.state == "done" { return Output(text: answer.text + "\ndone", json: data) }
            } catch OperatorError.refused(let status, let code, let detail) where status == 503 {
                // A shard or the directory is away: what was done is done, the rest is tried again.
                attempts += 1
                guard attempts < 20 else { throw OperatorError.refused(status: status, code: code, detail: detail) }
                try await Task.sleep(for: .seconds(2))
            }
        }
    }

    // MARK: Generating

    private static func generate(_ words: inout Words) throws -> Output {
        let folder = try words.option("--out") ?? words.word("the folder to write to")
        let settings = try settings(&words)
        try words.end()
        let line = ProgressLine()
        defer { line.end() }
        var generator = AAFGenerator(settings)
        let summary: AAFGenerator.Summary
        do {
            summary = try generator.write(to: folder) { line.show("writing", $0) }
        } catch {
            throw OperatorError.unreadable("\(error)")
        }
        let numbers = [
            ("files", summary.files), ("bytes", summary.bytes), ("establishments", summary.establishments),
            ("pupils", summary.pupils), ("guardians", summary.guardians), ("contacts", summary.contacts),
            ("staff", summary.staff),
        ]
        let json = "{" + numbers.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
        return Output(
            text: "\(folder): " + numbers.map { "\($0.1) \($0.0)" }.joined(separator: ", "), json: Data(json.utf8))
    }

    private static func settings(_ words: inout Words) throws -> GeneratorSettings {
        var settings = GeneratorSettings()
        if let people = try words.number("--people") { settings.people = people }
        if let seed = try words.number("--seed") { settings.seed = UInt64(bitPattern: Int64(seed)) }
        if let academy = try words.option("--academy") {
            guard let number = Int(academy), (1...99).contains(number) else {
                throw OperatorError.usage("--academy: expected a number such as 24")
            }
            settings.academy = number < 10 ? "0\(number)" : String(number)
        }
        if let department = try words.option("--department") { settings.department = department }
        if let text = try words.option("--degree") {
            guard let degree = GeneratorSettings.Degree(rawValue: text.lowercased()) else {
                throw OperatorError.usage("--degree: 1d or 2d")
            }
            settings.degree = degree
        }
        if let text = try words.option("--encoding") {
            guard let encoding = GeneratorSettings.Encoding(rawValue: text.lowercased()) else {
                let all = GeneratorSettings.Encoding.allCases.map(\.rawValue).joined(separator: ", ")
                throw OperatorError.usage("--encoding: one of \(all)")
            }
            settings.encoding = encoding
        }
        if let day = try words.number("--day") { settings.day = day }
        if let size = try words.number("--per-file") { settings.perFile = max(1, size) }
        if let size = try words.number("--school-size") { settings.schoolSize = max(10, size) }
        if let date = try words.option("--date") { settings.date = date }
        settings.isDelta = words.flag("--delta")
        settings.hasOddities = words.flag("--oddities")
        if let list = try words.option("--uai") {
            settings.uais = try list.split(separator: ",").map { text in
                guard let uai = UAI(rawValue: String(text)) else {
                    throw OperatorError.usage("--uai: \(text) is no UAI")
                }
                return uai
            }
        }
        guard (1...5_000_000).contains(settings.people), settings.date.utf8.count == 8, Int(settings.date) != nil else {
            throw OperatorError.usage("--people: 1 to 5000000; --date: YYYYMMDD")
        }
        guard !settings.isDelta || settings.day > 0 else {
            throw OperatorError.usage("--delta is what changed since the day before: it needs --day 1 or more")
        }
        return settings
    }
}
