internal import Postgres
internal import Runtime
internal import Tenancy

/// The SQL that brings one person's own work back: what they wrote and what they ticked, as far as it is missing. What is there
/// stays as it is, be it older or newer; what it belonged to and is gone (a class, a subject) is not brought back with it.
enum PersonalWorkStore {
    /// A table with people's work: which rows are whose. `$2` are the persons, `s` the rows of the file.
    private struct Work {
        let table: String
        let condition: String
    }

    /// In the order in which they refer to each other. `work_x` are the missing rows of table x.
    private static let work = [
        Work(table: "diary_archive", condition: "s.teacher_id = any ($2)"),
        Work(table: "lesson_record", condition: "s.author_id = any ($2)"),
        Work(table: "assignment", condition: "s.author_id = any ($2)"),
        Work(table: "assignment_progress", condition: "s.pupil_id = any ($2)"),
        Work(table: "teaching_sequence", condition: "s.owner_id = any ($2)"),
        // Of sequences that are missing as a whole: a step that was taken out of one was taken out.
        Work(
            table: "teaching_sequence_step",
            condition:
                "cardinality($2::uuid[]) > 0 and s.sequence_id in (select w.id from work_teaching_sequence w)"),
    ]

    /// - Returns: how many rows came back, by table; those of which some did.
    static func bringBack(
        _ persons: [UUID], _ staged: [EstablishmentRestoring.Staged], _ copy: TenantCopy
    ) async throws -> [(name: String, rows: Int64)] {
        let byName = Dictionary(staged.map { ($0.table.name, $0) }, uniquingKeysWith: { first, _ in first })
        var mine: [EstablishmentRestoring.Staged] = []
        for each in work {
            guard let source = byName[each.table] else { continue }
            try await find(source, each.condition, persons, copy)
            mine.append(source)
        }
        var outcome: [(name: String, rows: Int64)] = []
        for each in mine {
            if each.table.name == "diary_archive", let documents = byName["diary_document"] {
                try await find(
                    documents,
                    "cardinality($2::uuid[]) >= 0 and s.id in (select w.document_id from work_diary_archive w)",
                    persons, copy)
                outcome.append((documents.table.name, try await insert(documents, copy)))
            }
            outcome.append((each.table.name, try await insert(each, copy)))
        }
        if let files = byName["file"], let contents = byName["file_content"], let chunks = byName["file_chunk"] {
            outcome.append(("file", try await bringBackFiles(files, contents, chunks, mine, persons, copy)))
        }
        return outcome.filter { $0.rows > 0 }
    }

    /// Puts the rows of the file that are theirs and are missing into `work_…`.
    private static func find(
        _ source: EstablishmentRestoring.Staged, _ condition: String, _ persons: [UUID], _ copy: TenantCopy
    ) async throws {
        let (table, work) = (source.table, "work_\(source.table.name)")
        try await copy.execute(
            unprepared: "create temporary table \(work) on commit drop as select * from \(source.name) with no data")
        let same = table.key.map { "t.\(table.list([$0])) = s.\(table.list([$0]))" }.joined(separator: " and ")
        _ = try await copy.query(
            PostgresStatement(
                unsafeSQL: """
                    insert into \(work) select s.* from \(source.name) s where \(condition)
                        and not exists (select from \(table.sql) t where t.establishment_id = $1 and \(same))
                    """), persons)
    }

    /// What a row refers to and is not there: nothing where that is allowed, else the row stays away.
    private static func insert(_ source: EstablishmentRestoring.Staged, _ copy: TenantCopy) async throws -> Int64 {
        let table = source.table
        var values: [String: String] = [:]
        var conditions = ["true"]
        for key in table.foreignKeys where key.columns.allSatisfy(source.section.columns.contains) {
            let same = zip(key.targetColumns, key.columns).map { "f.\"\($0)\" = s.\"\($1)\"" }
            let isThere =
                "exists (select from \"\(key.target)\" f where f.establishment_id = $1 and \(same.joined(separator: " and ")))"
            if key.columns.count == 1, table.nullable.contains(key.columns[0]) {
                values[key.columns[0]] = "case when \(isThere) then s.\"\(key.columns[0])\" end"
            } else {
                conditions.append(isThere)
            }
        }
        let columns = source.section.columns
        let list = columns.map { values[$0] ?? "s." + table.list([$0]) }.joined(separator: ", ")
        let rows = try await copy.query(
            PostgresStatement(
                unsafeSQL: """
                    insert into \(table.sql) (establishment_id, \(table.list(columns)))
                    select $1, \(list) from work_\(table.name) s where \(conditions.joined(separator: " and "))
                    on conflict do nothing
                    """))
        return Int64(rows.affected)
    }

