internal import Postgres
internal import Runtime
internal import Tenancy

/// The classes of pupils, and those that guardians have children in, on the shards.
struct SchoolGroupStore {
    private let tenancy: Tenancy

    init(_ tenancy: Tenancy) { self.tenancy = tenancy }

    /// The classes of these people of one establishment, `unknown` for a child without one; who has neither is missing. One trip.
    func groups(
        of people: [PersonID], in establishment: EstablishmentID
    ) async throws(TenancyError) -> [PersonID: [SchoolGroup]] {
        let context = try tenancy.context(for: establishment)
        let rows = try await tenancy.read(
            TenantBatch(context, Self.classes, people.map(\.rawValue)), lane: .background, deadline: .seconds(1))
        var groups: [PersonID: [SchoolGroup]] = [:]
        do {
            for row in rows[0] {
                let level = try row.optionalText(1)
                let name = try row.optionalText(2)
                groups[PersonID(rawValue: try row.uuid(0)), default: []].append(
                    level.map { SchoolGroup(level: $0, name: name ?? "") } ?? .unknown)
            }
        } catch {
            throw .database(error)
        }
        return groups
    }

    private static let classes = PostgresStatement(
        """
        with asked as (select unnest($2::uuid[]) as id),
        children as (
            select g.guardian_id as asked, g.pupil_id as pupil from guardianship g
            join asked a on a.id = g.guardian_id
            join person c on c.establishment_id = $1 and c.id = g.pupil_id
                and (c.left_on is null or c.left_on >= current_date)
            where g.establishment_id = $1 and g.starts_on <= current_date
                and (g.ends_on is null or g.ends_on >= current_date)),
        classes as (
            select m.person_id as pupil, t.level, t.name from membership m
            join school_year y on y.establishment_id = $1 and y.year = m.school_year and y.state = 'current'
            join teaching_group t on t.establishment_id = $1 and t.id = m.group_id and t.kind = 'class'
            where m.establishment_id = $1 and m.role = 'pupil'
                and m.person_id in (select id from asked union select pupil from children)
                and m.starts_on <= current_date and (m.ends_on is null or m.ends_on >= current_date))
        select a.id, c.level, c.name from asked a join classes c on c.pupil = a.id
        union
        select ch.asked, c.level, c.name from children ch left join classes c on c.pupil = ch.pupil
        """)
}
