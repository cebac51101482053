internal import Control
internal import Foundation

/// A backup on disk, encrypted or not, as the plain stream that it holds.
final class BackupFile {
    private let handle: FileHandle
    private var opener: SealedFile.Opener?
    private var hasEnded = false
    let path: String
    let isSealed: Bool
    /// Of the file, in bytes, and of it read so far.
    let size: Int
    private(set) var position = 0

    /// - Throws: `.unreadable`; `.usage` for an encrypted one without its passphrase.
    init(_ path: String, passphrase: [UInt8]?) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw OperatorError.unreadable("\(path): cannot be read")
        }
        self.path = path
        self.handle = handle
        let beginning = try handle.read(upToCount: 8).map { [UInt8]($0) } ?? []
        size = Int(try handle.seekToEnd())
        try handle.seek(toOffset: 0)
        isSealed = SealedFile.isSealed(beginning)
        if isSealed {
            guard let passphrase else {
                throw OperatorError.usage("\(path) is encrypted: --passphrase-file is missing")
            }
            opener = SealedFile.Opener(passphrase: passphrase)
        }
    }

    /// The next piece of the backup; nil at its end. - Throws: `.unreadable` for a damaged file.
    func next() throws -> [UInt8]? {
        guard !hasEnded else { return nil }
        do {
            while let data = try handle.read(upToCount: 1 << 18), !data.isEmpty {
                position += data.count
                guard opener != nil else { return [UInt8](data) }
                if let plain = try opener?.take([UInt8](data)), !plain.isEmpty { return plain }
            }
            hasEnded = true
            try opener?.finish()
            return nil
        } catch let error as BackupFileError {
            throw OperatorError.unreadable("\(path): \(error)")
        }
    }

    /// Reads all of it. - Returns: what it is a backup of. - Throws: `.unreadable` unless it is whole.
    static func verify(_ path: String, passphrase: [UInt8]?) throws -> BackupContents {
        let file = try BackupFile(path, passphrase: passphrase)
        let contents = BackupContents(isSealed: file.isSealed)
        do {
            while let piece = try file.next() { try contents.take(piece) }
            try contents.finish()
        } catch let error as BackupFileError {
            throw OperatorError.unreadable("\(path): \(error)")
        }
        return contents
    }
}

/// What a backup says of itself, and whether it is whole.
final class BackupContents: @unchecked Sendable {
    // Safety: used by one command, which does one thing after the other.
    private var reader = BackupReader()
    private let isSealed: Bool
    private(set) var uai = ""
    private var madeAt = ""
    private(set) var rows: Int64 = 0
    private var tables: [(name: String, rows: Int64)] = []
    private var schema = 0

    init(isSealed: Bool) { self.isSealed = isSealed }

    func take(_ piece: [UInt8]) throws(BackupFileError) {
        for case .header(let header) in try reader.take(piece) {
            let summary = header.summary
            (uai, madeAt, rows, tables, schema) = (
                summary.uai, summary.madeAt, summary.rows, summary.tables, summary.schema
            )
        }
    }

    func finish() throws(BackupFileError) { try reader.finish() }

    private struct Answer: Encodable {
        let file: String
        let establishment: String
        let madeAt: String
        let rows: Int64
        let tables: [String: Int64]
        let schemaVersion: Int
        let bytes: Int
        let encrypted: Bool
    }

    func output(_ path: String, _ encoder: JSONEncoder) throws -> Output {
        let bytes = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.intValue ?? 0
        let answer = Answer(
            file: path, establishment: uai, madeAt: madeAt, rows: rows,
            tables: Dictionary(tables.map { ($0.name, $0.rows) }, uniquingKeysWith: { first, _ in first }),
            schemaVersion: schema, bytes: bytes, encrypted: isSealed)
        return Output(
            text:
                "\(path): \(uai) as of \(madeAt), \(rows) rows, \(bytes) bytes\(isSealed ? ", encrypted" : ""), whole",
            json: try encoder.encode(answer))
    }
}
