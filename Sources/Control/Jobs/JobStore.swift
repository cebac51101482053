package import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// The queue, in the directory: what is to be done, who does it, where it stands.
package struct JobStore: Sendable {
    let directory: PostgresPool

    /// How many seconds an instance has a job without saying anything; then it is anybody's.
    private let lease: Int

    package init(_ directory: PostgresPool, lease: Int = 12) {
        self.directory = directory
        self.lease = lease
    }

    // MARK: Asking for work

    /// Puts a job into the queue.
    /// - Returns: its number, or that of the unfinished job with the same unique key.
    package func enqueue(_ job: NewJob, by actor: AuditActor) async throws(PostgresError) -> JobID {
        var batch = PostgresBatch()
        JobStore.add(job, by: actor, to: &batch)
        return JobID(rawValue: try await directory.run(batch)[0][0].uuid(0))
    }

    /// The same as part of a batch or a transaction: its row has the number.
    package static func add(_ job: NewJob, by actor: AuditActor, to batch: inout PostgresBatch) {
        batch.add(
            insert, job.id.rawValue, job.kind, String(job.title.prefix(200)), job.territory?.rawValue,
            job.establishment?.rawValue, job.parameters.serialized, job.uniqueKey, job.priority, job.mostAttempts,
            job.delay, actor.kind.rawValue, actor.name)
    }

    // `do update` and not `do nothing`, so that the number of the one that is there comes back.
    private static let insert = PostgresStatement(
        """
        insert into job (id, kind, title, territory_id, establishment_id, parameters, unique_key, priority, most_attempts,
            due_at, actor_kind, actor)
        values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, now() + make_interval(secs => $10), $11, $12)
        on conflict (unique_key) where unique_key is not null and state in ('queued', 'running')
            do update set unique_key = excluded.unique_key
        returning id
        """)

    // MARK: Doing it

    /// The next job that is due and of one of `kinds`, held from now on under `lease`; nil when there is none. One that its
    /// holder has not spoken of for too long is due as well.
    func claim(_ kinds: [String], holder: String, lease: UUID) async throws(PostgresError) -> Job? {
        let rows = try await directory.run(PostgresBatch(JobStore.claim, kinds, holder, lease, self.lease))[0]
        return try rows.first.map { row throws(PostgresError) in try JobStore.job(row) }
    }

    private static let claim = PostgresStatement(
        """
        update job set state = 'running', attempts = attempts + 1, lease = $3, lease_holder = $2,
            due_at = now() + make_interval(secs => $4), started_at = coalesce(started_at, now())
        where id = (
            select id from job
            where state in ('queued', 'running') and due_at <= now() and kind = any ($1)
            order by priority desc, due_at limit 1 for update skip locked)
        returning id, kind, state, territory_id, establishment_id, title, parameters, checkpoint, step, done, total, attempts,
            lease_holder, cancel_requested, result, failure, actor_kind, actor, created_at, started_at, finished_at,
            most_attempts
        """)

    /// Says that these jobs are still being worked on.
    /// - Returns: those that are still held, and whether each was asked to stop.
    func keep(_ held: [(job: JobID, lease: UUID)]) async throws(PostgresError) -> [JobID: Bool] {
        let rows = try await directory.run(
            PostgresBatch(JobStore.beat, held.map(\.job.rawValue), held.map(\.lease), lease))[0]
        var kept: [JobID: Bool] = [:]
        for row in rows { kept[JobID(rawValue: try row.uuid(0))] = try row.bool(1) }
        return kept
    }

    private static let beat = PostgresStatement(
        """
        update job set due_at = now() + make_interval(secs => $3)
        from unnest($1::uuid[], $2::uuid[]) as held (id, lease)
        where job.id = held.id and job.lease = held.lease and job.state = 'running'
        returning job.id, job.cancel_requested and job.is_cancellable
        """)

    static let hold = PostgresStatement("select preau_hold_job($1, $2)")

    static let save = PostgresStatement(
        """
        update job set checkpoint = coalesce($2::jsonb, checkpoint), step = $3, done = $4, total = coalesce($5, total)
        where id = $1
        """)

    static let setCancellable = PostgresStatement("update job set is_cancellable = $2 where id = $1")

    /// What came of an attempt.
    enum Outcome: Sendable {
        case succeeded(JSON)
        case cancelled
        case failed(String)
        /// Goes on later; an attempt that was not the job's fault is not counted.
        case again(after: Int, why: String?, isCounted: Bool)
    }

    /// Lets go of a job. Nothing happens when it is another's by now.
    func finish(_ job: JobID, lease: UUID, _ outcome: Outcome) async throws(PostgresError) {
        var batch = PostgresBatch()
        switch outcome {
        case .succeeded(let result):
            batch.add(JobStore.end, job.rawValue, lease, "succeeded", result.serialized, nil as String?)
        case .cancelled: batch.add(JobStore.end, job.rawValue, lease, "cancelled", nil as String?, nil as String?)
        case .failed(let why):
            batch.add(JobStore.end, job.rawValue, lease, "failed", nil as String?, String(why.prefix(2000)))
        case .again(let delay, let why, let isCounted):
            batch.add(JobStore.release, job.rawValue, lease, delay, why, isCounted ? 0 : 1)
        }
        _ = try await directory.run(batch)
    }

    private static let end = PostgresStatement(
        """
        update job set state = $3, result = $4::jsonb, failure = $5, lease = null, finished_at = now()
        where id = $1 and lease = $2
        """)

    private static let release = PostgresStatement(
        """
        update job set state = 'queued', lease = null, due_at = now() + make_interval(secs => $3),
            failure = coalesce($4, failure), attempts = attempts - $5
        where id = $1 and lease = $2
        """)

    /// What a former process of this name has held: it cannot be alive any more.
    func releaseAll(of holder: String) async throws(PostgresError) {
        _ = try await directory.run(PostgresBatch(JobStore.releaseHolder, holder))
    }

    private static let releaseHolder = PostgresStatement(
        "update job set due_at = now() where state = 'running' and lease_holder = $1")

    // MARK: Lines and files

    func log(_ job: JobID, _ level: JobLine.Level, _ message: String) async throws(PostgresError) {
        _ = try await directory.run(
            PostgresBatch(JobStore.insertLine, job.rawValue, level.rawValue, String(message.prefix(2000))))
    }

    private static let insertLine = PostgresStatement(
        "insert into job_log (job_id, level, message) values ($1, $2, $3)")

    static let putFile = PostgresStatement(
        """
        insert into job_file (job_id, name, media_type, content, is_sealed, expires_at)
        values ($1, $2, $3, $4, $5, now() + make_interval(hours => $6))
        on conflict (job_id, name) do update set media_type = excluded.media_type, content = excluded.content,
            is_sealed = excluded.is_sealed, created_at = now(), expires_at = excluded.expires_at
        """)

    // MARK: The leader's

    /// What comes back by itself and is due: its next time is written down in the same transaction as its job.
    func startScheduled(_ kinds: [JobKind]) async throws(PostgresError) {
        for kind in kinds {
            guard let interval = kind.interval else { continue }
            let job = NewJob(kind.name, title: kind.name, uniqueKey: "schedule:" + kind.name)
            _ = try await directory.run(
                PostgresBatch(JobStore.startScheduled, kind.name, interval, job.id.rawValue))
        }
    }

    private static let startScheduled = PostgresStatement(
        """
        with due as (
            insert into job_schedule (name, next_at) values ($1, now() + make_interval(secs => $2))
            on conflict (name) do update set next_at = excluded.next_at where job_schedule.next_at <= now()
            returning name)
        insert into job (id, kind, title, unique_key, actor_kind, actor)
        select $3, name, name, 'schedule:' || name, 'system', 'schedule' from due
        on conflict (unique_key) where unique_key is not null and state in ('queued', 'running') do nothing
        """)

    /// Finished jobs are kept so long, their lines with them.
    private static let daysKept = 90

    /// - Returns: how many jobs and files were thrown away.
    func throwAway() async throws(PostgresError) -> (jobs: Int, files: Int) {
        var batch = PostgresBatch(JobStore.deleteFiles)
        batch.add(JobStore.deleteJobs, JobStore.daysKept)
        let rows = try await directory.run(batch, lane: .background)
        return (rows[1].affected, rows[0].affected)
    }

    private static let deleteFiles = PostgresStatement("delete from job_file where expires_at < now()")
    private static let deleteJobs = PostgresStatement(
        """
        delete from job where id in (
            select id from job where finished_at < now() - make_interval(days => $1) order by finished_at limit 5000)
        """)

    /// - Returns: whether this instance leads until the transaction ends.
    static let lead = PostgresStatement("select pg_try_advisory_xact_lock(20559, 1)")
    static let sayWhoLeads = PostgresStatement(
        """
        insert into leadership (name, instance) values ('jobs', $1)
        on conflict (name) do update set instance = excluded.instance, since = now()
        """)
    static let stillThere = PostgresStatement("select 1")
}
