internal import HTTP
internal import Postgres
internal import Tenancy
internal import Web

extension AdminService {
    func change(
        _ establishment: Establishment, name: String?, city: String?, zone: String?, modulesOff: [String]?,
        look: LookChange = .none, _ call: Call
    ) async throws {
        if let zone {
            let known = tenancy.territories[establishment.territory]?.calendars.contains { $0.zone == zone } ?? false
            guard known else { throw Problem(.unknownReference) }
        }
        if let modulesOff {
            guard modulesOff.allSatisfy(AdminService.isModuleName) else { throw Problem(.unknownReference) }
        }
        if case .own(let theme) = look.colours { try AdminService.checkColours(theme) }
        if let hosts = look.hosts { try checkHosts(hosts, of: establishment) }
        let standing = self.look(of: establishment.id)
        var (before, after): ([JSON.Member], [JSON.Member]) = ([], [])
        func note(_ name: String, _ old: JSON, _ new: JSON?) {
            guard let new, new != old else { return }
            before.append(JSON.Member(name, old))
            after.append(JSON.Member(name, new))
        }
        note("name", .string(establishment.name), name.map { .string($0) })
        note("city", .string(establishment.city), city.map { .string($0) })
        note("zone", .string(establishment.zone), zone.map { .string($0) })
        note(
            "modules_off", .array(establishment.modulesOff.sorted().map { .string($0) }),
            modulesOff.map { .array(Set($0).sorted().map { .string($0) }) })
        note("theme", standing.theme, look.colours?.document)
        note(
            "hosts", .array(standing.hosts.map { .string($0) }),
            look.hosts.map { .array(Set($0).map(\.rawValue).sorted().map { .string($0) }) })
        guard !after.isEmpty else { return }
        var batch = PostgresBatch(
            EstablishmentStore.change, establishment.id, name, city, zone, modulesOff.map { Set($0).sorted() })
        look.add(of: establishment.id, to: &batch)
        AuditStore.add(
            AuditEntry(
                "establishment.change", by: actor(call), territory: establishment.territory,
                establishment: establishment.id, target: establishment.uai.rawValue, before: .object(before),
                after: .object(after)), to: &batch)
        do throws(PostgresError) {
            _ = try await directory.run(batch)
        } catch {
            if error.sqlState == "23505" { throw Problem(.hostTaken) }
            throw error
        }
        try await tenancy.refresh()
    }

    private static func isModuleName(_ name: String) -> Bool {
        (1...40).contains(name.utf8.count)
            && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
    }

    func changeUAI(of establishment: Establishment, to uai: UAI, _ call: Call) async throws {
        guard uai != establishment.uai else { return }
        var batch = PostgresBatch(EstablishmentStore.forgetFormerUAI, uai.rawValue, establishment.id)
        batch.add(EstablishmentStore.setUAI, establishment.id, uai.rawValue)
        batch.add(EstablishmentStore.keepFormerUAI, establishment.uai.rawValue, establishment.id)
        AuditStore.add(
            AuditEntry(
                "establishment.uai", by: actor(call), territory: establishment.territory,
                establishment: establishment.id, target: uai.rawValue,
                before: ["uai": .string(establishment.uai.rawValue)], after: ["uai": .string(uai.rawValue)]), to: &batch
        )
        do throws(PostgresError) {
            _ = try await directory.run(batch)
        } catch {
            if error.sqlState == "23505" { throw Problem(.uaiTaken) }
            throw error
        }
        try await tenancy.refresh()
    }

    /// Closes one establishment into another: a job.
    /// - Throws: `wrongState` unless the one is open or suspended and the other open.
    func merge(_ closed: Establishment, into kept: Establishment, _ call: Call) async throws -> JobID {
        guard closed.id != kept.id, closed.state == .active || closed.state == .suspended, kept.state == .active else {
            throw Problem(.wrongState)
        }
        let job = NewJob(
            Merger.kind, title: "\(closed.name) → \(kept.name)", territory: closed.territory, establishment: closed.id,
            parameters: ["into": .string(kept.uai.rawValue)], uniqueKey: "merge:\(closed.id)", priority: 10)
        var batch = PostgresBatch()
        JobStore.add(job, by: actor(call), to: &batch)
        AuditStore.add(
            AuditEntry(
                "establishment.merge", by: actor(call), territory: closed.territory, establishment: closed.id,
                target: closed.uai.rawValue,
                after: ["into": .string(kept.uai.rawValue), "job": .string(job.id.description)]), to: &batch)
        return JobID(rawValue: try await directory.run(batch)[0][0].uuid(0))
    }

    /// The other establishment of a merger, by its code. - Throws: `notFound`, `noRight`.
    func establishment(code text: String, _ call: Call, for right: AdminRight) throws -> Establishment {
        guard let uai = UAI(rawValue: text.uppercased()), let known = tenancy.map[uai] else { throw Problem(.notFound) }
        try charge(call).require(right, in: known)
        return known
    }

    /// - Throws: `notFound` for one that is not in the caller's charge, `wrongState`.
    func act(
        _ act: EstablishmentAct, on row: EstablishmentStore.Row, _ call: Call
    ) async throws -> Establishment.State {
        let charge = charge(call)
        // A closed one is in no map: its territory, or the establishment itself, has to be in the charge.
        let own = charge.rows()
        let isTheirs =
            own == .everything || charge.contains(row.territory)
            || tenancy.map[row.id].map { charge.contains($0) } == true
        guard isTheirs else { throw Problem(.notFound) }
        guard
            charge.covers(row.territory, .establishments)
                || tenancy.map[row.id].map({ charge.covers($0, .establishments) }) == true
        else { throw ControlError.noRight(.establishments) }
        if row.state == act.target { return act.target }
        let actor = actor(call)
        let isDone = try await directory.transaction { transaction in
            let changed = try await transaction.query(
                EstablishmentStore.setState, row.id, act.target.rawValue, act.sources.map(\.rawValue))
            guard !changed.isEmpty else { return false }
            var batch = PostgresBatch()
            AuditStore.add(
                AuditEntry(
                    "establishment.\(act.rawValue)", by: actor, territory: row.territory, establishment: row.id,
                    target: row.uai.rawValue, before: ["state": .string(row.state.rawValue)],
                    after: ["state": .string(act.target.rawValue)]), to: &batch)
            _ = try await transaction.run(batch)
            return true
        }
        guard isDone else { throw Problem(.wrongState) }
        try await tenancy.refresh()
        return act.target
    }

    func answer(_ id: EstablishmentID) throws -> EstablishmentAnswer {
        guard let establishment = tenancy.map[id] else { throw Problem(.notFound) }
        return EstablishmentAnswer(establishment: establishment, look: look(of: id))
    }
}
