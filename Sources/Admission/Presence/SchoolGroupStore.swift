internal import Postgres
internal import Runtime
internal import Tenancy

/// The classes of pupils, and those that guardians have children in, on the shards.
struct SchoolGroupStore {
    private let tenancy: Tenancy

    init(_ tenancy: Tenancy) { self.tenancy = tenancy }

    /// The classes of these people of one establishment; who has none is missing. One trip.
    func groups(
        of people: [PersonID], in establishment: EstablishmentID
    ) async throws(TenancyError) -> [PersonID: [SchoolGroup]] {
        let context = try tenancy.context(for: establishment)
        let rows = try await tenancy.read(
            TenantBatch(context, Self.classes, people.map(\.rawValue)), lane: .background, deadline: .seconds(1))
        var groups: [PersonID: [SchoolGroup]] = [:]
        do {
            for row in rows[0] {
                groups[PersonID(rawValue: try row.uuid(0)), default: []].append(
                    SchoolGroup(level: try row.text(1), name: try row.text(2)))
            }
        } catch {
            throw .database(error)
        }
        return groups
    }

    private static let classes = PostgresStatement(
        """
        with asked as (select unnest($2::uuid[]) as id),
        pupils as (
            select id as asked, id as pupil from asked
            union
            select g.guardian_id, g.pupil_id from guardianship g join asked a on a.id = g.guardian_id
            where g.establishment_id = $1 and g.starts_on <= current_date
                and (g.ends_on is null or g.ends_on >= current_date))
        select p.asked, t.level, t.name
        from pupils p
        join membership m on m.establishment_id = $1 and m.person_id = p.pupil and m.role = 'pupil'
            and m.starts_on <= current_date and (m.ends_on is null or m.ends_on >= current_date)
        join school_year y on y.establishment_id = $1 and y.year = m.school_year and y.state = 'current'
        join teaching_group t on t.establishment_id = $1 and t.id = m.group_id and t.kind = 'class'
        group by p.asked, t.level, t.name
        """)
}
