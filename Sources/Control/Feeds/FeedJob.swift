internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Carries out what an import planned, as a job: for those who look at the console instead of holding a line open.
package struct FeedJob: Sendable {
    private let service: FeedService

    package static let kind = JobSubject.imports.rawValue

    package init(_ service: FeedService) { self.service = service }

    package var job: JobKind { JobKind(.imports) { run in try await self.run(run) } }

    private func run(_ run: JobRun) async throws -> JSON {
        guard let id = run.parameters["import"]?.text.flatMap({ UUID($0) }) else {
            throw JobError.permanent("the job's parameters cannot be read")
        }
        let accepts = run.parameters["accept"]?.bool ?? false
        while true {
            let feed = try await step(id, accepts: accepts, run)
            try await run.save(
                step: feed.state.rawValue, done: feed.peopleDone, total: max(feed.people, feed.peopleDone))
            guard feed.state == .done else { continue }
            // The corrected table has served; when this fails, it goes with those that nobody went on with.
            try? await FeedDraftStore(service.admin.directory).removeDraft(of: id)
            return ["import": .string(id.description), "people": .integer(feed.peopleDone)]
        }
    }

    private func step(_ id: UUID, accepts: Bool, _ run: JobRun) async throws(JobError) -> FeedImport {
        do {
            return try await service.step(id, accepts: accepts, by: run.job.actor, isTraced: false)
        } catch let error as FeedError {
            switch error {
            case .wrongState(let state): throw .permanent("the import is \(state)")
            case .guarded: throw .permanent("it removes more than usual, and nobody agreed to that")
            case .unknownImport: throw .permanent("the import is gone")
            default: throw .temporary("the import stopped: \(error.problem.code.code)")
            }
        } catch let error as PostgresError {
            throw JobRun.translated(error)
        } catch let error as TenancyError {
            throw .temporary("a shard does not answer: \(error.problem.code.code)")
        } catch {
            throw .temporary("the import stopped")
        }
    }
}

extension FeedService {
    /// Puts what was planned into the queue. - Parameter accepts: agrees to what the guard stopped.
    /// - Returns: the job, or the one that does it already.
    func enqueue(_ feed: FeedImport, accepts: Bool, _ call: Call) async throws -> JobID {
        switch feed.state {
        case .planned, .applying: break
        case .waiting:
            guard accepts else { throw FeedError.guarded("") }
        case .done, .receiving, .received, .refused, .superseded: throw FeedError.wrongState(feed.state.rawValue)
        }
        let establishment = feed.establishment.flatMap { admin.tenancy.map[$0] }
        let actor = admin.actor(call)
        let parameters: JSON = ["import": .string(feed.id.description), "accept": .bool(accepts)]
        let title = establishment?.name ?? feed.territory.flatMap { admin.tenancy.territories[$0]?.name } ?? feed.kind
        let job = NewJob(
            FeedJob.kind, title: "\(feed.kind): \(title)", territory: feed.territory, establishment: feed.establishment,
            parameters: parameters, uniqueKey: "import:\(feed.number)", mostAttempts: 20)
        var batch = PostgresBatch()
        JobStore.add(job, by: actor, to: &batch)
        AuditStore.add(
            AuditEntry(
                "import.apply", by: actor, territory: feed.territory, establishment: feed.establishment,
                target: feed.id.description, after: parameters), to: &batch)
        return JobID(rawValue: try await admin.directory.run(batch)[0][0].uuid(0))
    }
}
