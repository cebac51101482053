internal import Cryptography
internal import HTTP
internal import Identity
internal import Postgres
internal import Tenancy
internal import Web

/// Opening establishments: everything is looked at before anything is written, so that one line that does not fit leaves no
/// other half open.
extension AdminService {
    /// - Returns: the job's number, or that of the one that is doing the same list already.
    /// - Throws: `invalidUAI` for a code typed wrong, `uaiTaken` for one that is another territory's, `invalidBody` with an error
    ///   for each line that does not fit.
    func provision(
        _ requests: [ProvisionRequest], in territory: TerritoryID, _ call: Call
    ) async throws -> JobID {
        var seen: Set<String> = []
        for request in requests {
            guard let uai = UAI(rawValue: request.uai), uai.hasValidLetter, seen.insert(uai.rawValue).inserted else {
                throw Problem(.invalidUAI, detail: Phrase(verbatim: request.uai))
            }
            if let other = tenancy.map[uai], other.territory != territory { throw Problem(.uaiTaken) }
        }
        guard let declared = tenancy.territories[territory] else { throw Problem(.notFound) }
        let known = try await requireFitting(requests, in: declared, call)
        let list = JSON.array(requests.map(\.json))
        let digest = Base64URL.encode(SHA256.hash(Array(list.serialized.utf8)))
        let job = NewJob(
            Provisioning.kind, title: requests.count == 1 ? requests[0].name : "\(requests.count)",
            territory: territory,
            parameters: [
                "territory": .string(territory.rawValue), "establishments": list,
                "known": .object(known.map { JSON.Member($0.key, .string($0.value.description)) }),
            ], uniqueKey: "provision:\(territory):\(digest)", priority: 10)
        let actor = actor(call)
        return try await directory.transaction { transaction in
            var batch = PostgresBatch()
            JobStore.add(job, by: actor, to: &batch)
            let id = JobID(rawValue: try await transaction.run(batch)[0][0].uuid(0))
            guard id == job.id else { return id }
            var audit = PostgresBatch()
            AuditStore.add(
                AuditEntry(
                    "establishment.provision", by: actor, territory: territory, target: id.description,
                    after: ["establishments": .array(requests.map { .string($0.uai) })]), to: &audit)
            _ = try await transaction.run(audit)
            return id
        }
    }

    /// - Returns: the accounts that are there and may become administrators, by login.
    private func requireFitting(
        _ requests: [ProvisionRequest], in territory: Territory, _ call: Call
    ) async throws -> [String: AccountID] {
        let logins = requests.map(\.administratorLogin)
        var batch = PostgresBatch(ProvisioningStore.known, requests.map { $0.uai.uppercased() })
        batch.add(ProvisioningStore.accounts, Set(logins.compactMap { $0?.rawValue }).sorted())
        let rows = try await directory.run(batch)
        let there = Set(try rows[0].map { try $0.text(0) })
        var accounts: [String: AccountID] = [:]
        for row in rows[1] { accounts[try row.text(0)] = AccountID(rawValue: try row.uuid(1)) }
        let mayDelegate = mayAppoint(in: territory.id, call)
        var known: [String: AccountID] = [:]
        var refused: Set<String> = []
        var errors: [Problem.Detail] = []
        for (index, request) in requests.enumerated() {
            func refuse(_ field: String, _ reason: Phrase) {
                errors.append(Problem.Detail(.pointer("/establishments/\(index)/\(field)"), reason))
            }
            let place = request.place(in: territory)
            if !territory.departments.contains(where: { $0.code == place.department }) {
                refuse(request.department == nil ? "uai" : "department", .foreignDepartment)
            }
            if !territory.calendars.contains(where: { $0.zone == place.zone }) { refuse("zone", .unknownZone) }
            // What is there is left as it is: nobody becomes its administrator.
            guard request.administrator != nil, !there.contains(request.uai.uppercased()) else { continue }
            guard let login = logins[index]?.rawValue else {
                refuse("administrator/login", .notALogin)
                continue
            }
            guard let account = accounts[login], known[login] == nil else { continue }
            if !mayDelegate {
                refuse("administrator/login", .appointingTakesMore)
            } else if !refused.contains(login), try await isInCharge(account, call) {
                known[login] = account
            } else {
                refused.insert(login)
                refuse("administrator/login", .loginOfAnother)
            }
        }
        guard errors.isEmpty else { throw Problem(.invalidBody, errors: errors) }
        return known
    }

    /// Whether somebody has all that an establishment's administrator has, in the territory, with the right to hand it on.
    private func mayAppoint(in territory: TerritoryID, _ call: Call) -> Bool {
        let wanted = MandateStore.grant(
            .establishmentAdmin, territory: nil, establishment: nil, rights: nil, tenancy.territories)
        return charge(call).grants.contains { source in
            source.rights.contains(.delegation) && source.rights.isSuperset(of: wanted.rights)
                && (source.isEverything || source.territories.contains(territory))
        }
    }

    /// Whether an account is somebody's of the caller: by a role in an establishment where they may delegate, or by mandates that
    /// are all over such places.
    func isInCharge(_ id: AccountID, _ call: Call) async throws -> Bool {
        guard let account = try await accountSearch.find(id), account.state != "closed" else { return false }
        let charge = charge(call)
        if charge.coversPlatform(.delegation) { return true }
        let schools = account.roles.compactMap { tenancy.map[$0.establishment] }
        if schools.contains(where: { charge.covers($0, .delegation) }) { return true }
        let mandates = try await mandates.reach(of: id, tenancy.territories)
        let map = tenancy.map
        return !mandates.isEmpty && mandates.grants.allSatisfy { charge.covers($0, .delegation, map) }
    }
}
