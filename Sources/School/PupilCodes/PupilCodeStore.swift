internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy

/// Whose codes somebody may give: classes and pupils on the shard, accounts and codes in the directory.
struct PupilCodeStore: Sendable {
    private let tenancy: Tenancy
    private let directory: PostgresPool

    init(_ tenancy: Tenancy, _ directory: PostgresPool) {
        self.tenancy = tenancy
        self.directory = directory
    }

    // MARK: On the shard

    /// All groups for whoever is everywhere in the school; a teacher's are those whose member they are, that a feed says they
    /// teach, or that have a lesson with them now.
    private static let groups = PostgresStatement(
        """
        select g.id, g.name, g.kind = 'class' from teaching_group g
        where g.establishment_id = $1 and g.school_year = $2 and ($3 or exists (
            select from membership m where m.establishment_id = $1 and m.group_id = g.id and m.person_id = $4
                and m.role in ('teacher', 'main_teacher') and m.starts_on <= $5 and (m.ends_on is null or m.ends_on >= $5))
            or exists (select from teaching_assignment a where a.establishment_id = $1 and a.group_id = g.id and a.person_id = $4)
            or exists (select from lesson_teacher t
                join lesson l on l.establishment_id = $1 and l.id = t.lesson_id and l.valid_from <= $5 and l.valid_until >= $5
                join lesson_group lg on lg.establishment_id = $1 and lg.lesson_id = t.lesson_id
                where t.establishment_id = $1 and t.person_id = $4 and lg.group_id = g.id))
        order by g.kind, g.name limit 500
        """)
    private static let pupils = PostgresStatement(
        """
        select p.id, p.given_name, p.family_name from membership m
            join person p on p.establishment_id = $1 and p.id = m.person_id and p.role = 'pupil' and p.left_on is null
        where m.establishment_id = $1 and m.group_id = $2 and m.role = 'pupil' and m.starts_on <= $3
            and (m.ends_on is null or m.ends_on >= $3)
        order by p.family_name, p.given_name, p.id limit 500
        """)

    /// - Parameter everywhere: the caller sees every class of the school.
    func groups(
        _ context: TenantContext, of teacher: PersonID, everywhere: Bool, today: CivilDate
    ) async throws -> [PupilCodeGroup] {
        var batch = TenantBatch(context)
        batch.add(PupilCodeStore.groups, SchoolYear(of: today).rawValue, everywhere, teacher.rawValue, today)
        return try await tenancy.read(batch)[0].map { row in
            PupilCodeGroup(id: GroupID(rawValue: try row.uuid(0)), name: try row.text(1), isClass: try row.bool(2))
        }
    }

    /// Who is in a group today. Whether the caller may know is theirs to check, with ``groups(_:of:everywhere:today:)``.
    func pupils(_ context: TenantContext, of group: GroupID, today: CivilDate) async throws -> [PupilCodeHolder] {
        var batch = TenantBatch(context)
        batch.add(PupilCodeStore.pupils, group.rawValue, today)
        return try await tenancy.read(batch)[0].map { row in
            PupilCodeHolder(
                person: PersonID(rawValue: try row.uuid(0)), name: try row.text(1) + " " + row.text(2))
        }
    }

    // MARK: In the directory

    private static let accounts = PostgresStatement(
        """
        select p.person_id, a.id, a.login, a.state = 'pending', exists (select from reset_request r where r.account_id = a.id)
        from profile p join account a on a.id = p.account_id and a.state in ('pending', 'active')
        where p.establishment_id = $1 and p.person_id = any ($2) and p.role = 'pupil'
            and (p.valid_to is null or p.valid_to >= current_date)
        """)
    private static let issue = PostgresStatement("select preau_issue_pupil_codes($1, $2, $3, $4, $5, $6)")

    /// The same pupils with their accounts.
    func withAccounts(_ pupils: [PupilCodeHolder], in establishment: EstablishmentID) async throws -> [PupilCodeHolder]
    {
        guard !pupils.isEmpty else { return [] }
        let people = pupils.map(\.person.rawValue)
        var known: [PersonID: PostgresRow] = [:]
        for row in try await directory.run(PostgresBatch(PupilCodeStore.accounts, establishment.rawValue, people))[0] {
            known[PersonID(rawValue: try row.uuid(0))] = row
        }
        return try pupils.map { pupil in
            guard let row = known[pupil.person] else { return pupil }
            var pupil = pupil
            pupil.account = AccountID(rawValue: try row.uuid(1))
            pupil.login = try row.text(2)
            pupil.isPending = try row.bool(3)
            pupil.hasAsked = try row.bool(4)
            return pupil
        }
    }

    /// Keeps codes. - Returns: the accounts that got theirs; none when the issuer has given too many today.
    func issue(
        _ codes: [(account: AccountID, hash: String)], in establishment: EstablishmentID, by issuer: AccountID,
        from address: String
    ) async throws -> Set<AccountID> {
        let batch = PostgresBatch(
            PupilCodeStore.issue, establishment.rawValue, codes.map(\.account.rawValue), codes.map { _ in UUID.v7() },
            codes.map(\.hash), issuer.rawValue, address)
        var given: Set<AccountID> = []
        for row in try await directory.run(batch)[0] { given.insert(AccountID(rawValue: try row.uuid(0))) }
        return given
    }
}
