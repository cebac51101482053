internal import Control
internal import Foundation

/// Backups in an S3-compatible store: only what is new since the last one is sent.
enum RepositoryCommands: CommandSet {
    private static let options =
        "--repository URL --credentials-file FILE --passphrase-file FILE [--region R]"

    static let all = [
        Command(
            words: ["backup", "push"], usage: "UAI | --all [--territory ID] \(options)",
            summary:
                "Backs an establishment, or all that are open, up into an S3-compatible store; sends only what is new, encrypted."
        ) { words, client in
            let repository = try Repository(&words, mayMake: true)
            if words.flag("--all") {
                let territory = try words.option("--territory")
                try words.end()
                return try await pushAll(of: territory, to: repository, client)
            }
            let uai = try words.word("the UAI")
            try words.end()
            let pushed = try repository.push(uai, client)
            return Output(text: pushed.text, json: try encoder.encode(pushed))
        },
        Command(
            words: ["backup", "list"], usage: "UAI \(options)",
            summary: "The moments of an establishment's backups in a store.",
            needsStack: false
        ) { words, _ in
            let repository = try Repository(&words, mayMake: false)
            let uai = try words.word("the UAI")
            try words.end()
            let moments = try repository.moments(uai)
            return Output(text: moments.joined(separator: "\n"), json: try encoder.encode(["moments": moments]))
        },
        Command(
            words: ["backup", "pull"], usage: "UAI --to FILE [--at MOMENT] \(options)",
            summary: "Fetches a backup from a store into a file, encrypted; the newest unless --at names one.",
            needsStack: false
        ) { words, _ in
            let repository = try Repository(&words, mayMake: false)
            let path = try words.required("--to")
            let moment = try words.option("--at")
            let uai = try words.word("the UAI")
            try words.end()
            return try repository.pull(uai, at: moment, to: path)
        },
    ]

    private struct Pushed: Encodable {
        let establishment: String
        let moment: String
        let blocks: Int
        let newBlocks: Int
        let newBytes: Int

        var text: String { "\(establishment) at \(moment): \(blocks) blocks, \(newBlocks) new (\(newBytes) bytes)" }
    }

    private struct Night: Encodable {
        struct Failure: Encodable {
            let establishment: String
            let reason: String
        }

        var pushed: [Pushed] = []
        var failed: [Failure] = []
    }

    private struct Known: Decodable {
        let uai: String
        let state: String
    }

    /// One after the other; one that fails keeps no other from being backed up, and the command from having succeeded.
    private static func pushAll(
        of territory: String?, to repository: Repository, _ client: AdminClient
    ) async throws -> Output {
        let path = "/api/v1/establishments" + query([("limit", "200"), ("territory", territory)])
        let schools = try await all(Known.self, at: path, client)
        var night = Night()
        for school in schools where ["active", "suspended"].contains(school.state) {
            do {
                night.pushed.append(try repository.push(school.uai, client))
            } catch let error as OperatorError {
                night.failed.append(Night.Failure(establishment: school.uai, reason: error.description))
            }
        }
        let text = night.pushed.map(\.text) + night.failed.map { "\($0.establishment): FAILED: \($0.reason)" }
        return Output(
            text: text.joined(separator: "\n"), json: try encoder.encode(night), hasFailed: !night.failed.isEmpty)
    }

    private struct Repository {
        private let store: ObjectStore
        private let repository: BackupRepository
        private let passphrase: [UInt8]

        init(_ words: inout Words, mayMake: Bool) throws {
            guard let passphrase = try BackupCommands.passphrase(&words) else {
                throw OperatorError.usage("--passphrase-file is missing: nothing leaves this machine unencrypted")
            }
            self.passphrase = passphrase
            store = try ObjectStore(
                try words.required("--repository"), credentials: try words.required("--credentials-file"),
                region: try words.option("--region") ?? "us-east-1")
            if let key = try store.get(BackupRepository.keyName) {
                do {
                    repository = try BackupRepository.open(key, passphrase: passphrase)
                } catch let error as BackupFileError {
                    throw OperatorError.unreadable("the repository: \(error)")
                }
            } else {
                guard mayMake else { throw OperatorError.unreadable("there is no repository at that address") }
                let made = try BackupRepository.make(passphrase: passphrase)
                try store.put(BackupRepository.keyName, made.keyObject)
                repository = made.repository
            }
        }

        func moments(_ uai: String) throws -> [String] {
            guard let index = try store.get(repository.indexPlace(uai)) else { return [] }
            return try repository.open(index: index, of: uai)
        }

        private func stored(_ uai: String, _ moment: String) throws -> StoredBackup {
            guard let object = try store.get(repository.place(uai, moment)) else {
                throw OperatorError.unreadable("the backup of \(uai) at \(moment) is not in the store")
            }
            return try repository.open(backup: object, uai, moment)
        }

        /// Blocks first, then what describes them, then the list: killed anywhere, what the list names is whole.
        func push(_ uai: String, _ client: AdminClient) throws -> Pushed {
            let moments = try self.moments(uai)
            let known = try moments.last.map { Set(try self.stored(uai, $0).blocks) } ?? []
            let moment = BackupCommands.moment()
            var storing = StoredBackup.Storing(repository, known: known)
            let line = ProgressLine()
            defer { line.end() }
            try client.download(
                "/api/v1/establishments/\(RepositoryCommands.escaped(uai))/backup", beginning: BackupFormat.magic
            ) { piece in
                for each in try storing.take(piece) { try store.put(each.place, each.object) }
                line.note("\(uai): \(storing.blocks) blocks, \(storing.newBlocks) new")
            }
            let stored: StoredBackup
            do {
                stored = try storing.finish(moment: moment)
            } catch let error as BackupFileError {
                throw OperatorError.unreadable("the backup of \(uai) did not come to its end: \(error)")
            }
            try store.put(repository.place(uai, moment), try repository.seal(stored))
            try store.put(repository.indexPlace(uai), try repository.seal(index: moments + [moment], of: uai))
            return Pushed(
                establishment: uai, moment: moment, blocks: storing.blocks, newBlocks: storing.newBlocks,
                newBytes: storing.newBytes)
        }

        func pull(_ uai: String, at wanted: String?, to path: String) throws -> Output {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw OperatorError.usage("\(path): is there already")
            }
            guard let moment = try wanted ?? moments(uai).last else {
                throw OperatorError.unreadable("there is no backup of \(uai) in the store")
            }
            let stored = try self.stored(uai, moment)
            let part = path + ".part"
            let descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            guard descriptor >= 0 else { throw OperatorError.unreadable("\(part): cannot be written") }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            do {
                var sealer = try SealedFile.Sealer(passphrase: passphrase)
                try stored.assemble(
                    fetch: { name in
                        guard let object = try store.get(BackupRepository.place(of: name)) else {
                            throw OperatorError.unreadable("a block of the backup is not in the store")
                        }
                        return try repository.open(block: object, name)
                    }, to: { try handle.write(contentsOf: Data(try sealer.take($0))) })
                try handle.write(contentsOf: Data(try sealer.finish()))
                try handle.synchronize()
                try handle.close()
                try FileManager.default.moveItem(atPath: part, toPath: path)
            } catch {
                unlink(part)
                throw error
            }
            return try BackupFile.verify(path, passphrase: passphrase).output(path, RepositoryCommands.encoder)
        }
    }
}
