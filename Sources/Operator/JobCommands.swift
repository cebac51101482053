internal import Foundation

/// What is being done, and stopping it.
enum JobCommands: CommandSet {
    static let all = [
        Command(
            words: ["job", "list"], usage: "[--in STATE] [--kind KIND] [--establishment UAI] [--limit N]",
            summary: "Lists jobs, the newest first."
        ) { words, client in
            let limit = try words.number("--limit") ?? 50
            let items = [
                ("limit", String(min(200, limit))), ("state", try words.option("--in")),
                ("kind", try words.option("--kind")), ("establishment", try words.option("--establishment")),
            ]
            try words.end()
            let jobs = try await all(Job.self, at: "/api/v1/jobs" + query(items), most: limit, client)
            return Output(text: columns(jobs.map(line)), json: try encoder.encode(["jobs": jobs]))
        },
        Command(
            words: ["job", "show"], usage: "ID [--log]", summary: "Shows one job, with --log also what it has said."
        ) { words, client in
            let wantsLog = words.flag("--log")
            let id = try words.word("the job's number")
            try words.end()
            let data = try await client.send("GET", "/api/v1/jobs/\(escaped(id))")
            let shown = try decoder.decode(Shown.self, from: data)
            var text = describe(shown.job)
            if !shown.files.isEmpty { text += "\nfiles: " + shown.files.joined(separator: " ") }
            if wantsLog {
                let lines = try await all(Line.self, at: "/api/v1/jobs/\(escaped(id))/log?limit=200", client)
                text += "\n" + lines.map { "\($0.at)  \($0.level)  \($0.message)" }.joined(separator: "\n")
            }
            return Output(text: text, json: data)
        },
        Command(words: ["job", "wait"], usage: "ID", summary: "Waits until a job has ended; fails when it failed.") {
            words, client in
            let id = try words.word("the job's number")
            try words.end()
            return try await wait(for: id, client)
        },
        Command(words: ["job", "cancel"], usage: "ID", summary: "Asks a job to stop.") { words, client in
            try await change("cancel", &words, client)
        },
        Command(words: ["job", "retry"], usage: "ID", summary: "Takes up again a job that failed or was stopped.") {
            words, client in try await change("retry", &words, client)
        },
        Command(
            words: ["job", "fetch"], usage: "ID FILE --to PATH",
            summary: "Fetches a file that a job made, such as letters."
        ) { words, client in
            let path = try words.required("--to")
            let id = try words.word("the job's number")
            let name = try words.word("the file's name")
            try words.end()
            let data = try await client.send("GET", "/api/v1/jobs/\(escaped(id))/files/\(escaped(name))")
            try write(data, to: path)
            return try written(data, path)
        },
    ]

    /// What is fetched may hold codes: for its owner only.
    static func write(_ data: Data, to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: data, attributes: [.posixPermissions: 0o600])
        else {
            throw OperatorError.unreadable("\(path): cannot be written")
        }
    }

    struct Job: Codable {
        let id: String
        let kind: String
        let state: String
        let title: String
        let territory: String?
        let establishment: String?
        let step: String
        let done: Int
        let total: Int?
        let failure: String?
        let createdAt: String
    }

    struct Shown: Decodable {
        let job: Job
        let files: [String]
    }

    private struct Line: Decodable {
        let at: String
        let level: String
        let message: String
    }

    /// Asks until it has ended. - Throws: `.refused` when it failed or was stopped.
    static func wait(for id: String, _ client: AdminClient) async throws -> Output {
        while true {
            let data = try await client.send("GET", "/api/v1/jobs/\(escaped(id))")
            let job = try decoder.decode(Shown.self, from: data).job
            switch job.state {
            case "queued", "running": try await Task.sleep(for: .milliseconds(300))
            case "succeeded": return Output(text: describe(job), json: data)
            default:
                throw OperatorError.refused(status: 409, code: "job \(job.state)", detail: job.failure ?? job.title)
            }
        }
    }

    private static func change(_ verb: String, _ words: inout Words, _ client: AdminClient) async throws -> Output {
        let id = try words.word("the job's number")
        try words.end()
        let data = try await client.send("POST", "/api/v1/jobs/\(escaped(id))/\(verb)")
        return Output(text: describe(try decoder.decode(Job.self, from: data)), json: data)
    }

    private static func progress(_ job: Job) -> String {
        job.total.map { "\(job.done)/\($0)" } ?? (job.done > 0 ? String(job.done) : "")
    }

    private static func line(_ job: Job) -> [String] {
        [job.id, job.state, job.kind, progress(job), job.establishment ?? job.territory ?? "", job.title]
    }

    private static func describe(_ job: Job) -> String {
        var rows = [["job", job.id], ["kind", job.kind], ["state", job.state], ["title", job.title]]
        if !job.step.isEmpty { rows.append(["step", job.step]) }
        if !progress(job).isEmpty { rows.append(["progress", progress(job)]) }
        if let failure = job.failure { rows.append(["failure", failure]) }
        return columns(rows)
    }
}
