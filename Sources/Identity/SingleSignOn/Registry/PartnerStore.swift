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

    /// What goes with a change: kept with it, or not at all.
    package typealias Trace = (inout PostgresBatch) -> Void

    /// Registers a service. - Throws: `.partnerNameTaken`, `.directoryUnavailable`.
    package func add(_ service: PartnerService, with trace: Trace) async throws(IdentityError) {
        let (kind, scope) = service.scope.columns
        let batch = PostgresBatch(
            Self.insert, service.id, service.kind.rawValue, service.name, kind, scope, service.clientID,
            service.secretHash, JSONText(service.settings))
        try await writing(batch, trace, otherwise: .partnerNameTaken)
    }

    /// Changes a service's settings, and whether it is open. - Throws: `.unknownPartner`, `.directoryUnavailable`.
    package func update(
        _ id: UUID, _ settings: PartnerSettings, isEnabled: Bool, with trace: Trace
    ) async throws(IdentityError) {
        try await writing(
            PostgresBatch(Self.change, id, JSONText(settings), isEnabled), trace, otherwise: .unknownPartner)
    }

    /// - Throws: `.unknownPartner`, `.directoryUnavailable`.
    package func remove(_ id: UUID, with trace: Trace) async throws(IdentityError) {
        try await writing(PostgresBatch(Self.delete, id), trace, otherwise: .unknownPartner)
    }

    private func reading<Value>(_ body: () async throws -> Value) async throws(IdentityError) -> Value {
        do { return try await body() } catch { throw .directoryUnavailable }
    }

    /// The change and its trace, both or neither. - Parameter missed: when there was nothing to change.
    private func writing(
        _ batch: PostgresBatch, _ trace: Trace, otherwise missed: IdentityError
    ) async throws(IdentityError) {
        do {
            try await directory.transaction { transaction in
                guard try await transaction.run(batch)[0].affected == 1 else { throw missed }
                var batch = PostgresBatch()
                trace(&batch)
                _ = try await transaction.run(batch)
            }
        } catch let error as IdentityError {
            throw error
        } catch {
            throw .directoryUnavailable
        }
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
}

extension JSONText {
    fileprivate init(_ settings: PartnerSettings) {
        self.init(String(decoding: JSONWriter.bytes(of: settings), as: UTF8.self))
    }
}
