internal import Postgres
internal import Runtime
internal import Tenancy

/// What is known already of people that a delta names, from the directory and from the shards they are on.
struct FeedKnownStore {
    private let directory: PostgresPool
    private let tenancy: Tenancy
    static let chunk = 400

    init(_ directory: PostgresPool, _ tenancy: Tenancy) {
        self.directory = directory
        self.tenancy = tenancy
    }

    private static let profiles = PostgresStatement(
        """
        select f.key, m.kind, f.establishment_id, f.person_id, s.key
        from feed_profile f join feed_person m on m.domain = f.domain and m.key = f.key
            join feed_structure s on s.domain = f.domain and s.establishment_id = f.establishment_id
        where f.domain = $1 and f.key = any ($2::text[]) order by f.key, f.establishment_id
        """)
    private static let links = PostgresStatement(
        """
        select pupil_key, guardian_key, kinship, level, financial, contact, payment from feed_link
        where domain = $1 and pupil_key = any ($2::text[]) order by pupil_key, position
        """)
    private static let people = PostgresStatement(
        """
        select p.id, p.given_name, p.family_name, p.birth_date, d.fed
        from person p join person_detail d on d.establishment_id = $1 and d.person_id = p.id
        where p.establishment_id = $1 and p.id = any ($2::uuid[])
        """)

    /// Keys made of a name, with a date of birth behind where one is known.
    private static let named = PostgresStatement(
        """
        select b.base, array_agg(f.key order by f.key) from unnest($2::text[]) as b (base) join feed_person f
            on f.domain = $1 and f.kind = 'pupil' and f.state = 'active' and (f.key = b.base or f.key like b.base || '-____-__-__')
        group by b.base
        """)

    /// The pupils whom these beginnings of keys may mean.
    func pupils(named bases: [String], of domain: String) async throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        guard !bases.isEmpty else { return found }
        for row in try await directory.run(PostgresBatch(Self.named, domain, bases), lane: .background)[0] {
            found[try row.text(0)] = try row.array(1)
        }
        return found
    }

    /// Those of `keys` that are known, whole. A list longer than `chunk` is asked for in pieces by the caller.
    func people(_ keys: [String], of domain: String) async throws -> [String: FeedPerson] {
        var batch = PostgresBatch(Self.profiles, domain, keys)
        batch.add(Self.links, domain, keys)
        let results = try await directory.run(batch, lane: .background)
        struct Unit {
            let key: String
            let person: UUID
            let structure: String
        }
        var units: [EstablishmentID: [Unit]] = [:]
        var people: [String: FeedPerson] = [:]
        for row in results[0] {
            let key = try row.text(0)
            guard let kind = FeedKind(rawValue: try row.text(1)) else { continue }
            if people[key] == nil { people[key] = FeedPerson(kind: kind, key: key) }
            units[EstablishmentID(rawValue: try row.int32(2)), default: []].append(
                Unit(key: key, person: try row.uuid(3), structure: try row.text(4)))
        }
        for (establishment, units) in units.sorted(by: { $0.key < $1.key }) {
            let batch = TenantBatch(
                try tenancy.administrativeContext(for: establishment), Self.people, units.map(\.person))
            let structures = Dictionary(units.map { ($0.person, $0) }, uniquingKeysWith: { $1 })
            for row in try await tenancy.read(batch, lane: .background)[0] {
                guard let unit = structures[try row.uuid(0)] else { continue }
                people[unit.key]?.givenName = try row.text(1)
                people[unit.key]?.familyName = try row.text(2)
                people[unit.key]?.birthDate = try row.optionalDate(3)
                people[unit.key]?.add(details: try row.json(4).text, structure: unit.structure)
            }
        }
        for row in results[1] {
            people[try row.text(0)]?.links.append(
                FeedPerson.Link(
                    guardian: try row.text(1), kinship: try row.int(2), level: try row.int(3),
                    financial: try row.int(4), contact: try row.int(5), payment: try row.int(6)))
        }
        return people
    }
}
