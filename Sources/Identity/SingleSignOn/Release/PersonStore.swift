internal import Postgres
internal import Runtime
internal import Tenancy

/// A person's names, as the directory has them.
struct PersonCard: Sendable {
    let login: String
    let givenName: String
    let familyName: String
}

/// What an establishment knows of a person.
struct PersonFacts: Sendable {
    let birthDate: CivilDate?
    let externalID: String?
    let classes: [String]
    let levels: [String]
}

/// Reads what services are told of people, in the directory and on the shards.
struct PersonStore {
    private let directory: PostgresPool
    private let tenancy: Tenancy

    init(_ directory: PostgresPool, _ tenancy: Tenancy) {
        self.directory = directory
        self.tenancy = tenancy
    }

    /// Nil when the account is not open any more.
    func card(of account: AccountID) async throws(IdentityError) -> PersonCard? {
        var batch = PostgresBatch(Self.names, account.rawValue)
        batch.isRepeatable = true
        do {
            guard let row = try await directory.run(batch)[0].first else { return nil }
            return PersonCard(login: try row.text(0), givenName: try row.text(1), familyName: try row.text(2))
        } catch {
            throw .directoryUnavailable
        }
    }

    /// Whoever has this login, as sign-in would see them; for previews.
    func holder(_ login: Login) async throws(IdentityError) -> Holder? {
        try await AccountStore(directory).account(login)?.holder
    }

    /// What the establishments of these profiles know; one that does not answer fails all of it, since a service must not
    /// take half of somebody's classes for all of them.
    func facts(of profiles: [Profile]) async throws(IdentityError) -> [PersonFacts] {
        var contexts: [TenantContext] = []
        for establishment in Set(profiles.map(\.establishment)).sorted().prefix(20) {
            guard let context = try? tenancy.context(for: establishment) else { continue }
            contexts.append(context)
        }
        let results = await tenancy.onEach(contexts) { [tenancy] context in
            let persons = profiles.filter { $0.establishment == context.establishment }.map(\.person)
            let rows = try await tenancy.read(TenantBatch(context, PersonStore.known, persons))[0]
            return try rows.map { row in
                PersonFacts(
                    birthDate: try row.optionalDate(0), externalID: try row.optionalText(1),
                    classes: try row.array(2), levels: try row.array(3))
            }
        }
        do {
            return try results.flatMap { try $0.result.get() }
        } catch {
            throw .partnerDataUnavailable
        }
    }

    /// The pupils and teachers of a class, by its name. - Throws: `.partnerDataUnavailable`.
    func persons(ofClass name: String, in establishment: EstablishmentID) async throws(IdentityError) -> [PersonID] {
        do {
            let context = try tenancy.context(for: establishment)
            return try await tenancy.read(TenantBatch(context, Self.ofClass, name))[0].map {
                PersonID(rawValue: try $0.uuid(0))
            }
        } catch {
            throw .partnerDataUnavailable
        }
    }

    private static let ofClass = PostgresStatement(
        """
        select distinct m.person_id from membership m
            join teaching_group g on g.establishment_id = m.establishment_id and g.id = m.group_id
            join school_year y on y.establishment_id = g.establishment_id and y.year = g.school_year
        where m.establishment_id = $1 and g.name = $2 and g.kind = 'class' and y.state = 'current' and m.role = 'pupil'
            and (m.ends_on is null or m.ends_on >= current_date) limit 500
        """)

    private static let names = PostgresStatement(
        "select login, given_name, family_name from account where id = $1 and state = 'active'")

    private static let known = PostgresStatement(
        """
        select p.birth_date, p.external_id,
            array(select g.name from membership m
                join teaching_group g on g.establishment_id = m.establishment_id and g.id = m.group_id
                join school_year y on y.establishment_id = g.establishment_id and y.year = g.school_year
                where m.establishment_id = $1 and m.person_id = p.id and g.kind = 'class' and y.state = 'current'
                    and (m.ends_on is null or m.ends_on >= current_date) order by g.name),
            array(select distinct g.level from membership m
                join teaching_group g on g.establishment_id = m.establishment_id and g.id = m.group_id
                join school_year y on y.establishment_id = g.establishment_id and y.year = g.school_year
                where m.establishment_id = $1 and m.person_id = p.id and g.level <> '' and y.state = 'current'
                    and (m.ends_on is null or m.ends_on >= current_date) order by 1)
        from person p where p.establishment_id = $1 and p.id = any ($2)
        """)
}
