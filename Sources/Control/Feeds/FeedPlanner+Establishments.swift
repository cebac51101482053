internal import Postgres
internal import Runtime
internal import Tenancy

extension FeedPlanner {
    /// An establishment that the feed names and the platform does not have.
    struct NewEstablishment: Sendable {
        /// The number that it will have.
        var id: Int32
        let uai: UAI
        let structure: FeedPlanStore.Structure
        let department: Territory.Department
    }

    /// Which establishments the structures of a feed are.
    struct Establishments: Sendable {
        var known: [Int32: Establishment] = [:]
        var new: [NewEstablishment] = []
        var changed = 0
        var rejected = 0
        var disappeared = 0
        /// Those that the feed is about.
        var territories: Set<TerritoryID> = []

        func label(_ id: Int32) -> (uai: String, name: String, isNew: Bool) {
            if let establishment = known[id] { return (establishment.uai.rawValue, establishment.name, false) }
            if let new = new.first(where: { $0.id == id }) {
                return (new.uai.rawValue, new.structure.name, true)
            }
            return ("?", "", false)
        }
    }

    /// Finds each structure's establishment, says what is wrong with the others, and writes it to staging.
    func resolveEstablishments(_ number: Int, _ scopes: [FeedScope]) async throws -> Establishments {
        let structures = try await store.structures(number)
        try await tenancy.refresh()
        let map = tenancy.map
        var result = Establishments()
        let foreign = try await store.otherDomains(
            of: structures.compactMap { UAI(rawValue: $0.uai).flatMap { map[$0]?.id } }, than: scopes.map(\.domain))
        var resolved: [(scope: Int, key: String, establishment: Int32)] = []
        for structure in structures {
            let scope = scopes.first { $0.number == structure.scope }
            guard structure.isNamed else {
                // Only known from before: its people are compared with nothing.
                if let id = structure.known { result.known[id.rawValue] = map[id] }
                continue
            }
            do {
                if let id = try place(structure, scope, foreign, map, &result) {
                    resolved.append((structure.scope, structure.key, id))
                }
            } catch {
                result.rejected += 1
                anomalies.add(error.anomaly)
            }
        }
        // Counted from -1 down until all of them are known.
        let numbers = try await store.reserve(result.new.count)
        for index in result.new.indices { result.new[index].id = numbers[index] }
        for index in resolved.indices where resolved[index].establishment < 0 {
            resolved[index].establishment = numbers[Int(-1 - resolved[index].establishment)]
        }
        if let territory { result.territories.insert(territory) }
        for structure in structures where !structure.isNamed {
            let isComplete = scopes.first { $0.number == structure.scope }?.isComplete == true
            if isComplete, let id = structure.known, let establishment = map[id],
                result.territories.contains(establishment.territory)
            {
                result.disappeared += 1
            }
        }
        if !resolved.isEmpty { try await store.resolve(resolved, in: number) }
        return result
    }

    private struct Refusal: Error {
        let anomaly: FeedAnomaly

        init(_ code: FeedAnomaly.Code, _ message: String, _ structure: FeedPlanStore.Structure) {
            anomaly = FeedAnomaly(code, message, key: structure.key)
        }
    }

    private func place(
        _ structure: FeedPlanStore.Structure, _ scope: FeedScope?,
        _ foreign: [EstablishmentID: [String]], _ map: ShardMap, _ result: inout Establishments
    ) throws(Refusal) -> Int32? {
        guard let uai = UAI(rawValue: structure.uai) else {
            throw Refusal(.badUAI, "\(structure.uai) is no UAI", structure)
        }
        let territory = territory.flatMap { tenancy.territories[$0] }
        if let establishment = map[uai] {
            if let territory, establishment.territory != territory.id {
                throw Refusal(.foreignEstablishment, "\(uai) belongs to another territory", structure)
            }
            try checkAcademy(structure, uai, scope, tenancy.territories[establishment.territory])
            // A domain is an academy and a degree: another one of the same degree is another academy.
            let others = (foreign[establishment.id] ?? []).filter {
                $0.hasSuffix("-1d") == scope?.domain.hasSuffix("-1d")
            }
            // A school's own tables go beside any feed; an academy takes the place of its own exports.
            let isAcademy = scope?.source == "aaf" || scope?.source == "aaf1d"
            guard
                scope?.source == "csv"
                    || others.allSatisfy({ $0.hasPrefix("csv-") || (isAcademy && $0.hasPrefix("siecle-")) })
            else {
                throw Refusal(.foreignAcademy, "\(uai) is fed by the academy \(others[0])", structure)
            }
            guard establishment.placement != nil, establishment.state != .closed else {
                throw Refusal(.unknownEstablishment, "\(uai) is closed or not open yet", structure)
            }
            result.known[establishment.id.rawValue] = establishment
            result.territories.insert(establishment.territory)
            if structure.known != nil, structure.isChanged { result.changed += 1 }
            return establishment.id.rawValue
        }
        guard let territory else {
            throw Refusal(
                .unknownEstablishment, "\(uai) is not known here; name a territory to create it in", structure)
        }
        guard let department = territory.departments.first(where: { $0.code == uai.department }) else {
            throw Refusal(
                .foreignEstablishment, "\(uai) is in the department \(uai.department), not one of \(territory.id)",
                structure)
        }
        try checkAcademy(structure, uai, scope, territory)
        let provisional = Int32(-1 - result.new.count)
        result.new.append(NewEstablishment(id: provisional, uai: uai, structure: structure, department: department))
        return provisional
    }

    private func checkAcademy(
        _ structure: FeedPlanStore.Structure, _ uai: UAI, _ scope: FeedScope?, _ territory: Territory?
    ) throws(Refusal) {
        guard let number = scope?.academy, let academy = Academies.names[number],
            let department = territory?.departments.first(where: { $0.code == uai.department }),
            Academies.names.values.contains(department.academy), department.academy != academy
        else { return }
        throw Refusal(
            .foreignAcademy, "\(uai) is in the academy of \(department.academy), the feed is of \(academy)", structure)
    }
}
