package import Postgres
package import Runtime
package import Tenancy

/// Who has never signed in, or not for a while: counted in the directory, where first and last visits are kept by sign-in.
package struct NeverConnectedStore: Sendable {
    let directory: PostgresPool

    package init(_ directory: PostgresPool) { self.directory = directory }

    /// Of one establishment and one role.
    package struct Count: Sendable {
        package let establishment: EstablishmentID
        package let role: String
        package let all: Int
        package let never: Int
        /// Without a visit since the instant asked for.
        package let unseen: Int
    }

    private static let counts = PostgresStatement(
        """
        select p.establishment_id, p.role, count(distinct a.id),
            count(distinct a.id) filter (where a.first_sign_in_at is null),
            count(distinct a.id) filter (where coalesce(a.last_sign_in_at, '-infinity') < $2)
        from profile p join account a on a.id = p.account_id
        where p.establishment_id = any ($1) and a.state <> 'closed' and (p.valid_to is null or p.valid_to >= current_date)
        group by p.establishment_id, p.role order by p.establishment_id, p.role
        """)

    /// Of a page of establishments. - Parameter since: microseconds since 1970.
    package func counts(
        of establishments: [EstablishmentID], unseenSince since: Int64
    ) async throws(PostgresError) -> [Count] {
        var counts: [Count] = []
        let rows = try await directory.run(
            PostgresBatch(NeverConnectedStore.counts, establishments, PostgresTimestamp(microseconds: since)),
            lane: .background)[0]
        for row in rows {
            counts.append(
                Count(
                    establishment: try row.value(0), role: try row.text(1), all: try row.int(2), never: try row.int(3),
                    unseen: try row.int(4)))
        }
        return counts
    }

    /// An account behind a person of one establishment.
    package struct Visitor: Sendable {
        package let account: AccountID
        package let person: PersonID
        package let login: String
        package let state: String
        package let hasVisited: Bool
        package let lastVisit: Int64?
        package let isPrivileged: Bool
    }

    private static let visitors = PostgresStatement(
        """
        select a.id, p.person_id, a.login, a.state, a.first_sign_in_at is not null, a.last_sign_in_at,
            exists (select from administrator m where m.account_id = a.id)
        from profile p join account a on a.id = p.account_id
        where p.establishment_id = $1 and p.person_id = any ($2) and a.state <> 'closed'
            and (p.valid_to is null or p.valid_to >= current_date)
        """)

    /// The accounts of the people of one class, or of another short list.
    package func visitors(
        _ people: [PersonID], of establishment: EstablishmentID
    ) async throws(PostgresError) -> [PersonID: Visitor] {
        var found: [PersonID: Visitor] = [:]
        var batch = PostgresBatch(NeverConnectedStore.visitors, establishment, people)
        batch.isRepeatable = true
        for row in try await directory.run(batch, lane: .background)[0] {
            let person = PersonID(rawValue: try row.uuid(1))
            found[person] = Visitor(
                account: AccountID(rawValue: try row.uuid(0)), person: person, login: try row.text(2),
                state: try row.text(3), hasVisited: try row.bool(4),
                lastVisit: try row.optionalTimestamp(5)?.microseconds, isPrivileged: try row.bool(6))
        }
        return found
    }

    // MARK: On the shard

    private static let classes = PostgresStatement(
        """
        select g.id, g.name from teaching_group g join school_year y
            on y.establishment_id = $1 and y.year = g.school_year and y.state = 'current'
        where g.establishment_id = $1 and g.kind = 'class' order by g.name limit 200
        """)

    private static let pupils = PostgresStatement(
        """
        select p.id, p.given_name, p.family_name from membership m join person p
            on p.establishment_id = $1 and p.id = m.person_id
        where m.establishment_id = $1 and m.group_id = $2 and m.role = 'pupil' and p.left_on is null
            and (m.ends_on is null or m.ends_on >= current_date)
        order by p.family_name, p.given_name limit 200
        """)

    private static let guardians = PostgresStatement(
        """
        select s.pupil_id, p.id, p.given_name, p.family_name from membership m
            join guardianship s on s.establishment_id = $1 and s.pupil_id = m.person_id
            join person p on p.establishment_id = $1 and p.id = s.guardian_id
        where m.establishment_id = $1 and m.group_id = $2 and m.role = 'pupil' and s.kind in ('legal_1', 'legal_2')
            and (s.ends_on is null or s.ends_on >= current_date) and (m.ends_on is null or m.ends_on >= current_date)
        order by p.family_name, p.given_name limit 800
        """)

    private static let staff = PostgresStatement(
        """
        select id, given_name, family_name from person where establishment_id = $1 and role = $2 and left_on is null
        order by family_name, given_name limit 2000
        """)

    package struct SchoolClass: Sendable {
        package let id: UUID
        package let name: String
    }

    package struct Person: Sendable {
        package let id: PersonID
        package let name: String
    }

    /// A class with its pupils and their legal guardians.
    package struct Roll: Sendable {
        package let pupils: [Person]
        package let guardians: [(pupil: PersonID, guardian: Person)]
    }

    package static func classes(
        _ context: TenantContext, _ tenancy: Tenancy
    ) async throws(TenancyError) -> [SchoolClass] {
        let rows = try await tenancy.read(TenantBatch(context, classes), lane: .background)[0]
        do throws(PostgresError) {
            return try rows.map { row throws(PostgresError) in SchoolClass(id: try row.uuid(0), name: try row.text(1)) }
        } catch { throw .database(error) }
    }

    package static func roll(
        of group: UUID, _ context: TenantContext, _ tenancy: Tenancy
    ) async throws(TenancyError) -> Roll {
        var batch = TenantBatch(context, pupils, group)
        batch.add(guardians, group)
        let rows = try await tenancy.read(batch, lane: .background)
        do throws(PostgresError) {
            var own: [Person] = []
            for row in rows[0] { own.append(try person(row, 0)) }
            var theirs: [(pupil: PersonID, guardian: Person)] = []
            for row in rows[1] { theirs.append((PersonID(rawValue: try row.uuid(0)), try person(row, 1))) }
            return Roll(pupils: own, guardians: theirs)
        } catch { throw .database(error) }
    }

    package static func staff(
        _ role: String, _ context: TenantContext, _ tenancy: Tenancy
    ) async throws(TenancyError) -> [Person] {
        let rows = try await tenancy.read(TenantBatch(context, staff, role), lane: .background)[0]
        do throws(PostgresError) {
            var people: [Person] = []
            for row in rows { people.append(try person(row, 0)) }
            return people
        } catch { throw .database(error) }
    }

    private static func person(_ row: PostgresRow, _ first: Int) throws(PostgresError) -> Person {
        Person(id: PersonID(rawValue: try row.uuid(first)), name: try row.text(first + 1) + " " + row.text(first + 2))
    }
}
