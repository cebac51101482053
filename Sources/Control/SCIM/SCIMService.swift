internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// SCIM over what there is already: accounts and profiles of the directory, people and groups of the shards.
struct SCIMService: Sendable {
    let admin: AdminService

    /// What a call is about: who may see what, and how things are called back to them.
    struct Scope: Sendable {
        let charge: Charge
        let rows: RowScope
        /// Whose `externalId`s: tokens of one scope share them.
        let domain: String
        /// Up to `/scim/v2`.
        let base: String

        func covers(_ establishment: Establishment) -> Bool { charge.covers(establishment, .accounts) }
    }

    init(_ admin: AdminService) { self.admin = admin }

    var map: ShardMap { admin.tenancy.map }
    var users: SCIMUserStore { SCIMUserStore(admin.directory) }

    /// - Throws: `ControlError.noRight` unless accounts are in the caller's charge somewhere.
    func scope(_ call: Call) throws -> Scope {
        let charge = admin.charge(call)
        guard charge.has(.accounts) else { throw ControlError.noRight(.accounts) }
        var domain = "scim"
        if let token = call[AdminTokenKey.self] {
            if let territory = token.territory { domain = "scim-t-" + territory.rawValue }
            if let establishment = token.establishment { domain = "scim-e-\(establishment.rawValue)" }
        } else if let session = call.session, call[OperatorKey.self] != true {
            domain = "scim-a-" + session.holder.account.description
        }
        let request = call.request
        return Scope(
            charge: charge, rows: charge.rows(.accounts), domain: domain,
            base: (request.isSecure ? "https://" : "http://") + (request.header("host") ?? request.host) + "/scim/v2")
    }

    /// The message that was sent. - Throws: `SCIMError.invalidSyntax`; what reading it failed with.
    func message(_ call: Call, schema: String) async throws -> JSON {
        let bytes = try await call.request.body.collect(upTo: SCIMMessage.longest)
        return try SCIMMessage.read(bytes, schema: schema)
    }

    /// Holds a write to the version that its client has seen: tags are weak, and compared so (RFC 7644 §3.14).
    /// - Throws: `preconditionFailed`.
    static func holdToVersion(_ call: Call, _ resource: JSON) throws {
        let fields = call.request.headers("if-match")
        guard !fields.isEmpty else { return }
        let current = resource["meta"]?["version"]?.text.flatMap { EntityTag($0) }
        let isNamed = fields.flatMap { $0.split(separator: ",") }.contains { part in
            let text = part.drop { $0 == " " }
            if text == "*" { return true }
            guard let current, let tag = EntityTag(text) else { return false }
            return tag.matches(current, strongly: false)
        }
        guard isNamed else { throw Problem(.preconditionFailed) }
    }

    // MARK: Answers

    static func answer(
        _ resource: JSON, _ projection: SCIMProjection?, status: Status = .ok
    ) -> Response {
        var response = Response.json(
            (projection?.apply(resource) ?? resource).bytes, status: status, contentType: SCIMMessage.mediaType)
        if let meta = resource["meta"] {
            response.entityTag = meta["version"]?.text.flatMap { EntityTag($0) }
            if status == .created, let location = meta["location"]?.text { response.headers.set("Location", location) }
        }
        response.headers.set("Cache-Control", "no-store")
        return response
    }

    static func list(_ resources: [JSON], total: Int, start: Int) -> Response {
        let document: JSON = [
            "schemas": [.string(SCIMMessage.list)], "totalResults": .integer(total), "startIndex": .integer(start),
            "itemsPerPage": .integer(resources.count), "Resources": .array(resources),
        ]
        return answer(document, nil)
    }

    // MARK: What shards are owed

    /// Tells the shards what they are owed of an account; what cannot be told now is told later.
    /// - Returns: whether all of it was.
    @discardableResult func settle(_ account: AccountID) async -> Bool {
        let (directory, tenancy, map) = (admin.directory, admin.tenancy, map)
        do {
            return try await directory.transaction(lane: .background) { transaction in
                var isSettled = true
                for row in try await transaction.query(SCIMUserWriteStore.owed, account.rawValue) {
                    let establishment = EstablishmentID(rawValue: try row.int32(0))
                    let person = try row.uuid(1)
                    var parser = JSONParser(Array(try row.json(2).text.utf8))
                    guard let payload = try? parser.parse() else { continue }
                    do {
                        let today = (map[establishment]?.timeZone).map { $0.date(microseconds: WallClock.microseconds) }
                        try await SCIMPersonStore.settle(
                            person, payload, today: today ?? CivilDate(daysSince1970: 0),
                            try tenancy.administrativeContext(for: establishment), tenancy)
                        _ = try await transaction.query(
                            SCIMUserWriteStore.settled, account.rawValue, establishment.rawValue, person)
                    } catch is TenancyError {
                        isSettled = false
                    }
                }
                if !isSettled { _ = try await transaction.query(SCIMUserWriteStore.putOff, account.rawValue) }
                return isSettled
            }
        } catch {
            // The rows are still there: SCIMUpkeep comes back to them.
            return false
        }
    }
}