    // MARK: Files

    /// The files that they sent to what is there now. A content that is there under another number keeps that number, any
    /// other gets a new one: a removal that is under way cannot meet it.
    private static func bringBackFiles(
        _ files: EstablishmentRestoring.Staged, _ contents: EstablishmentRestoring.Staged,
        _ chunks: EstablishmentRestoring.Staged, _ work: [EstablishmentRestoring.Staged], _ persons: [UUID],
        _ copy: TenantCopy
    ) async throws -> Int64 {
        let owners = work.filter { ["lesson_record", "assignment"].contains($0.table.name) }.map {
            "s.use = '\($0.table.name)' and exists (select from \($0.table.sql) o where o.establishment_id = $1 and o.id = s.owner_id)"
        }
        guard !owners.isEmpty else { return 0 }
        try await find(
            files, "s.uploaded_by = any ($2) and (\(owners.joined(separator: " or ")))", persons, copy)
        try await copy.execute(
            unprepared: "create temporary table content_place (old uuid, new uuid, is_new boolean) on commit drop")
        let content = contents.table
        let others = contents.section.columns.filter { !["id", "reserved", "released_at"].contains($0) }
        let chunkOthers = chunks.section.columns.filter { $0 != "content_id" }
        var batch = TenantBatch(
            copy.context,
            PostgresStatement(
                unsafeSQL: """
                    insert into content_place
                    select c.id, coalesce(e.id, gen_random_uuid()), e.id is null from \(contents.name) c
                        left join file_content e on e.establishment_id = $1 and e.sha256 = c.sha256
                    where c.sha256 is not null and c.id in (select w.content_id from work_file w)
                    """))
        batch.add(
            PostgresStatement(
                unsafeSQL: """
                    insert into file_content (establishment_id, id, reserved, \(content.list(others)))
                    select $1, p.new, s.size, \(content.list(others, prefix: "s.")) from \(contents.name) s
                        join content_place p on p.old = s.id and p.is_new
                    """))
        batch.add(
            PostgresStatement(
                unsafeSQL: """
                    insert into file_chunk (establishment_id, content_id, \(chunks.table.list(chunkOthers)))
                    select $1, p.new, \(chunks.table.list(chunkOthers, prefix: "s.")) from \(chunks.name) s
                        join content_place p on p.old = s.content_id and p.is_new
                    """))
        batch.add(PersonalWorkStore.use)
        batch.add(PersonalWorkStore.leaveIncomplete)
        batch.add(PersonalWorkStore.place)
        _ = try await copy.run(batch)
        return try await insert(files, copy)
    }

    /// What is kept again, or anew, counts again.
    private static let use = PostgresStatement(
        """
        with again as (
            update file_content c set released_at = null, reserved = c.size from content_place p
            where c.establishment_id = $1 and c.id = p.new and c.released_at is not null returning c.size
        ), added as (
            select c.size from file_content c join content_place p on p.new = c.id and p.is_new where c.establishment_id = $1
                and c.released_at is null
        )
        insert into file_storage (establishment_id, used)
        select $1, coalesce((select sum(size) from again), 0) + coalesce((select sum(size) from added), 0)
        on conflict (establishment_id) do update set used = file_storage.used + excluded.used
        """)
    private static let leaveIncomplete = PostgresStatement(
        "delete from work_file w where $1::integer is not null and not exists (select from content_place p where p.old = w.content_id)"
    )
    private static let place = PostgresStatement(
        "update work_file w set content_id = p.new from content_place p where $1::integer is not null and p.old = w.content_id"
    )
}
