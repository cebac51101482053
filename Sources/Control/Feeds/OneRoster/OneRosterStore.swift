internal import Postgres
internal import Runtime
internal import Tenancy

/// What a school's OneRoster delivery is written from: one reading of its shard, and logins from the directory.
struct OneRosterStore {
    private let directory: PostgresPool
    private let tenancy: Tenancy

    init(_ directory: PostgresPool, _ tenancy: Tenancy) {
        self.directory = directory
        self.tenancy = tenancy
    }

    private static let year = PostgresStatement(
        "select year, starts_on, ends_on from school_year where establishment_id = $1 and state = 'current'")
    private static let people = PostgresStatement(
        """
        select p.id, p.role, p.given_name, p.family_name,
            case when p.role in ('pupil', 'guardian') then ''
                else coalesce(d.entered ->> 'email', d.fed ->> 'email', '') end
        from person p left join person_detail d on d.establishment_id = $1 and d.person_id = p.id
        where p.establishment_id = $1 and p.left_on is null
            -- Contacts are nobody's user.
            and (p.role <> 'guardian' or exists (select from guardianship g where g.establishment_id = $1 and g.guardian_id = p.id
                and g.sees_data and (g.ends_on is null or g.ends_on >= current_date)))
        order by p.role, p.family_name, p.given_name, p.id
        """)
    private static let guardians = PostgresStatement(
        """
        select g.pupil_id, g.guardian_id from guardianship g
            join person p on p.establishment_id = $1 and p.id = g.guardian_id and p.left_on is null
        where g.establishment_id = $1 and g.sees_data and (g.ends_on is null or g.ends_on >= current_date)
        order by g.pupil_id, g.kind, g.guardian_id
        """)
    private static let groups = PostgresStatement(
        """
        select id, kind = 'class', name, level from teaching_group where establishment_id = $1 and school_year = (
            select year from school_year where establishment_id = $1 and state = 'current') order by kind, name
        """)
    private static let members = PostgresStatement(
        """
        select m.group_id, m.person_id, m.role, m.starts_on, m.ends_on from membership m
            join person p on p.establishment_id = $1 and p.id = m.person_id and p.left_on is null
        where m.establishment_id = $1 and (m.ends_on is null or m.ends_on >= current_date) and m.school_year = (
            select year from school_year where establishment_id = $1 and state = 'current')
        order by m.group_id, m.role, m.person_id
        """)
    private static let teachings = PostgresStatement(
        """
        select a.group_id, a.person_id, s.code, s.name from teaching_assignment a
            join subject s on s.establishment_id = $1 and s.id = a.subject_id
            join person p on p.establishment_id = $1 and p.id = a.person_id and p.left_on is null
        where a.establishment_id = $1 and a.school_year = (
            select year from school_year where establishment_id = $1 and state = 'current')
        order by a.group_id, s.code, a.person_id
        """)
    private static let logins = PostgresStatement(
        """
        select p.person_id, a.login from profile p join account a on a.id = p.account_id and a.state in ('pending', 'active')
        where p.establishment_id = $1 and (p.valid_to is null or p.valid_to >= current_date)
        """)

    /// - Throws: `FeedError.wrongState` for a school without a current year.
    func read(_ establishment: Establishment, _ district: (id: String, name: String)) async throws -> OneRosterExport {
        var batch = TenantBatch(try tenancy.administrativeContext(for: establishment.id))
        for statement in [Self.year, Self.people, Self.guardians, Self.groups, Self.members, Self.teachings] {
            batch.add(statement)
        }
        let rows = try await tenancy.read(batch, lane: .background, deadline: .seconds(60))
        guard let year = rows[0].first else { throw FeedError.wrongState("without a school year: nothing to write") }
        var logins: [String: String] = [:]
        for row in try await directory.run(PostgresBatch(Self.logins, establishment.id.rawValue), lane: .background)[0]
        {
            logins[try row.uuid(0).description] = try row.text(1)
        }
        var guardians: [String: [String]] = [:]
        for row in rows[2] { guardians[try row.uuid(0).description, default: []].append(try row.uuid(1).description) }
        let groups = try rows[3].map { row in
            OneRosterExport.Group(
                id: try row.uuid(0).description, isClass: try row.bool(1), name: try row.text(2), level: try row.text(3)
            )
        }
        let members = try rows[4].map { row in
            OneRosterExport.Member(
                group: try row.uuid(0).description, person: try row.uuid(1).description, part: try row.text(2),
                from: try row.date(3), until: try row.optionalDate(4))
        }
        let levels = Dictionary(groups.filter(\.isClass).map { ($0.id, $0.level) }, uniquingKeysWith: { $1 })
        var levelOf: [String: String] = [:]
        for member in members where member.part == "pupil" {
            if let level = levels[member.group], !level.isEmpty { levelOf[member.person] = level }
        }
        let people = try rows[1].map { row in
            let id = try row.uuid(0).description
            return OneRosterExport.Person(
                id: id, role: try row.text(1), givenName: try row.text(2), familyName: try row.text(3),
                email: try row.text(4), login: logins[id] ?? "", guardians: guardians[id] ?? [],
                level: levelOf[id] ?? "")
        }
        return OneRosterExport(
            school: OneRosterExport.School(
                uai: establishment.uai.rawValue, name: establishment.name, district: district,
                year: (Int(try year.int16(0)), try year.date(1), try year.date(2))),
            people: people, groups: groups, members: members,
            teachings: try rows[5].map { row in
                OneRosterExport.Teaching(
                    group: try row.uuid(0).description, person: try row.uuid(1).description, code: try row.text(2),
                    subject: try row.text(3))
            })
    }
}
