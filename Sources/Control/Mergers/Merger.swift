package import Postgres
internal import Runtime
package import Tenancy
internal import Web

/// Closes one establishment into another: it is shut → its people, classes and families are copied to the other one's shard →
/// accounts, feeds and codes follow in one transaction, which closes it.
///
/// Each step does no harm when done twice: killed at any point, the job goes on with the same step elsewhere. Nothing is removed
/// from the closed one's shard: what was written there stays there, as in any closed establishment.
package struct Merger: Sendable {
    private let directory: PostgresPool
    private let tenancy: Tenancy
    /// For tests: called when a step is done and before it is written down.
    private let afterStep: @Sendable (Step) async throws -> Void

    package static let kind = JobSubject.merger.rawValue

    package enum Step: Int, Sendable, CaseIterable {
        case shut = 1
        case people
        case accounts

        var title: String {
            switch self {
            case .shut: "shutting"
            case .people: "people, classes and families"
            case .accounts: "accounts, feeds and closing"
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

    package var job: JobKind { JobKind(.merger) { run in try await self.run(run) } }

    private struct Pair: Sendable {
        let closed: Establishment
        let kept: Establishment
    }

    private func run(_ run: JobRun) async throws -> JSON {
        if let result = run.checkpoint["result"] { return result }
        try await tenancy.refresh()
        let map = tenancy.map
        guard let closed = run.job.establishment.flatMap({ map[$0] }),
            let kept = run.parameters["into"]?.text.flatMap(UAI.init(rawValue:)).flatMap({ map[$0] }),
            closed.id != kept.id
        else { throw JobError.permanent("one of the two is closed or not known any more") }
        let pair = Pair(closed: closed, kept: kept)
        do {
            return try await work(pair, run)
        } catch let error as JobError {
            // Asked to stop, or good for nothing: it stays suspended, and an administrator reopens it.
            switch error {
            case .cancelled, .permanent:
                _ = try? await directory.run(PostgresBatch(MergerStore.letGo, closed.id, kept.id), lane: .background)
            case .leaseLost, .temporary, .directoryUnavailable: break
            }
            throw error
        }
    }

    private func work(_ pair: Pair, _ run: JobRun) async throws -> JSON {
        var done = run.checkpoint["step"]?.integer ?? 0
        func finish(_ step: Step) async throws {
            try await afterStep(step)
            try await run.save(
                ["step": .integer(step.rawValue)], step: step.title, done: step.rawValue, total: Step.allCases.count)
            done = step.rawValue
        }
        if done < Step.shut.rawValue {
            try await shut(pair)
            try await finish(.shut)
        }
        if done < Step.people.rawValue {
            try await copyPeople(pair, run)
            try await finish(.people)
        }
        let result = try await moveAccounts(pair, run)
        try await afterStep(.accounts)
        try await tenancy.refresh()
        return result
    }

    // MARK: Steps

    private func shut(_ pair: Pair) async throws {
        let isHeld = try await directory.transaction(lane: .background) { transaction in
            let rows = try await transaction.query(MergerStore.begin, pair.closed.id, pair.kept.id)
            guard !rows.isEmpty else { return false }
            _ = try await transaction.run(
                PostgresBatch(MergerStore.supersedeImports, [pair.closed.id.rawValue, pair.kept.id.rawValue]))
            return true
        }
        guard isHeld else {
            throw JobError.permanent("\(pair.closed.uai) cannot be closed into \(pair.kept.uai) as the two are now")
        }
        try await tenancy.refresh()
    }

    private func copyPeople(_ pair: Pair, _ run: JobRun) async throws {
        let kept = pair.kept.id.rawValue.description
        var reading = TenantBatch(try tenancy.administrativeContext(for: pair.closed.id))
        reading.add(MergerStore.people, kept)
        reading.add(MergerStore.year)
        reading.add(MergerStore.groups)
        reading.add(MergerStore.memberships, kept)
        reading.add(MergerStore.guardianships, kept)
        reading.add(MergerStore.assignments, kept)
        let rows = try await tenancy.read(reading, lane: .background, deadline: .seconds(120))
        func texts(_ index: Int, _ count: Int) throws -> [String] {
            let row = rows[index][0]
            return try (0..<count).map { try row.text($0) }
        }
        let people = try texts(0, 10)
        let (groups, members) = (try texts(2, 5), try texts(3, 6))
        let (families, lessons) = (try texts(4, 7), try texts(5, 6))
        var writing = TenantBatch(try tenancy.administrativeContext(for: pair.kept.id))
        writing.add(
            MergerStore.putPeople, people[1], people[2], people[3], people[4], people[5], people[6], people[7])
        writing.add(MergerStore.welcome, people[1])
        writing.add(MergerStore.putDetails, people[1], people[8], people[9])
        if let year = rows[1].first {
            let number = try year.int16(0)
            writing.add(
                MergerStore.putYear, number, try year.value(1, as: CivilDate.self),
                try year.value(2, as: CivilDate.self))
            writing.add(
                MergerStore.putGroups, number, groups[0], groups[1], groups[2], groups[3], groups[4],
                pair.closed.uai.rawValue)
            writing.add(
                MergerStore.putMemberships, members[0], members[1], members[2], members[3], members[4], members[5])
        }
        writing.add(
            MergerStore.putGuardianships, families[0], families[1], families[2], families[3], families[4],
            families[5], families[6])
        writing.add(MergerStore.putSubjects, lessons[2], lessons[3], lessons[4])
        writing.add(MergerStore.putAssignments, lessons[0], lessons[1], lessons[2], lessons[5])
        writing.add(MergerStore.raiseVersion)
        let test = writing.count
        writing.add(MergerStore.missing, people[1])
        let written = try await tenancy.write(writing, lane: .background, deadline: .seconds(120))
        guard try written[test][0].int(0) == 0 else {
            throw JobError.permanent("the self-test found people missing in \(pair.kept.uai)")
        }
        await run.log(.info, "\(try rows[0][0].int(10)) people are in \(pair.kept.uai)")
    }

    /// What the directory has, in one transaction with the audit and the checkpoint.
    private func moveAccounts(_ pair: Pair, _ run: JobRun) async throws -> JSON {
        let kept = pair.kept.id.rawValue.description
        let rows = try await tenancy.read(
            TenantBatch(try tenancy.administrativeContext(for: pair.closed.id), MergerStore.people, kept),
            lane: .background, deadline: .seconds(120))
        let row = rows[0][0]
        let (gone, new, count) = (try row.text(0), try row.text(1), try row.int(10))
        let (from, into) = (pair.closed.id, pair.kept.id)
        do {
            return try await directory.transaction(lane: .background, deadline: .seconds(120)) { transaction in
                guard try await !transaction.query(MergerStore.hold, from, into).isEmpty else {
                    throw JobError.permanent("\(pair.closed.uai) was reopened or closed meanwhile")
                }
                var batch = PostgresBatch(MergerStore.addProfiles, from, into, gone, new)
                batch.add(MergerStore.endProfiles, from)
                batch.add(MergerStore.moveFed, from, into)
                batch.add(MergerStore.moveStructures, from, into)
                batch.add(MergerStore.supersedeImports, [from.rawValue, into.rawValue])
                batch.add(MergerStore.endMandates, from)
                batch.add(MergerStore.moveFormerCodes, from, into)
                batch.add(MergerStore.keepCode, from, into)
                batch.add(MergerStore.close, from, into)
                let done = try await transaction.run(batch)
                let result: JSON = [
                    "closed": .string(pair.closed.uai.rawValue), "into": .string(pair.kept.uai.rawValue),
                    "people": .integer(count), "profiles": .integer(done[0].affected),
                    "mandates_ended": .integer(done[5].affected),
                ]
                var ending = PostgresBatch()
                for (establishment, action) in [
                    (pair.closed, "establishment.merged"), (pair.kept, "establishment.took_in"),
                ] {
                    AuditStore.add(
                        AuditEntry(
                            action, by: run.job.actor, territory: establishment.territory,
                            establishment: establishment.id, target: establishment.uai.rawValue,
                            before: ["state": .string(establishment.state.rawValue)], after: result), to: &ending)
                }
                run.add(
                    ["step": .integer(Step.accounts.rawValue), "result": result], step: Step.accounts.title,
                    done: Step.accounts.rawValue, total: Step.allCases.count, to: &ending)
                _ = try await transaction.run(ending)
                return result
            }
        } catch let error as PostgresError {
            throw JobRun.translated(error)
        }
    }
}
