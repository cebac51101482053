internal import Postgres
package import Runtime
package import Tenancy

/// Teaching sequences: each its owner's.
package struct SequenceStore: Sendable {
    private let tenancy: Tenancy

    package init(_ tenancy: Tenancy) { self.tenancy = tenancy }

    private static let list = PostgresStatement(
        """
        select s.id, s.title, s.revision, (
            select count(*) from teaching_sequence_step t where t.establishment_id = $1 and t.sequence_id = s.id)
        from teaching_sequence s where s.establishment_id = $1 and s.owner_id = $2 and s.id < $3
        order by s.id desc limit $4
        """)
    private static let sequence = PostgresStatement(
        "select title, revision from teaching_sequence where establishment_id = $1 and id = $2 and owner_id = $3")
    private static let steps = PostgresStatement(
        """
        select title, content, work_kind, work_title, work_content, work_minutes, files, work_files
        from teaching_sequence_step
        where establishment_id = $1 and sequence_id = $2 order by position
        """)
    private static let insert = PostgresStatement(
        """
        insert into teaching_sequence (establishment_id, id, school_year, owner_id, title) values ($1, $2, $3, $4, $5)
        on conflict do nothing
        """)
    private static let insertSteps = PostgresStatement(
        """
        insert into teaching_sequence_step (establishment_id, sequence_id, position, title, content, work_kind, work_title,
            work_content, work_minutes, files, work_files)
        select $1, $2, s.position, s.title, s.content, nullif(s.kind, ''), s.work_title, s.work_content,
            nullif(s.minutes, 0), string_to_array(s.files, ' ')::uuid[], string_to_array(s.work_files, ' ')::uuid[]
        from unnest($3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::smallint[],
            $10::text[], $11::text[])
            as s (position, title, content, kind, work_title, work_content, minutes, files, work_files)
        """)
    private static let update = PostgresStatement(
        """
        update teaching_sequence set title = $4, revision = revision + 1, updated_at = now()
        where establishment_id = $1 and id = $2 and owner_id = $3 and revision = $5
        """)
    private static let clearSteps = PostgresStatement(
        "delete from teaching_sequence_step where establishment_id = $1 and sequence_id = $2")
    private static let delete = PostgresStatement(
        "delete from teaching_sequence where establishment_id = $1 and id = $2 and owner_id = $3 and revision = $4")

    /// A teacher's sequences, the newest first.
    /// - Parameter place: the identifier of the last one shown.
    package func list(
        _ context: TenantContext, of owner: PersonID, before place: UUID, limit: Int
    ) async throws -> [SequenceSummary] {
        var batch = TenantBatch(context)
        batch.add(SequenceStore.list, owner.rawValue, place, Int64(limit))
        return try await tenancy.read(batch)[0].map { row in
            SequenceSummary(
                id: SequenceID(rawValue: try row.uuid(0)), title: try row.text(1), steps: Int(try row.int64(3)),
                revision: Int(try row.int32(2)))
        }
    }

    /// - Throws: `HomeworkError.notFound` for another's as for none.
    package func sequence(_ context: TenantContext, _ id: SequenceID, of owner: PersonID) async throws
        -> TeachingSequence
    {
        var batch = TenantBatch(context)
        batch.add(SequenceStore.sequence, id.rawValue, owner.rawValue)
        batch.add(SequenceStore.steps, id.rawValue)
        let results = try await tenancy.read(batch)
        guard let row = results[0].first else { throw HomeworkError.notFound }
        return TeachingSequence(
            id: id, title: try row.text(0), revision: Int(try row.int32(1)),
            steps: try results[1].map { row in
                let kind = try row.optionalText(2).flatMap { Assignment.Kind(rawValue: $0) }
                return TeachingSequence.Step(
                    title: try row.text(0), content: try row.text(1),
                    work: try kind.map { kind in
                        TeachingSequence.Work(
                            kind: kind, title: try row.text(3), content: try row.text(4),
                            minutes: row.isNull(5) ? nil : Int(try row.int16(5)),
                            files: try row.array(7, of: UUID.self).map(FileID.init))
                    }, files: try row.array(6, of: UUID.self).map(FileID.init))
            })
    }

    /// Adds a sequence; one that is there already under this identifier stays as it is. - Returns: whether it was added.
    package func add(
        _ id: SequenceID, title: String, steps: [TeachingSequence.Step], year: SchoolYear, of owner: PersonID,
        in transaction: TenantTransaction
    ) async throws -> Bool {
        let rows = try await transaction.query(
            SequenceStore.insert, id.rawValue, year.rawValue, owner.rawValue, title)
        guard rows.affected == 1 else { return false }
        var batch = TenantBatch(transaction.context)
        SequenceStore.add(steps, to: id, &batch)
        _ = try await transaction.run(batch)
        return true
    }

    /// - Throws: `HomeworkError.revisionChanged`, `.notFound`.
    package func replace(
        _ id: SequenceID, title: String, steps: [TeachingSequence.Step], revision: Int, of owner: PersonID,
        in transaction: TenantTransaction
    ) async throws {
        let rows = try await transaction.query(
            SequenceStore.update, id.rawValue, owner.rawValue, title, Int32(clamping: revision))
        guard rows.affected == 1 else { throw try await refusal(of: id, owner, transaction) }
        var batch = TenantBatch(transaction.context)
        batch.add(SequenceStore.clearSteps, id.rawValue)
        SequenceStore.add(steps, to: id, &batch)
        _ = try await transaction.run(batch)
    }

    /// - Throws: as `replace`.
    package func remove(
        _ id: SequenceID, revision: Int, of owner: PersonID, in transaction: TenantTransaction
    ) async throws {
        let rows = try await transaction.query(
            SequenceStore.delete, id.rawValue, owner.rawValue, Int32(clamping: revision))
        guard rows.affected == 1 else { throw try await refusal(of: id, owner, transaction) }
    }

    private func refusal(
        of id: SequenceID, _ owner: PersonID, _ transaction: TenantTransaction
    ) async throws -> HomeworkError {
        guard let row = try await transaction.query(SequenceStore.sequence, id.rawValue, owner.rawValue).first else {
            return .notFound
        }
        return .revisionChanged(Int(try row.int32(1)))
    }

    private static func add(_ steps: [TeachingSequence.Step], to id: SequenceID, _ batch: inout TenantBatch) {
        // Arrays of one length each: those of files travel as words.
        func words(_ files: [FileID]?) -> String { (files ?? []).map(\.rawValue.description).joined(separator: " ") }
        batch.add(
            insertSteps, id.rawValue, steps.indices.map { Int16($0) }, steps.map(\.title), steps.map(\.content),
            steps.map { $0.work?.kind.rawValue ?? "" }, steps.map { $0.work?.title ?? "" },
            steps.map { $0.work?.content ?? "" }, steps.map { Int16(clamping: $0.work?.minutes ?? 0) },
            steps.map { words($0.files) }, steps.map { words($0.work?.files) })
    }
}
