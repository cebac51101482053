internal import Postgres
package import Runtime
package import Tenancy

/// Whether somebody reads an entry of the diary: asked for each of its files, each time.
package struct DiaryReaderStore: Sendable {
    private let tenancy: Tenancy

    package init(_ tenancy: Tenancy) { self.tenancy = tenancy }

    private static let record = PostgresStatement(
        """
        select e.published_at <= now(), e.author_id,
            exists (select from membership m where m.establishment_id = $1 and m.group_id = e.group_id and m.role = 'pupil'
                and m.person_id = any ($3::uuid[])),
            exists (select from guardianship g join membership m on m.establishment_id = $1 and m.person_id = g.pupil_id
                and m.group_id = e.group_id and m.role = 'pupil'
                where g.establishment_id = $1 and g.guardian_id = any ($4::uuid[]) and g.sees_data
                    and g.starts_on <= $5 and (g.ends_on is null or g.ends_on >= $5))
        from lesson_record e where e.establishment_id = $1 and e.id = $2
        """)
    private static let assignment = PostgresStatement(
        """
        select e.published_at <= now(), e.author_id,
            exists (select from membership m where m.establishment_id = $1 and m.group_id = e.group_id and m.role = 'pupil'
                and m.person_id = any ($3::uuid[])),
            exists (select from guardianship g join membership m on m.establishment_id = $1 and m.person_id = g.pupil_id
                and m.group_id = e.group_id and m.role = 'pupil'
                where g.establishment_id = $1 and g.guardian_id = any ($4::uuid[]) and g.sees_data
                    and g.starts_on <= $5 and (g.ends_on is null or g.ends_on >= $5))
        from assignment e where e.establishment_id = $1 and e.id = $2
        """)

    package struct Standing: Sendable {
        package let isPublished: Bool
        package let author: PersonID?
        /// One of the pupils is in the entry's group.
        package let isForPupil: Bool
        /// One of the guardians has a child in it.
        package let isForGuardian: Bool
    }

    /// Nil when there is no such entry.
    package func standing(
        _ context: TenantContext, of item: UUID, isRecord: Bool, pupils: [PersonID], guardians: [PersonID],
        today: CivilDate
    ) async throws -> Standing? {
        var batch = TenantBatch(context)
        batch.add(
            isRecord ? DiaryReaderStore.record : DiaryReaderStore.assignment, item, pupils.map(\.rawValue),
            guardians.map(\.rawValue), today)
        guard let row = try await tenancy.read(batch)[0].first else { return nil }
        return Standing(
            isPublished: try row.bool(0), author: try row.optionalUUID(1).map { PersonID(rawValue: $0) },
            isForPupil: try row.bool(2), isForGuardian: try row.bool(3))
    }
}
