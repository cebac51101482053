internal import Postgres
package import Runtime
package import Tenancy

/// Visas, archives, and the documents that both keep. Nodes can add these and never change them.
package struct DiaryDocumentStore: Sendable {
    private let tenancy: Tenancy

    package init(_ tenancy: Tenancy) { self.tenancy = tenancy }

    private static let insertDocument = PostgresStatement(
        """
        insert into diary_document (establishment_id, id, school_year, pdf, pdf_sha256, data, data_sha256)
        values ($1, $2, $3, $4, sha256($4), $5, sha256($5))
        """)
    private static let insertVisa = PostgresStatement(
        """
        insert into diary_visa (establishment_id, id, school_year, teacher_id, first_day, last_day, comment, records,
            assignments, signed_by, document_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (establishment_id, id) do nothing
        """)
    private static let freezeRecords = PostgresStatement(
        """
        update lesson_record r set visa_id = coalesce(r.visa_id, $2)
        from unnest($3::uuid[], $4::integer[]) as e (id, revision)
        where r.establishment_id = $1 and r.id = e.id and r.revision = e.revision
        """)
    private static let freezeAssignments = PostgresStatement(
        """
        update assignment a set visa_id = coalesce(a.visa_id, $2)
        from unnest($3::uuid[], $4::integer[]) as e (id, revision)
        where a.establishment_id = $1 and a.id = e.id and a.revision = e.revision
        """)
    private static let visas = PostgresStatement(
        """
        select v.id, v.teacher_id, v.first_day, v.last_day, v.comment, v.records, v.assignments, v.signed_by, v.signed_at,
            d.pdf_sha256
        from diary_visa v join diary_document d on d.establishment_id = $1 and d.id = v.document_id
        where v.establishment_id = $1 and ($2::uuid is null or v.teacher_id = $2) and v.id < $3
        order by v.id desc limit $4
        """)
    private static let visa = PostgresStatement(
        """
        select v.id, v.teacher_id, v.first_day, v.last_day, v.comment, v.records, v.assignments, v.signed_by, v.signed_at,
            d.pdf_sha256
        from diary_visa v join diary_document d on d.establishment_id = $1 and d.id = v.document_id
        where v.establishment_id = $1 and v.id = $2
        """)
    private static let visaDocument = PostgresStatement(
        """
        select d.pdf, d.data from diary_visa v join diary_document d on d.establishment_id = $1 and d.id = v.document_id
        where v.establishment_id = $1 and v.id = $2
        """)
    private static let insertArchive = PostgresStatement(
        """
        insert into diary_archive (establishment_id, id, school_year, teacher_id, group_id, group_name, records,
            assignments, document_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (establishment_id, id) do nothing
        """)
    private static let archives = PostgresStatement(
        """
        select a.id, a.school_year, a.teacher_id, a.group_name, a.records, a.assignments, a.created_at, d.pdf_sha256
        from diary_archive a join diary_document d on d.establishment_id = $1 and d.id = a.document_id
        where a.establishment_id = $1 and a.teacher_id = $2 and a.id < $3
        order by a.id desc limit $4
        """)
    private static let archive = PostgresStatement(
        """
        select a.id, a.school_year, a.teacher_id, a.group_name, a.records, a.assignments, a.created_at, d.pdf_sha256
        from diary_archive a join diary_document d on d.establishment_id = $1 and d.id = a.document_id
        where a.establishment_id = $1 and a.id = $2
        """)
    private static let archiveDocument = PostgresStatement(
        """
        select d.pdf, d.data from diary_archive a join diary_document d on d.establishment_id = $1 and d.id = a.document_id
        where a.establishment_id = $1 and a.id = $2
        """)

    // MARK: Visas

    /// Keeps a visa with its document, and freezes what it read: each entry at the very revision that was read.
    /// - Throws: `HomeworkError.revisionChanged` when something was changed since.
    package func add(
        _ id: VisaID, of teacher: PersonID, days: ClosedRange<CivilDate>, comment: String, _ records: [LessonRecord],
        _ assignments: [Assignment], _ document: DiaryDocument, year: SchoolYear, by head: PersonID,
        in transaction: TenantTransaction
    ) async throws -> DiaryVisa {
        let file = UUID.v7()
        var batch = TenantBatch(transaction.context)
        batch.add(DiaryDocumentStore.insertDocument, file, year.rawValue, document.pdf, document.data)
        batch.add(
            DiaryDocumentStore.insertVisa, id.rawValue, year.rawValue, teacher.rawValue, days.lowerBound,
            days.upperBound, comment, Int32(clamping: records.count), Int32(clamping: assignments.count),
            head.rawValue, file)
        batch.add(
            DiaryDocumentStore.freezeRecords, id.rawValue, records.map(\.id.rawValue),
            records.map { Int32(clamping: $0.revision) })
        batch.add(
            DiaryDocumentStore.freezeAssignments, id.rawValue, assignments.map(\.id.rawValue),
            assignments.map { Int32(clamping: $0.revision) })
        let results = try await transaction.run(batch)
        guard results[1].affected == 1 else { throw HomeworkError.alreadyRecorded }
        guard results[2].affected == records.count, results[3].affected == assignments.count else {
            throw HomeworkError.revisionChanged(0)
        }
        guard let row = try await transaction.query(DiaryDocumentStore.visa, id.rawValue).first else {
            throw HomeworkError.notFound
        }
        return try DiaryDocumentStore.visa(row)
    }

    /// The visas of an establishment, or of one teacher, the newest first.
    /// - Parameter place: the identifier of the last one shown.
    package func visas(
        _ context: TenantContext, of teacher: PersonID?, before place: UUID, limit: Int
    ) async throws -> [DiaryVisa] {
        var batch = TenantBatch(context)
        batch.add(DiaryDocumentStore.visas, teacher?.rawValue, place, Int64(limit))
        return try await tenancy.read(batch)[0].map(DiaryDocumentStore.visa)
    }

    /// - Throws: `HomeworkError.notFound`.
    package func visa(_ context: TenantContext, _ id: VisaID) async throws -> DiaryVisa {
        var batch = TenantBatch(context)
        batch.add(DiaryDocumentStore.visa, id.rawValue)
        guard let row = try await tenancy.read(batch)[0].first else { throw HomeworkError.notFound }
        return try DiaryDocumentStore.visa(row)
    }

    /// - Throws: `HomeworkError.notFound`.
    package func document(_ context: TenantContext, of id: VisaID) async throws -> DiaryDocument {
        try await document(context, DiaryDocumentStore.visaDocument, id.rawValue)
    }

    private static func visa(_ row: PostgresRow) throws -> DiaryVisa {
        let first = try row.date(2)
        return DiaryVisa(
            id: VisaID(rawValue: try row.uuid(0)), teacher: PersonID(rawValue: try row.uuid(1)),
            days: first...max(first, try row.date(3)), comment: try row.text(4), records: Int(try row.int32(5)),
            assignments: Int(try row.int32(6)), signedBy: try row.optionalUUID(7).map { PersonID(rawValue: $0) },
            signedAt: try row.timestamp(8).microseconds, digest: try row.bytes(9))
    }

    // MARK: Archives

    package func add(
        _ id: ArchiveID, of teacher: PersonID, group: GroupID, named name: String, records: Int, assignments: Int,
        _ document: DiaryDocument, year: SchoolYear, in transaction: TenantTransaction
    ) async throws -> DiaryArchive {
        let file = UUID.v7()
        var batch = TenantBatch(transaction.context)
        batch.add(DiaryDocumentStore.insertDocument, file, year.rawValue, document.pdf, document.data)
        batch.add(
            DiaryDocumentStore.insertArchive, id.rawValue, year.rawValue, teacher.rawValue, group.rawValue, name,
            Int32(clamping: records), Int32(clamping: assignments), file)
        guard try await transaction.run(batch)[1].affected == 1 else { throw HomeworkError.alreadyRecorded }
        guard let row = try await transaction.query(DiaryDocumentStore.archive, id.rawValue).first else {
            throw HomeworkError.notFound
        }
        return try DiaryDocumentStore.archive(row)
    }

    /// A teacher's archives of all years, the newest first.
    package func archives(
        _ context: TenantContext, of teacher: PersonID, before place: UUID, limit: Int
    ) async throws -> [DiaryArchive] {
        var batch = TenantBatch(context)
        batch.add(DiaryDocumentStore.archives, teacher.rawValue, place, Int64(limit))
        return try await tenancy.read(batch)[0].map(DiaryDocumentStore.archive)
    }

    /// - Throws: `HomeworkError.notFound`.
    package func archive(_ context: TenantContext, _ id: ArchiveID) async throws -> DiaryArchive {
        var batch = TenantBatch(context)
        batch.add(DiaryDocumentStore.archive, id.rawValue)
        guard let row = try await tenancy.read(batch)[0].first else { throw HomeworkError.notFound }
        return try DiaryDocumentStore.archive(row)
    }

    /// - Throws: `HomeworkError.notFound`.
    package func document(_ context: TenantContext, of id: ArchiveID) async throws -> DiaryDocument {
        try await document(context, DiaryDocumentStore.archiveDocument, id.rawValue)
    }

    private static func archive(_ row: PostgresRow) throws -> DiaryArchive {
        DiaryArchive(
            id: ArchiveID(rawValue: try row.uuid(0)), year: SchoolYear(rawValue: try row.int16(1)),
            teacher: PersonID(rawValue: try row.uuid(2)), groupName: try row.text(3), records: Int(try row.int32(4)),
            assignments: Int(try row.int32(5)), createdAt: try row.timestamp(6).microseconds, digest: try row.bytes(7))
    }

    private func document(
        _ context: TenantContext, _ statement: PostgresStatement, _ id: UUID
    ) async throws -> DiaryDocument {
        var batch = TenantBatch(context)
        batch.add(statement, id)
        guard let row = try await tenancy.read(batch, lane: .background)[0].first else { throw HomeworkError.notFound }
        return DiaryDocument(pdf: try row.bytes(0), data: try row.bytes(1))
    }
}
