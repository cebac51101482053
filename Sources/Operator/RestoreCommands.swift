internal import Control
internal import Foundation

/// Backups of single establishments: back in their places, into sandboxes, and the drill that shows that it works.
enum RestoreCommands: CommandSet {
    static let all = [
        Command(
            words: ["establishment", "restore"],
            usage:
                "FILE [--passphrase-file FILE] (--yes [--before FILE] [--ties] | --person LOGIN | --as UAI [--name NAME] [--to SHARD])",
            summary: "Brings a backup back: in its place, one person's missing work, or as a sandbox."
        ) { words, client in
            let passphrase = try BackupCommands.passphrase(&words)
            let sandbox = try words.option("--as")
            let target = try RestoreCommands.target(&words)
            let person = try words.option("--person")
            let isConfirmed = words.flag("--yes")
            let before = try words.option("--before")
            let ties = words.flag("--ties")
            let path = try words.word("the file")
            try words.end()
            let contents = try BackupFile.verify(path, passphrase: passphrase)
            if let sandbox { return try await fill(sandbox, target, path, passphrase, client) }
            if let person {
                let address = "\(contents.uai)/restore\(query([("person", person)]))"
                return try await send(path, passphrase, to: address, client)
            }
            guard isConfirmed else {
                throw OperatorError.usage(
                    "everything that \(contents.uai) has now would be replaced by \(contents.rows) rows of \(path): --yes if so"
                )
            }
            return try await replace(contents.uai, path, passphrase, before, ties: ties, client)
        },
        Command(
            words: ["establishment", "clone"], usage: "UAI --as UAI [--name NAME] [--to SHARD]",
            summary: "Makes a sandbox with everything that an establishment has at this moment."
        ) { words, client in
            let sandbox = try words.required("--as")
            let target = try RestoreCommands.target(&words)
            let uai = try words.word("the UAI")
            try words.end()
            // Nobody but this process could read what lies on the disk meanwhile.
            let passphrase = (0..<32).map { _ in UInt8.random(in: 33...126) }
            let path = FileManager.default.temporaryDirectory.path + "/preau-clone-\(UUID().uuidString)"
            defer { unlink(path) }
            _ = try BackupCommands.make(uai, path, passphrase, client)
            return try await fill(sandbox, target, path, passphrase, client)
        },
        Command(
            words: ["establishment", "remove"], usage: "UAI",
            summary: "Removes a sandbox and its rows; refuses any other establishment."
        ) { words, client in
            let uai = try words.word("the UAI")
            try words.end()
            _ = try await client.send("DELETE", "/api/v1/establishments/\(escaped(uai))/sandbox")
            return Output(text: "\(uai) is gone", json: try encoder.encode(["removed": uai]))
        },
        Command(
            words: ["establishment", "drill"], usage: "FOLDER [--passphrase-file FILE] [--days N] [--as UAI]",
            summary: "Restores a backup of the folder, chosen at random, into a sandbox, compares, and removes it."
        ) { words, client in
            let passphrase = try BackupCommands.passphrase(&words)
            let days = try words.number("--days") ?? 31
            let sandbox = try words.option("--as") ?? drillUAI
            let folder = try words.word("the folder")
            try words.end()
            return try await drill(folder, passphrase, days, sandbox, client)
        },
    ]

    /// No establishment has it: the department 999 does not exist.
    private static let drillUAI = "9999999P"

    struct Restored: Codable {
        struct Table: Codable {
            let name: String
            let rows: Int64
        }

        let establishment: String
        let backupOf: String
        let madeAt: String
        let rows: Int64
        let tables: [Table]
        let heldMs: Double
        let tiesMissing: Int
        let tiesRestored: Int

        var text: String {
            RestoreCommands.columns(
                [
                    ["establishment", establishment], ["backup of", "\(backupOf), as of \(madeAt)"],
                    ["rows brought back", String(rows)], ["writers waited", String(format: "%.0f ms", heldMs)],
                    ["roles that nobody has now", "\(tiesMissing), \(tiesRestored) of them put back"],
                ] + tables.map { ["  " + $0.name, String($0.rows)] })
        }
    }

