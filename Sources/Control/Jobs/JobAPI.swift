internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
package import Web

/// The admin service's jobs: what is being done, and stopping it.
package struct JobAPI: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [list, show, log, cancel, retry, file] }

    private static let id = [Parameter.uuid("job", "The job's number.")]

    private var list: Route {
        .api(
            .get, "/api/v1/jobs", access: AdminAPI.administrators, tag: "Jobs",
            summary: "The jobs that the caller might have asked for, the newest first.",
            query: [
                .enumeration("state", Job.State.allCases.map(\.rawValue), "Only those in this state."),
                .text("kind", "Only those of this kind.", maxLength: 63),
                .uai("establishment", "Only those of this establishment."),
            ] + Parameter.paging,
            answers: [.json(ListPage<JobAnswer>.schema, "A page of jobs.")], errors: [.notFound]
        ) { call in
            var filter = JobStore.Filter()
            filter.reach = service.charge(call).jobs
            filter.state = call.query.choice("state", Job.State.self)
            filter.kind = call.query.text("kind")
            if let text = call.query.text("establishment") {
                guard let uai = UAI(rawValue: text), let known = service.tenancy.map[uai] else {
                    throw Problem(.notFound)
                }
                filter.establishment = known.id
            }
            let before = try call.cursor { UUID($0).map(JobID.init(rawValue:)) }
            let jobs = try await service.jobs.list(filter, before: before, limit: call.listLimit + 1)
            return .json(ListPage(jobs.map(answer), limit: call.listLimit) { $0.job.id.description })
        }
    }

    private var show: Route {
        .api(
            .get, "/api/v1/jobs/{job}", access: AdminAPI.administrators, tag: "Jobs", summary: "One job.",
            parameters: JobAPI.id,
            answers: [
                .json(
                    .object([
                        .required("job", JobAnswer.schema),
                        .required("files", .array(of: .text()), "What it made and what can still be fetched."),
                    ]), "The job.")
            ], errors: [.noRight]
        ) { call in
            let job = try await service.job(call)
            let files = try await service.jobs.fileNames(of: job.id)
            let shown = answer(job)
            return .json { writer in
                writer.object { writer in
                    writer.field("job", shown)
                    writer.field("files", files)
                }
            }
        }
    }

    private var log: Route {
        .api(
            .get, "/api/v1/jobs/{job}/log", access: AdminAPI.administrators, tag: "Jobs",
            summary: "What the job has said, the oldest first.", parameters: JobAPI.id, query: Parameter.paging,
            answers: [.json(ListPage<JobLineAnswer>.schema, "A page of lines.")], errors: [.noRight]
        ) { call in
            let job = try await service.job(call)
            let after = try call.cursor { Int64($0) }
            let lines = try await service.jobs.lines(of: job.id, after: after ?? 0, limit: call.listLimit + 1)
            return .json(
                ListPage(lines.map { JobLineAnswer(line: $0) }, limit: call.listLimit) { String($0.line.number) })
        }
    }

    private var cancel: Route {
        .api(
            .post, "/api/v1/jobs/{job}/cancel", access: AdminAPI.administrators, tag: "Jobs",
            summary: "Asks a job to stop: at once while it waits, at its next step while it runs.",
            parameters: JobAPI.id, answers: [.json(JobAnswer.schema, "The job.")], errors: [.noRight, .jobNotStoppable]
        ) { call in
            try await change(call, "job.cancel", JobStore.cancel, or: .jobNotStoppable)
        }
    }

    private var retry: Route {
        .api(
            .post, "/api/v1/jobs/{job}/retry", access: AdminAPI.administrators, tag: "Jobs",
            summary: "Puts a job that failed or was stopped back into the queue; it goes on where it was.",
            parameters: JobAPI.id, answers: [.json(JobAnswer.schema, "The job.")],
            errors: [.noRight, .jobNotRepeatable]
        ) { call in
            try await change(call, "job.retry", JobStore.retry, or: .jobNotRepeatable)
        }
    }

    private var file: Route {
        .api(
            .get, "/api/v1/jobs/{job}/files/{file}", access: AdminAPI.administrators, tag: "Jobs",
            summary: "Something that a job made, such as letters.",
            parameters: JobAPI.id + [.text("file", "Its name.", maxLength: 120)],
            answers: [.other("application/octet-stream", "The file.")], errors: [.noRight]
        ) { call in
            let job = try await service.job(call)
            return try await service.jobFile(try call.path.text("file"), of: job, for: call)
        }
    }

    private func change(
        _ call: Call, _ action: String, _ statement: PostgresStatement, or refusal: ProblemCode
    ) async throws -> Response {
        let job = try await service.job(call)
        guard try await service.changeJob(job, action, statement, by: service.actor(call)) else {
            throw Problem(refusal)
        }
        return .json(answer(try await service.job(call)))
    }

    private func answer(_ job: Job) -> JobAnswer {
        JobAnswer(job: job, uai: job.establishment.flatMap { service.tenancy.map[$0]?.uai })
    }
}

extension AdminService {
    /// The job that the path names.
    /// - Throws: `notFound`, also when it is not in the caller's charge; `noRight` where they lack the right that its kind takes.
    func job(_ call: Call) async throws -> Job {
        let id = JobID(rawValue: try call.path.uuid("job"))
        guard let job = try await jobs.find(id) else { throw Problem(.notFound) }
        try requireWork(on: job, call)
        return job
    }

    private func requireWork(on job: Job, _ call: Call) throws {
        let charge = charge(call)
        guard !charge.isUnlimited else { return }
        guard let right = JobSubject(rawValue: job.kind)?.right else { throw Problem(.notFound) }
        if let establishment = job.establishment.flatMap({ tenancy.map[$0] }) {
            return try charge.require(right, in: establishment)
        }
        if let territory = job.territory { return try charge.require(right, in: territory) }
        guard charge.rows() == .everything else { throw Problem(.notFound) }
        try charge.requirePlatform(right)
    }

    /// With its audit entry, both or neither. - Returns: false when there was nothing to change.
    func changeJob(
        _ job: Job, _ action: String, _ statement: PostgresStatement, by actor: AuditActor
    ) async throws -> Bool {
        try await directory.transaction { transaction in
            guard try await !transaction.query(statement, job.id.rawValue).isEmpty else { return false }
            var batch = PostgresBatch()
            AuditStore.add(
                AuditEntry(
                    action, by: actor, territory: job.territory, establishment: job.establishment,
                    target: job.id.description, before: ["state": .string(job.state.rawValue)]), to: &batch)
            _ = try await transaction.run(batch)
            return true
        }
    }

    /// Sends a file of a job; that somebody took it is written down first.
    func jobFile(_ name: String, of job: Job, for call: Call) async throws -> Response {
        guard let file = try await jobs.file(name, of: job.id) else { throw Problem(.notFound) }
        let context = job.id.description + "/" + name
        guard let content = file.isSealed ? keyring.openFile(file.content, context: context) : file.content else {
            throw Problem(.notFound)
        }
        try await audit.write(
            AuditEntry(
                "job.fetch", by: actor(call), territory: job.territory, establishment: job.establishment,
                target: job.id.description, after: ["file": .string(name)]))
        var response = Response(
            status: .ok, headers: [("Content-Type", file.mediaType), ("Cache-Control", "no-store")],
            body: .bytes(content))
        response.headers.set("Content-Disposition", "attachment; filename=\"\(name)\"")
        return response
    }
}
