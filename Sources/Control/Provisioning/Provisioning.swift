internal import Identity
package import Postgres
internal import Runtime
internal import School
package import Tenancy
internal import Web

/// Opens establishments: directory rows → their shards know them → reference data → first administrators → self-test → open.
///
/// Each step does no harm when done twice and is written down when it is over: killed at any point, the job goes on with the
/// same step elsewhere. Nobody sees an establishment before the last step; what failed the self-test stays closed.
package struct Provisioning: Sendable {
    private let directory: PostgresPool
    private let tenancy: Tenancy
    /// For tests: called when a step is done and before it is written down.
    private let afterStep: @Sendable (Step) async throws -> Void

    package static let kind = JobSubject.provisioning.rawValue
    /// In one job: its parameters are one row.
    package static let most = 500

    package enum Step: Int, Sendable, CaseIterable {
        case rows = 1
        case placements
        case reference
        case administrators
        case selfTest
        case open

        var title: String {
            switch self {
            case .rows: "directory rows"
            case .placements: "places on the shards"
            case .reference: "reference data"
            case .administrators: "first administrators"
            case .selfTest: "self-test"
            case .open: "opening"
            }
        }
    }

    package init(
        directory: PostgresPool, tenancy: Tenancy, afterStep: @escaping @Sendable (Step) async throws -> Void = { _ in }
    ) {
        self.directory = directory
        self.tenancy = tenancy
        self.afterStep = afterStep
    }

    package var job: JobKind { JobKind(.provisioning) { run in try await self.run(run) } }

    private struct School: Sendable {
        let request: ProvisionRequest
        let uai: UAI
        let id: EstablishmentID
    }

    private func run(_ run: JobRun) async throws -> JSON {
        guard let territory = run.parameters["territory"]?.text.flatMap(TerritoryID.init(rawValue:)),
            let requests = try? run.parameters["establishments"]?.decode([ProvisionRequest].self)
        else { throw JobError.permanent("the job's parameters cannot be read") }
        try await tenancy.refresh()
        guard let declared = tenancy.territories[territory] else { throw JobError.permanent("no such territory") }
        if let opened = run.checkpoint["opened"]?.elements {
            // Everything was done but saying so.
            return Provisioning.result(opened.compactMap(\.text).compactMap(UAI.init(rawValue:)), [])
        }
        var done = run.checkpoint["step"]?.integer ?? 0
        func finish(_ step: Step) async throws {
            try await afterStep(step)
            try await run.save(
                ["step": .integer(step.rawValue)], step: step.title, done: step.rawValue, total: Step.allCases.count)
            done = step.rawValue
        }
        if done < Step.rows.rawValue {
            try await insertRows(requests, declared, run.id)
            try await finish(.rows)
        }
        let (schools, taken) = try await mine(requests, run.id)
        for uai in taken where done < Step.placements.rawValue {
            await run.log(.warning, "\(uai) exists already and is left as it is.")
        }
        guard !schools.isEmpty else {
            if done >= Step.open.rawValue - 1 || taken.count == requests.count { return Provisioning.result([], taken) }
            throw JobError.permanent("none of these establishments is this job's")
        }
        try await tenancy.refresh()
        if done < Step.placements.rawValue {
            try await tenancy.place(schools.map(\.id))
            try await finish(.placements)
        }
        if done < Step.reference.rawValue {
            try await each(schools) { try await self.writeReference($0, declared) }
            try await finish(.reference)
        }
        if done < Step.administrators.rawValue {
            try await makeAdministrators(schools, declared, run)
            try await finish(.administrators)
        }
        if done < Step.selfTest.rawValue {
            try await each(schools) { try await self.check($0) }
            try await finish(.selfTest)
        }
        let opened = try await open(schools, declared, run)
        try await afterStep(.open)
        try await tenancy.refresh()
        return Provisioning.result(opened, taken)
    }

    private static func result(_ opened: [UAI], _ taken: [UAI]) -> JSON {
        [
            "opened": .array(opened.map { .string($0.rawValue) }),
            "already_there": .array(taken.map { .string($0.rawValue) }),
        ]
    }

    // MARK: Steps

    /// New ones are placed on the least loaded shards; an establishment that is there stays where and what it is.
    private func insertRows(_ requests: [ProvisionRequest], _ territory: Territory, _ job: JobID) async throws {
        var loads: [(shard: Int16, weight: Int, load: Int)] = []
        for row in try await directory.run(PostgresBatch(EstablishmentStore.loads))[0] {
            loads.append((try row.int16(0), Int(try row.int16(1)), try row.int(2)))
        }
        guard !loads.isEmpty else { throw JobError.temporary("no shard takes new establishments") }
        var shards: [Int16] = []
        for _ in requests {
            let best = loads.indices.min {
                loads[$0].load * loads[$1].weight < loads[$1].load * loads[$0].weight
            }
            guard let best else { break }
            loads[best].load += 1
            shards.append(loads[best].shard)
        }
        let places = requests.map { $0.place(in: territory) }
        _ = try await directory.run(
            PostgresBatch(
                EstablishmentStore.insert, territory.id.rawValue, job.rawValue, requests.map { $0.uai.uppercased() },
                requests.map(\.name), requests.map { $0.kind ?? Establishment.Kind.college.rawValue },
                requests.map { ($0.levels ?? []).joined(separator: ",") }, places.map(\.department),
                requests.map { $0.city ?? "" },
                requests.map { _ in territory.timeZone.identifier }, places.map(\.zone),
                requests.map { $0.invented ?? false },
                shards))
    }

    private func mine(_ requests: [ProvisionRequest], _ job: JobID) async throws -> (schools: [School], taken: [UAI]) {
        let byUAI = Dictionary(requests.map { ($0.uai.uppercased(), $0) }, uniquingKeysWith: { first, _ in first })
        var (schools, taken): ([School], [UAI]) = ([], [])
        let rows = try await directory.run(
            PostgresBatch(EstablishmentStore.mine, Array(byUAI.keys), job.rawValue))[0]
        for row in rows {
            let uai: UAI = try row.value(1)
            guard try row.bool(2), let request = byUAI[uai.rawValue] else {
                taken.append(uai)
                continue
            }
            schools.append(School(request: request, uai: uai, id: try row.value(0)))
        }
        return (schools.sorted { $0.uai < $1.uai }, taken.sorted())
    }

    private func writeReference(_ school: School, _ territory: Territory) async throws {
        let context = try tenancy.administrativeContext(for: school.id)
        guard let zone = tenancy.map[school.id]?.zone,
            let calendar = territory.calendars.filter({ $0.zone == zone }).max(by: { $0.schoolYear < $1.schoolYear })
        else { throw JobError.permanent("\(school.uai): its territory has no school calendar for its zone") }
        _ = try await tenancy.write(
            ReferenceData.batch(context, calendar, kind: school.request.kind), lane: .background)
    }

    /// Accounts that wait for their activation; an account that was there becomes one only when whoever asked was found to have
    /// the right to that. With the mandates' audit entries, all or nothing.
    private func makeAdministrators(_ schools: [School], _ territory: Territory, _ run: JobRun) async throws {
        let wanted = schools.filter { $0.request.administrator != nil }
        guard !wanted.isEmpty else { return }
        var logins: [String] = []
        for school in wanted {
            guard let login = school.request.administratorLogin else {
                throw JobError.permanent("\(school.uai): the administrator's login is not one")
            }
            logins.append(login.rawValue)
        }
        let (names, known) = (wanted.map(\.request.administrator), run.parameters["known"])
        var batch = PostgresBatch()
        batch.add(
            ProvisioningStore.makeAccounts, run.id.description, logins, names.map { $0?.givenName ?? "" },
            names.map { $0?.familyName ?? "" })
        batch.add(
            ProvisioningStore.giveMandates, run.id.description, run.job.actor.name, logins, wanted.map(\.id.rawValue),
            logins.map { known?[$0]?.text ?? "" })
        batch.add(ProvisioningStore.withoutAdministrator, wanted.map(\.id.rawValue))
        let mandate = MandateDraft(role: .establishmentAdmin, territory: nil, establishment: nil, rights: nil)
        let actor = run.job.actor
        let without = try await directory.transaction(lane: .background) { [batch] transaction in
            let rows = try await transaction.run(batch)
            var audit = PostgresBatch()
            for row in rows[1] {
                AuditStore.add(
                    AuditEntry(
                        "mandate.give", by: actor, territory: territory.id, establishment: try row.value(1),
                        target: try row.uuid(0).description, after: AdminService.describe(mandate)), to: &audit)
            }
            _ = try await transaction.run(audit)
            return Set(try rows[2].map { EstablishmentID(rawValue: try $0.int32(0)) })
        }
        for school in wanted where without.contains(school.id) {
            await run.log(
                .warning, "\(school.uai): its administrator's login is somebody else's by now; give a mandate by hand.")
        }
    }

    /// Reads what a node would read on the first day.
    private func check(_ school: School) async throws {
        let context = try tenancy.administrativeContext(for: school.id)
        guard
            let year = tenancy.map[school.id].flatMap({ establishment in
                tenancy.territories[establishment.territory]?.calendars.filter { $0.zone == establishment.zone }
                    .map(\.schoolYear).max()
            })
        else { throw JobError.permanent("\(school.uai): no school year") }
        let row = try await tenancy.read(
            TenantBatch(context, EstablishmentStore.Reference.check, year.rawValue), lane: .background)[0][0]
        guard try row.int(0) == 1, try row.int(1) > 0, try row.int(2) > 0 else {
            throw JobError.permanent("\(school.uai): the self-test found reference data missing")
        }
    }

    /// All at once, with their audit entries and the checkpoint.
    private func open(_ schools: [School], _ territory: Territory, _ run: JobRun) async throws -> [UAI] {
        let names = Dictionary(schools.map { ($0.id, $0.uai) }, uniquingKeysWith: { $1 })
        let steps = Step.allCases.count
        do {
            return try await directory.transaction(lane: .background) { transaction in
                let rows = try await transaction.query(
                    EstablishmentStore.open, schools.map(\.id), run.id.rawValue)
                var opened: [UAI] = []
                var batch = PostgresBatch()
                for row in rows {
                    let id: EstablishmentID = try row.value(0)
                    guard let uai = names[id] else { continue }
                    opened.append(uai)
                    AuditStore.add(
                        AuditEntry(
                            "establishment.open", by: run.job.actor, territory: territory.id, establishment: id,
                            target: uai.rawValue, after: ["job": .string(run.id.description)]), to: &batch)
                }
                run.add(
                    ["step": .integer(steps), "opened": .array(opened.sorted().map { .string($0.rawValue) })],
                    step: Step.open.title, done: steps, total: steps, to: &batch)
                _ = try await transaction.run(batch)
                return opened.sorted()
            }
        } catch let error as PostgresError {
            throw JobRun.translated(error)
        }
    }

    /// A few at a time; the first that fails stops the rest.
    private func each(_ schools: [School], _ body: @escaping @Sendable (School) async throws -> Void) async throws {
        let loop = tenancy.loop
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = schools[...]
            func next(_ group: inout ThrowingTaskGroup<Void, any Error>) {
                guard let school = rest.popFirst() else { return }
                group.addTask(executorPreference: loop) { try await body(school) }
            }
            for _ in 0..<8 { next(&group) }
            while try await group.next() != nil { next(&group) }
        }
    }
}
