package import Postgres
internal import Runtime
package import Tenancy
package import Web

/// What administrators look at.
extension JobStore {
    /// Which jobs somebody wants to see, among those that they may.
    package struct Filter: Sendable {
        package var reach = JobReach.everything
        package var state: Job.State?
        package var kind: String?
        package var establishment: EstablishmentID?

        package init() {}
    }

    static let columns =
        """
        id, kind, state, territory_id, establishment_id, title, parameters, checkpoint, step, done, total, attempts,
        lease_holder, cancel_requested, result, failure, actor_kind, actor, created_at, started_at, finished_at, most_attempts
        """

    /// The newest first. - Parameter before: the last one of the page before.
    package func list(_ filter: Filter, before: JobID?, limit: Int) async throws(PostgresError) -> [Job] {
        var conditions = FilterConditions()
        if case .only(let parts) = filter.reach {
            conditions.add(
                either: parts.map { (words: $0.kinds, scope: $0.scope) }, word: "kind", territory: "territory_id",
                establishment: "establishment_id")
        }
        if let state = filter.state { conditions.add("state = ", state.rawValue) }
        if let kind = filter.kind { conditions.add("kind = ", kind) }
        if let establishment = filter.establishment { conditions.add("establishment_id = ", establishment.rawValue) }
        if let before { conditions.add("id < ", before.rawValue) }
        var batch = PostgresBatch()
        batch.add(
            PostgresStatement(
                unsafeSQL: "select \(JobStore.columns) from job \(conditions.sql) order by id desc limit \(limit)"),
            values: conditions.values)
        batch.isRepeatable = true
        return try JobStore.jobs(try await directory.run(batch)[0])
    }

    package func find(_ id: JobID) async throws(PostgresError) -> Job? {
        let rows = try await directory.run(PostgresBatch(JobStore.byID, id.rawValue))[0]
        return try rows.first.map { row throws(PostgresError) in try JobStore.job(row) }
    }

    private static let byID = PostgresStatement(
        """
        select id, kind, state, territory_id, establishment_id, title, parameters, checkpoint, step, done, total, attempts,
            lease_holder, cancel_requested, result, failure, actor_kind, actor, created_at, started_at, finished_at, most_attempts
        from job where id = $1
        """)

    /// What a job has said since line `after`.
    package func lines(of job: JobID, after: Int64, limit: Int) async throws(PostgresError) -> [JobLine] {
        var lines: [JobLine] = []
        for row in try await directory.run(PostgresBatch(JobStore.linesOf, job.rawValue, after, limit))[0] {
            lines.append(
                JobLine(
                    number: try row.int64(0), at: try row.timestamp(1).microseconds,
                    level: JobLine.Level(rawValue: try row.text(2)) ?? .info, message: try row.text(3)))
        }
        return lines
    }

    private static let linesOf = PostgresStatement(
        "select number, at, level, message from job_log where job_id = $1 and number > $2 order by number limit $3")

    /// A file that a job made and that nobody has to fetch any more after its time.
    package struct File: Sendable {
        package let mediaType: String
        package let content: [UInt8]
        package let isSealed: Bool
    }

    package func fileNames(of job: JobID) async throws(PostgresError) -> [String] {
        var names: [String] = []
        for row in try await directory.run(PostgresBatch(JobStore.namesOf, job.rawValue))[0] {
            names.append(try row.text(0))
        }
        return names
    }

    package func file(_ name: String, of job: JobID) async throws(PostgresError) -> File? {
        let rows = try await directory.run(PostgresBatch(JobStore.fileOf, job.rawValue, name), lane: .background)[0]
        guard let row = rows.first else { return nil }
        return File(mediaType: try row.text(0), content: try row.bytes(1), isSealed: try row.bool(2))
    }

    private static let namesOf = PostgresStatement(
        "select name from job_file where job_id = $1 and expires_at > now() order by name limit 200")
    private static let fileOf = PostgresStatement(
        "select media_type, content, is_sealed from job_file where job_id = $1 and name = $2 and expires_at > now()")

    // MARK: What may be done to one

    /// Asks a job to stop: at once while it waits, at its next step while it runs. As part of a batch with its audit entry.
    /// Its row says whether there was something to stop.
    package static let cancel = PostgresStatement(
        """
        update job set cancel_requested = true, state = case state when 'queued' then 'cancelled' else state end,
            finished_at = case state when 'queued' then now() end
        where id = $1 and state in ('queued', 'running') and is_cancellable returning id
        """)

    /// Puts one that failed or was stopped back into the queue; it goes on from its last checkpoint.
    package static let retry = PostgresStatement(
        """
        update job set state = 'queued', attempts = 0, cancel_requested = false, finished_at = null, failure = null,
            due_at = now()
        where id = $1 and state in ('failed', 'cancelled') returning id
        """)

    /// The instance that leads, and since when.
    package func leader() async throws(PostgresError) -> (instance: String, since: Int64)? {
        guard let row = try await directory.run(PostgresBatch(JobStore.leaderIs))[0].first else { return nil }
        return (try row.text(0), try row.timestamp(1).microseconds)
    }

    private static let leaderIs = PostgresStatement("select instance, since from leadership where name = 'jobs'")

    // MARK: Rows

    static func jobs(_ rows: PostgresRows) throws(PostgresError) -> [Job] {
        var jobs: [Job] = []
        for row in rows { jobs.append(try job(row)) }
        return jobs
    }

    static func job(_ row: PostgresRow) throws(PostgresError) -> Job {
        Job(
            id: JobID(rawValue: try row.uuid(0)), kind: try row.text(1),
            state: Job.State(rawValue: try row.text(2)) ?? .failed, territory: try row.optional(3),
            establishment: try row.optional(4), title: try row.text(5), parameters: JSON(try row.json(6)),
            checkpoint: JSON(try row.json(7)), step: try row.text(8), done: try row.int(9),
            total: try row.optionalInt(10),
            attempts: Int(try row.int16(11)), holder: try row.text(12), isAskedToStop: try row.bool(13),
            result: try row.optionalJSON(14).map { JSON($0) }, failure: try row.optionalText(15),
            actor: AuditActor(kind: AuditActor.Kind(rawValue: try row.text(16)) ?? .system, name: try row.text(17)),
            createdAt: try row.timestamp(18).microseconds, startedAt: try row.optionalTimestamp(19)?.microseconds,
            finishedAt: try row.optionalTimestamp(20)?.microseconds, mostAttempts: Int(try row.int16(21)))
    }
}

extension JSON {
    /// What the server holds is JSON; a value past this program's limits is null.
    package init(_ text: JSONText) {
        var parser = JSONParser(Array(text.text.utf8))
        self = (try? parser.parse()) ?? .null
    }
}
