package import Postgres
internal import Runtime
package import Tenancy

/// Makes the directory what the manifests say.
///
/// Everything declared goes into the directory in one transaction, new establishments in the state `provisioning`, placed on
/// a shard. Only then do the shards learn of them, and only once a shard knows an establishment does the directory call it
/// active: whenever this stops, whatever is open is there, and applying again goes on from where it was.
package enum Apply {
    /// Long enough for thousands of establishments, and for another application that goes first.
    private static let deadline = Duration.seconds(60)

    /// What applying would do. Changes nothing and waits for nobody.
    /// - Throws: `.directory`.
    package static func plan(_ manifests: ManifestSet, in directory: PostgresPool) async throws(ApplyError) -> Plan {
        var batch = PostgresBatch()
        for statement in ManifestStore.reading { batch.add(statement) }
        do {
            // Of one instant: not half of what another application is doing.
            let results = try await directory.transaction(
                lane: .background, mode: .repeatableRead, deadline: deadline
            ) { [batch] in try await $0.run(batch) }
            return Plan(manifests, try ManifestStore.state(from: results[...]))
        } catch let error as PostgresError {
            throw .directory(error)
        } catch let error as ApplyError {
            throw error
        } catch {
            throw .directory(.closed)
        }
    }

    /// Does it, all or nothing, then opens what is new.
    /// - Parameters:
    ///   - directory: as a role that may write it.
    ///   - tenancy: the same loop's, for the shards.
    ///   - requestID: for the audit log; empty when there is none.
    /// - Returns: what was done, and which shards could not take their part yet.
    /// - Throws: `.refused`, `.changedMeanwhile`, `.directory` with nothing done; `.notOpened` with the directory done.
    package static func apply(
        _ manifests: ManifestSet, by actor: AuditActor, requestID: String = "", in directory: PostgresPool,
        _ tenancy: Tenancy
    ) async throws(ApplyError) -> ApplyResult {
        let plan = try await changeDirectory(manifests, by: actor, requestID: requestID, in: directory)
        guard !plan.placements.isEmpty || plan.unfinished > 0 else {
            // Whoever asked may go on from it at once. It is done in any case: the watcher reads it when the directory is back.
            try? await tenancy.refresh()
            return ApplyResult(plan: plan, openings: [])
        }
        do {
            return ApplyResult(plan: plan, openings: try await tenancy.openProvisioned().map(ApplyResult.Opening.init))
        } catch {
            throw .notOpened(error)
        }
    }

    /// The directory's part, all or nothing.
    static func changeDirectory(
        _ manifests: ManifestSet, by actor: AuditActor, requestID: String, in directory: PostgresPool
    ) async throws(ApplyError) -> Plan {
        do {
            return try await directory.transaction(lane: .background, deadline: deadline) { transaction in
                var batch = PostgresBatch(ManifestStore.lock)
                for statement in ManifestStore.reading { batch.add(statement) }
                let results = try await transaction.run(batch)
                let plan = Plan(manifests, try ManifestStore.state(from: results[1...]))
                let blocking = plan.notices.filter(\.isBlocking)
                guard blocking.isEmpty else { throw ApplyError.refused(blocking) }
                let writing = ManifestStore.writing(plan, by: actor, requestID: requestID)
                if !writing.isEmpty { _ = try await transaction.run(writing) }
                return plan
            }
        } catch let error as PostgresError {
            // Unique and foreign keys that held when the plan was made: an import or the console went in between.
            throw error.sqlState == "23505" || error.sqlState == "23503" ? .changedMeanwhile : .directory(error)
        } catch let error as ApplyError {
            throw error
        } catch {
            throw .directory(.closed)
        }
    }
}
