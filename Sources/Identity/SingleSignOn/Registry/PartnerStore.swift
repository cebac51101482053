package import Postgres
package import Runtime
internal import Tenancy
internal import Web

/// The registered services in the directory.
package struct PartnerStore: Sendable {
    private let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    // MARK: Reading

    /// The version of what is registered: one more with each change. - Throws: `.directoryUnavailable`.
    func version() async throws(IdentityError) -> Int64 {
        try await reading { try await Self.version(in: directory.run(Self.repeatable(Self.versionOf))[0]) }
    }

    /// Everything registered. - Throws: `.directoryUnavailable`.
    /// - Parameter log: told of rows that cannot be read; one of them does not take the others away.
    func all(log: Log) async throws(IdentityError) -> PartnerSet {
        try await reading {
            // The version comes first: what is read after it is at least as new.
            let rows = try await directory.run(Self.repeatable(Self.versionOf, Self.services, Self.secret))
            var services: [PartnerService] = []
            for row in rows[1] {
                if let service = try Self.service(row) {
                    services.append(service)
                } else {
                    log.error("unreadable service", ("id", .text(try row.uuid(0).description)))
                }
            }
            return PartnerSet(
                version: try Self.version(in: rows[0]), all: services,
                pairwiseSecret: try rows[2].first?.bytes(0) ?? [])
        }
    }

    package func find(_ id: UUID) async throws(IdentityError) -> PartnerService? {
        try await reading {
            try await directory.run(PostgresBatch(Self.byID, id))[0].first.flatMap { try Self.service($0) }
        }
    }

    // MARK: Writing, as the role preau_admin

    /// Registers a service. - Throws: `.partnerNameTaken`, `.directoryUnavailable`.
    package func add(
        _ service: PartnerService, by actor: (kind: String, name: String), requestID: String
    ) async throws(IdentityError) {
        let (kind, scope) = service.scope.columns
        var batch = PostgresBatch(
            Self.insert, service.id, service.kind.rawValue, service.name, kind, scope, service.clientID,
            service.secretHash, JSONText(service.settings))
        batch.add(Self.trace, actor.kind, actor.name, "service.add", service.id.description, scope, requestID)
        let rows = try await writing(batch)
        guard rows[0].affected == 1 else { throw .partnerNameTaken }
    }

    /// Changes a service's settings, and whether it is open. - Throws: `.unknownPartner`, `.directoryUnavailable`.
    package func update(
        _ id: UUID, _ settings: PartnerSettings, isEnabled: Bool, by actor: (kind: String, name: String),
        requestID: String
    ) async throws(IdentityError) {
        var batch = PostgresBatch(Self.change, id, JSONText(settings), isEnabled)
        batch.add(Self.trace, actor.kind, actor.name, "service.update", id.description, "", requestID)
        guard try await writing(batch)[0].affected == 1 else { throw .unknownPartner }
    }

    /// - Throws: `.unknownPartner`, `.directoryUnavailable`.
    package func remove(
        _ id: UUID, by actor: (kind: String, name: String), requestID: String
    ) async throws(IdentityError) {
        var batch = PostgresBatch(Self.delete, id)
        batch.add(Self.trace, actor.kind, actor.name, "service.remove", id.description, "", requestID)
        guard try await writing(batch)[0].affected == 1 else { throw .unknownPartner }
    }

    /// Writes in the audit log what was done about people's sessions.
    package func note(
        _ action: String, by actor: (kind: String, name: String), target: String, requestID: String
    ) async throws(IdentityError) {
        _ = try await writing(PostgresBatch(Self.trace, actor.kind, actor.name, action, target, "", requestID))
    }

    private func reading<Value>(_ body: () async throws -> Value) async throws(IdentityError) -> Value {
        do { return try await body() } catch { throw .directoryUnavailable }
    }

    private func writing(_ batch: PostgresBatch) async throws(IdentityError) -> [PostgresRows] {
        do { return try await directory.run(batch) } catch { throw .directoryUnavailable }
    }

    private static func version(in rows: PostgresRows) throws -> Int64 { try rows.first?.int64(0) ?? 0 }

    private static func service(_ row: PostgresRow) throws -> PartnerService? {
        var parser = JSONParser(Array(try row.json(8).text.utf8))
        guard let kind = PartnerService.Kind(rawValue: try row.text(1)),
            let scope = PartnerScope(kind: try row.text(3), scope: try row.text(4)),
            let json = try? parser.parse(), let settings = PartnerSettings(json)
        else { return nil }
        return PartnerService(
            id: try row.uuid(0), kind: kind, name: try row.text(2), scope: scope, isEnabled: try row.bool(5),
            clientID: try row.optionalText(6), secretHash: try row.optionalBytes(7), settings: settings)
    }

    private static func repeatable(_ statements: PostgresStatement...) -> PostgresBatch {
        var batch = PostgresBatch()
        for statement in statements { batch.add(statement) }
        batch.isRepeatable = true
        return batch
    }

    private static let versionOf = PostgresStatement("select version from directory_version where topic = 'partners'")

    private static let services = PostgresStatement(
        """
        select id, protocol, name, scope_kind, scope, is_enabled, client_id, secret_hash, settings from partner_service
        """)

    private static let byID = PostgresStatement(
        """
        select id, protocol, name, scope_kind, scope, is_enabled, client_id, secret_hash, settings from partner_service
        where id = $1
        """)

    private static let secret = PostgresStatement("select secret from pairwise_secret")

    private static let insert = PostgresStatement(
        """
        insert into partner_service (id, protocol, name, scope_kind, scope, client_id, secret_hash, settings)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
        """)

    private static let change = PostgresStatement(
        "update partner_service set settings = $2, is_enabled = $3, updated_at = now() where id = $1")

    private static let delete = PostgresStatement("delete from partner_service where id = $1")

    private static let trace = PostgresStatement(
        """
        insert into audit (actor_kind, actor, action, scope, target, request_id) values ($1, $2, $3, $5, $4, $6)
        """)
}

extension JSONText {
    fileprivate init(_ settings: PartnerSettings) {
        self.init(String(decoding: JSONWriter.bytes(of: settings), as: UTF8.self))
    }
}
