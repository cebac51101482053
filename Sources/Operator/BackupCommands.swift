internal import Control
internal import Foundation

/// Backups of single establishments: made, looked at.
enum BackupCommands: CommandSet {
    static let all = [
        Command(
            words: ["establishment", "backup"], usage: "UAI [--to FILE] [--passphrase-file FILE]",
            summary: "Writes everything of an establishment into a file, while people go on working."
        ) { words, client in
            let file = try words.option("--to")
            let passphrase = try BackupCommands.passphrase(&words)
            let uai = try words.word("the UAI")
            try words.end()
            let path = file ?? "\(uai)-\(moment()).preau"
            return try make(uai, path, passphrase, client).output(path, encoder)
        },
        Command(
            words: ["backup", "verify"], usage: "FILE [--passphrase-file FILE]",
            summary: "Reads a backup to its end: whether it is whole, and what is in it.", needsStack: false
        ) { words, _ in
            let passphrase = try BackupCommands.passphrase(&words)
            let path = try words.word("the file")
            try words.end()
            return try BackupFile.verify(path, passphrase: passphrase).output(path, encoder)
        },
    ]

    /// `2026-11-26T08-30-00Z`, for a file's name.
    static func moment() -> String {
        ISO8601DateFormatter().string(from: Date()).replacingOccurrences(of: ":", with: "-")
    }

    /// Of `--passphrase-file`: the file's first line.
    static func passphrase(_ words: inout Words) throws -> [UInt8]? {
        guard let path = try words.option("--passphrase-file") else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw OperatorError.unreadable("\(path): cannot be read")
        }
        let line = [UInt8](data).prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard line.count >= 12 else {
            throw OperatorError.usage("\(path): a passphrase has at least twelve characters, on the first line")
        }
        return Array(line)
    }

    /// Makes a backup and checks each byte of it on the way; the file has its name once it is whole and on the disk.
    static func make(_ uai: String, _ path: String, _ passphrase: [UInt8]?, _ client: AdminClient) throws
        -> BackupContents
    {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw OperatorError.usage("\(path): is there already")
        }
        let part = path + ".part"
        let descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw OperatorError.unreadable("\(part): cannot be written") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            let contents = try fill(handle, uai, passphrase, client)
            try handle.synchronize()
            try handle.close()
            try FileManager.default.moveItem(atPath: part, toPath: path)
            return contents
        } catch {
            unlink(part)
            throw error
        }
    }

    private static func fill(
        _ handle: FileHandle, _ uai: String, _ passphrase: [UInt8]?, _ client: AdminClient
    ) throws -> BackupContents {
        let contents = BackupContents(isSealed: passphrase != nil)
        var sealer = try passphrase.map { try SealedFile.Sealer(passphrase: $0) }
        let line = ProgressLine()
        var bytes = 0
        defer { line.end() }
        try client.download(
            "/api/v1/establishments/\(escaped(uai))/backup", beginning: BackupFormat.magic
        ) { piece in
            try contents.take(piece)
            try handle.write(contentsOf: Data(try sealer?.take(piece) ?? piece))
            bytes += piece.count
            line.note("\(uai): \(bytes >> 20) MB")
        }
        do {
            try contents.finish()
        } catch {
            throw OperatorError.unreadable("the backup of \(uai) did not come to its end: \(error)")
        }
        if let rest = try sealer?.finish() { try handle.write(contentsOf: Data(rest)) }
        return contents
    }
}
