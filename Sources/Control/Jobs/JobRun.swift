package import Postgres
internal import Runtime
package import Web

/// One attempt at a job, as its kind works with it.
package final class JobRun: @unchecked Sendable {
    // Safety: confined to the jobs' loop.
    package let job: Job
    let lease: UUID
    private let store: JobStore
    private var current: JSON

    init(_ job: Job, lease: UUID, store: JobStore) {
        self.job = job
        self.lease = lease
        self.store = store
        current = job.checkpoint
    }

    package var id: JobID { job.id }
    package var parameters: JSON { job.parameters }
    /// Where this attempt stands: what the last one wrote down, at first.
    package var checkpoint: JSON { current }

    /// Whether the attempt should end: it was asked to, or its lease is lost.
    package var isStopping: Bool { Task.isCancelled }

    /// Writes down where the work stands.
    /// - Parameters:
    ///   - checkpoint: what the next attempt needs; as it was when nil.
    ///   - step: what it is at, in a few words, without names.
    /// - Throws: `.leaseLost`, `.cancelled`, `.directoryUnavailable`: let them through.
    package func save(
        _ checkpoint: JSON? = nil, step: String, done: Int, total: Int? = nil
    ) async throws(JobError) {
        var batch = PostgresBatch()
        add(checkpoint, step: step, done: done, total: total, to: &batch)
        do { _ = try await store.directory.run(batch) } catch { throw JobRun.translated(error) }
        saved(checkpoint)
    }

    /// The same as part of a batch or a transaction on the directory, which is then kept or lost together with it: first comes
    /// a check that fails the batch when the lease is lost (`PR010`) or a stop was asked for (`PR011`). `translated` reads the
    /// error; call `saved` with the checkpoint once the batch was kept.
    package func add(_ checkpoint: JSON?, step: String, done: Int, total: Int?, to batch: inout PostgresBatch) {
        batch.add(JobStore.hold, id.rawValue, lease)
        batch.add(
            JobStore.save, id.rawValue, checkpoint.map { $0.serialized }, step, Int64(done), total.map(Int64.init))
    }

    package func saved(_ checkpoint: JSON?) { if let checkpoint { current = checkpoint } }

    /// From here on nobody can stop it (past a point of no return), or they can again.
    package func setCancellable(_ isCancellable: Bool) async throws(JobError) {
        var batch = PostgresBatch(JobStore.hold, id.rawValue, lease)
        batch.add(JobStore.setCancellable, id.rawValue, isCancellable)
        do { _ = try await store.directory.run(batch) } catch { throw JobRun.translated(error) }
    }

    /// A line for whoever looks at the job. Best effort: a line that cannot be kept stops nothing.
    package func log(_ level: JobLine.Level = .info, _ message: String) async {
        try? await store.log(id, level, message)
    }

    /// Keeps something that the job made until it is fetched, at most `hours`.
    /// - Parameter isSealed: the content was sealed by ``JobFiles``.
    package func keep(
        _ name: String, mediaType: String, _ content: [UInt8], isSealed: Bool, hours: Int
    ) async throws(JobError) {
        var batch = PostgresBatch(JobStore.hold, id.rawValue, lease)
        batch.add(JobStore.putFile, id.rawValue, name, mediaType, content, isSealed, hours)
        do {
            _ = try await store.directory.run(batch, lane: .background)
        } catch { throw JobRun.translated(error) }
    }

    /// What an error of a batch with `add` in it means.
    package static func translated(_ error: PostgresError) -> JobError {
        switch error.sqlState {
        case "PR010": .leaseLost
        case "PR011": .cancelled
        case let state?: .temporary("the directory refused: \(state)")
        case nil: .directoryUnavailable
        }
    }
}
