internal import Cryptography
internal import Web

/// Backups of many days in a store of objects, each block of rows once (docs/backup-format.md): what leaves the machine is
/// encrypted, its names included.
///
/// The store is anything that keeps bytes under a name; this type does no input or output.
package struct BackupRepository: Sendable {
    private let names: HMACKey
    private let box: SealedBox

    private static let keyLength = 32
    /// Where the repository's key lies, closed with the passphrase.
    package static let keyName = "key"
    /// More days than anybody keeps.
    package static let mostMoments = 2000
    package static let largestObject = 64 << 20

    /// - Parameter key: of `open`.
    private init(key: [UInt8]) {
        let master = HMACKey(key)
        names = master.derived(for: "block names")
        box = SealedBox(key: master.code(for: "blocks"))
    }

    /// A new repository. - Returns: with the object to keep under `keyName`.
    package static func make(passphrase: [UInt8]) throws -> (repository: BackupRepository, keyObject: [UInt8]) {
        let key = SecureRandom.bytes(keyLength)
        var sealer = try SealedFile.Sealer(passphrase: passphrase)
        let object = try sealer.take(key) + sealer.finish()
        return (BackupRepository(key: key), object)
    }

    /// - Parameter object: what `keyName` holds. - Throws: `BackupFileError.wrongPassphrase`, …
    package static func open(_ object: [UInt8], passphrase: [UInt8]) throws -> BackupRepository {
        var opener = SealedFile.Opener(passphrase: passphrase)
        let key = try opener.take(object)
        try opener.finish()
        guard key.count == keyLength else { throw BackupFileError.damaged(frame: 0) }
        return BackupRepository(key: key)
    }

    // MARK: Blocks

    /// A block's name follows from its content and the key: without the key nobody can tell whether a content is there.
    package func name(of block: [UInt8]) -> String { Hex.encode(names.code(for: block)) }

    /// Where a block lies.
    package static func place(of name: String) -> String { "blocks/\(name.prefix(2))/\(name)" }

    package func seal(_ block: [UInt8], as name: String) throws -> [UInt8] {
        try box.seal(block, context: Array("block/\(name)".utf8))
    }

    /// - Throws: `.damaged` for anything but what was sealed under this name.
    package func open(block object: [UInt8], _ name: String) throws -> [UInt8] {
        guard let block = box.open(object, context: Array("block/\(name)".utf8)), self.name(of: block) == name else {
            throw BackupFileError.damaged(frame: 0)
        }
        return block
    }

    // MARK: Backups

    /// Where the list of an establishment's backups lies, and where one of them.
    package func indexPlace(_ uai: String) -> String { "backups/\(folder(uai))/index" }
    package func place(_ uai: String, _ moment: String) -> String { "backups/\(folder(uai))/\(moment)" }

    private func folder(_ uai: String) -> String { Hex.encode(names.code(for: "establishment \(uai)").prefix(16)) }

    package func seal(_ stored: StoredBackup) throws -> [UInt8] {
        try box.seal(stored.json.bytes, context: Array("backup/\(stored.uai)/\(stored.moment)".utf8))
    }

    package func open(backup object: [UInt8], _ uai: String, _ moment: String) throws -> StoredBackup {
        guard let bytes = box.open(object, context: Array("backup/\(uai)/\(moment)".utf8)) else {
            throw BackupFileError.damaged(frame: 0)
        }
        return try StoredBackup(bytes, uai: uai, moment: moment)
    }

    package func seal(index moments: [String], of uai: String) throws -> [UInt8] {
        let json = JSON.array(moments.suffix(BackupRepository.mostMoments).map { .string($0) })
        return try box.seal(json.bytes, context: Array("index/\(uai)".utf8))
    }

    /// The moments of an establishment's backups, the oldest first.
    package func open(index object: [UInt8], of uai: String) throws -> [String] {
        guard let bytes = box.open(object, context: Array("index/\(uai)".utf8)) else {
            throw BackupFileError.damaged(frame: 0)
        }
        var parser = JSONParser(bytes)
        guard let moments = try parser.parse().elements else { throw BackupFileError.damaged(frame: 0) }
        return moments.compactMap(\.text)
    }
}