    private static func target(_ words: inout Words) throws -> [(String, String?)] {
        [("name", try words.option("--name")), ("shard", try words.number("--to").map(String.init))]
    }

    private static func send(
        _ path: String, _ passphrase: [UInt8]?, to address: String, _ client: AdminClient
    ) async throws -> Output {
        let file = try BackupFile(path, passphrase: passphrase)
        let line = ProgressLine()
        defer { line.end() }
        let data = try client.upload(
            type: "application/vnd.preau.backup", to: "/api/v1/establishments/\(address)",
            next: {
                let piece = try file.next()
                line.show("sent", Double(file.position) / Double(max(1, file.size)))
                return piece
            })
        return Output(text: try decoder.decode(Restored.self, from: data).text, json: data)
    }

    private static func fill(
        _ sandbox: String, _ target: [(String, String?)], _ path: String, _ passphrase: [UInt8]?,
        _ client: AdminClient
    ) async throws -> Output {
        try await send(path, passphrase, to: "\(escaped(sandbox))/sandbox\(query(target))", client)
    }

    // MARK: In its place

    private struct Hold: Encodable { let seconds: Int }

    /// Nobody writes from before the backup of what is there until the end of the restore: whatever anybody wrote is in one of
    /// the two.
    private static func replace(
        _ uai: String, _ path: String, _ passphrase: [UInt8]?, _ before: String?, ties: Bool, _ client: AdminClient
    ) async throws -> Output {
        let folder = (path as NSString).deletingLastPathComponent
        let before =
            before ?? (folder.isEmpty ? "" : folder + "/") + "\(uai)-before-restore-\(BackupCommands.moment()).preau"
        let hold = "/api/v1/establishments/\(escaped(uai))/hold"
        let start = Date()
        _ = try await client.send("POST", hold, body: encoder.encode(Hold(seconds: 900)))
        do {
            _ = try BackupCommands.make(uai, before, passphrase, client)
            FileHandle.standardError.write(Data("what was there is in \(before)\n".utf8))
            let needed = max(300, Int(-start.timeIntervalSinceNow) * 4)
            _ = try await client.send("POST", hold, body: encoder.encode(Hold(seconds: min(3600, needed))))
            return try await send(
                path, passphrase, to: "\(escaped(uai))/restore\(query([("ties", ties ? "true" : nil)]))", client)
        } catch {
            _ = try? await client.send("DELETE", hold)
            throw error
        }
    }

    // MARK: The drill

    private struct Drill: Encodable {
        let file: String
        let verified: Bool
        let seconds: Double
        let restored: Restored
    }

    private static func drill(
        _ folder: String, _ passphrase: [UInt8]?, _ days: Int, _ sandbox: String, _ client: AdminClient
    ) async throws -> Output {
        let since = Date(timeIntervalSinceNow: -86_400 * Double(days))
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let recent = names.map { "\(folder)/\($0)" }.filter { path in
            let changed = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
            return path.hasSuffix(".preau") && (changed ?? .distantPast) > since
        }
        guard let path = recent.randomElement() else {
            throw OperatorError.unreadable("\(folder): no backup of the last \(days) days")
        }
        let start = Date()
        _ = try BackupFile.verify(path, passphrase: passphrase)
        // The admin service compares every table's content with what the file says before it commits.
        let filled = try await fill(sandbox, [("name", "[Essai] exercice de restauration")], path, passphrase, client)
        let restored = try decoder.decode(Restored.self, from: filled.json)
        _ = try await client.send("DELETE", "/api/v1/establishments/\(escaped(sandbox))/sandbox")
        let drill = Drill(
            file: path, verified: true, seconds: -start.timeIntervalSinceNow, restored: restored)
        return Output(
            text:
                "\(path)\n\(restored.text)\n\(String(format: "whole, restored, compared and removed in %.1f s", drill.seconds))",
            json: try encoder.encode(drill))
    }
}
