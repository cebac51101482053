internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The API of backups: one establishment's as a stream, back in its place, into a sandbox, or one person's work.
package struct BackupAPI: Sendable {
    private let service: AdminService
    private let backup: EstablishmentBackup
    private let restoring: EstablishmentRestoring
    private let sandboxes: Sandboxes
    private let store: BackupDirectoryStore

    package init(_ service: AdminService) {
        self.service = service
        backup = EstablishmentBackup(service.tenancy, directory: service.directory)
        restoring = EstablishmentRestoring(service.tenancy, directory: service.directory)
        sandboxes = Sandboxes(service.tenancy, directory: service.directory)
        store = BackupDirectoryStore(directory: service.directory)
    }

    package var routes: [Route] { [make, hold, endHold, restore, sandbox, removeSandbox] }

    static let mediaType = "application/vnd.preau.backup"
    private static let uai = [Parameter.uai("establishment", "Its UAI.")]
    /// More than the largest school, files included.
    private static let largest = 256 << 30

    // MARK: Out

    private var make: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}/backup", access: AdminAPI.ofTerritories, tag: "Backups",
            summary: "An establishment's backup, as of this moment; people go on working.",
            description:
                "The format is described in docs/backup-format.md. It ends with its own digest: what is cut off on the way is not taken for whole.",
            parameters: BackupAPI.uai,
            answers: [.other(BackupAPI.mediaType, "The backup.")], errors: [.noRight]
        ) { call in
            let establishment = try service.establishment(call, for: .backups)
            let subject = try await backup.subject(establishment, now: call.now)
            try await service.audit.write(
                AuditEntry(
                    "establishment.backup", by: service.actor(call), territory: establishment.territory,
                    establishment: establishment.id, target: establishment.uai.rawValue))
            let backup = backup
            var response = Response(
                status: .ok,
                headers: [
                    ("Content-Type", BackupAPI.mediaType), ("Cache-Control", "no-store"),
                    ("Content-Disposition", "attachment; filename=\"\(establishment.uai.rawValue).preau\""),
                ],
                body: .stream(length: nil) { writer in
                    try await backup.write(subject) { try await writer.write($0) }
                })
            response.mayCompress = false
            return response
        }
    }

    // MARK: Holding writers

    private struct Hold: Decodable { let seconds: Int }

    private var hold: Route {
        .api(
            .post, "/api/v1/establishments/{establishment}/hold", access: AdminAPI.ofTerritories, tag: "Backups",
            summary: "Lets nobody write in an establishment for a while; people go on reading.",
            description:
                "Before a restore, so that the backup of what was there has all that anybody wrote. Ends by itself, with the restore, or with DELETE.",
            parameters: BackupAPI.uai, body: .json(.object([.required("seconds", .integer(1...3600))])),
            answers: [.empty("Nobody writes any more.")], errors: [.noRight, .wrongState]
        ) { call in
            let establishment = try service.establishment(call, for: .backups)
            let body = try await call.jsonBody(as: Hold.self)
            let context = try service.tenancy.administrativeContext(for: establishment.id)
            guard try await !store.isMoving(establishment.id) else { throw BackupError.moving }
            try await service.audit.write(
                entry("establishment.hold", establishment, call, ["seconds": .integer(body.seconds)]))
            try await service.tenancy.hold(context, seconds: min(3600, max(1, body.seconds)))
            return .status(.noContent)
        }
    }

    private var endHold: Route {
        .api(
            .delete, "/api/v1/establishments/{establishment}/hold", access: AdminAPI.ofTerritories, tag: "Backups",
            summary: "Ends a hold.", parameters: BackupAPI.uai,
            answers: [.empty("People write again.")], errors: [.noRight, .wrongState]
        ) { call in
            let establishment = try service.establishment(call, for: .backups)
            guard try await !store.isMoving(establishment.id) else { throw BackupError.moving }
            try await service.audit.write(entry("establishment.hold_end", establishment, call, [:]))
            try await service.tenancy.endHold(try service.tenancy.administrativeContext(for: establishment.id))
            return .status(.noContent)
        }
    }

    // MARK: Back

    private var restore: Route {
        .api(
            .post, "/api/v1/establishments/{establishment}/restore", access: AdminAPI.ofTerritories, tag: "Backups",
            summary: "Replaces all rows of an establishment by its backup's; or brings one person's missing work back.",
            description:
                "All or nothing: the rows are checked while they come, then writers are held, rows replaced, compared and committed in one transaction. With `person`, nothing that is there is changed.",
            parameters: BackupAPI.uai,
            query: [
                .text("person", "A login: only what this person wrote and is missing.", maxLength: Login.longest),
                .flag("ties", "Puts back who had which role, for accounts that still exist."),
            ],
            body: .stream([BackupAPI.mediaType, "application/octet-stream"], limit: BackupAPI.largest),
            answers: [.json(RestoreAnswer.schema, "What came of it.")],
            errors: [.noRight, .backupUnreadable, .backupNewer, .backupOfAnother, .backupUnfit, .loginUnknown]
        ) { call in
            let establishment = try service.establishment(call, for: .backups)
            let persons = try await persons(call, establishment)
            let events = try events(call)
            let header = try await events.header()
            guard header.uai == establishment.uai else { throw BackupError.ofAnother(header.uai) }
            let context = try service.tenancy.administrativeContext(for: establishment.id)
            try await service.audit.write(
                entry(
                    persons == nil ? "establishment.restore" : "establishment.restore_person", establishment, call,
                    ["made_at": .string(Timestamp.iso8601(microseconds: header.madeAt))]))
            let outcome =
                if let persons {
                    try await restoring.bringBack(workOf: persons, in: context, header, events)
                } else {
                    try await restoring.replace(in: context, header, events)
                }
            let ties = try await restoring.reconcile(
                outcome, in: establishment.id, putBack: call.query.flag("ties"))
            return .json(
                RestoreAnswer(
                    uai: establishment.uai, outcome: outcome, missingTies: ties.missing, restoredTies: ties.restored))
        }
    }

    private func persons(_ call: Call, _ establishment: Establishment) async throws -> [UUID]? {
        guard let text = call.query.text("person") else { return nil }
        guard let login = Login(rawValue: text) else { throw BackupError.unknownPerson }
        let persons = try await store.persons(login, in: establishment.id)
        guard !persons.isEmpty else { throw BackupError.unknownPerson }
        return persons
    }

    /// The body as a backup's events.
    private func events(_ call: Call) throws -> BackupEvents {
        let type = call.request.header("content-type").map { $0.prefix { $0 != ";" }.lowercased() }
        guard let type, call.route.body.mediaTypes.contains(type) else { throw Problem(.unsupportedMediaType) }
        let body = call.request.body
        body.allow(upTo: BackupAPI.largest)
        return BackupEvents { try await body.next() }
    }

    private func entry(
        _ action: String, _ establishment: Establishment, _ call: Call, _ after: JSON
    ) -> AuditEntry {
        AuditEntry(
            action, by: service.actor(call), territory: establishment.territory, establishment: establishment.id,
            target: establishment.uai.rawValue, after: after)
    }

    // MARK: Sandboxes

    private var sandbox: Route {
        .api(
            .post, "/api/v1/establishments/{establishment}/sandbox", access: .operatorToken, tag: "Backups",
            summary: "Makes a new establishment of a backup, marked as a sandbox; nobody has a role in it.",
            description: "One that is there and is a sandbox is filled anew.",
            parameters: [.uai("establishment", "The sandbox's own UAI, which no establishment has.")],
            query: [
                .text("name", "Its name; the original's, marked, when absent.", maxLength: 200),
                .integer("shard", 1...32_767, "Where it lives; the emptiest shard when absent."),
            ],
            body: .stream([BackupAPI.mediaType, "application/octet-stream"], limit: BackupAPI.largest),
            answers: [.json(RestoreAnswer.schema, "What came of it.", status: 201)],
            errors: [.backupUnreadable, .backupNewer, .backupUnfit, .notASandbox]
        ) { call in
            guard let uai = UAI(rawValue: try call.path.text("establishment")) else { throw Problem(.notFound) }
            let events = try events(call)
            let header = try await events.header()
            try await service.audit.write(
                AuditEntry(
                    "establishment.sandbox", by: service.actor(call), target: uai.rawValue,
                    after: [
                        "backup_of": .string(header.uai.rawValue),
                        "made_at": .string(Timestamp.iso8601(microseconds: header.madeAt)),
                    ]))
            let order = Sandboxes.Order(
                uai: uai, name: call.query.text("name").flatMap { $0.isEmpty ? nil : $0 },
                shard: call.query.integer("shard").map { ShardID(rawValue: Int16(clamping: $0)) })
            let outcome = try await sandboxes.make(order, from: header, events)
            return .json(RestoreAnswer(uai: uai, outcome: outcome), status: .created)
        }
    }

    private var removeSandbox: Route {
        .api(
            .delete, "/api/v1/establishments/{establishment}/sandbox", access: .operatorToken, tag: "Backups",
            summary: "Removes a sandbox and all of its rows; no other establishment can be removed.",
            parameters: BackupAPI.uai, answers: [.empty("It is gone.")], errors: [.notASandbox]
        ) { call in
            guard let uai = UAI(rawValue: try call.path.text("establishment")) else { throw Problem(.notFound) }
            guard try await store.sandbox(uai) != nil else { throw Problem(.notFound) }
            try await service.audit.write(
                AuditEntry("establishment.sandbox_remove", by: service.actor(call), target: uai.rawValue))
            try await sandboxes.remove(uai)
            return .status(.noContent)
        }
    }
}
