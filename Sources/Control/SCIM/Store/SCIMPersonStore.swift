internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// People of SCIM on the shard of their establishment.
enum SCIMPersonStore {
    /// What a shard is told of a person: flat, so that a later change lies over an earlier one that is still owed.
    struct Payload: Sendable {
        var givenName: String?
        var familyName: String?
        var role: String?
        var hasLeft = false
        /// The names are the client's own: no feed overwrites them.
        var isNameEntered = false
        /// An empty list takes them away; nil leaves them.
        var emails: JSON?

        var json: JSON {
            var members: [JSON.Member] = [.init("left", .bool(hasLeft))]
            if let givenName { members.append(.init("given", .string(givenName))) }
            if let familyName { members.append(.init("family", .string(familyName))) }
            if let role { members.append(.init("role", .string(role))) }
            if isNameEntered { members.append(.init("entered", true)) }
            if let emails { members.append(.init("emails", emails)) }
            return .object(members)
        }
    }

    private static let put = PostgresStatement(
        """
        insert into person (establishment_id, id, role, given_name, family_name, source) values ($1, $2, $3, $4, $5, 'scim')
        on conflict (establishment_id, id) do update set role = excluded.role, given_name = excluded.given_name,
            family_name = excluded.family_name, left_on = null, updated_at = now()
        """)
    /// What the client wrote is kept apart from what a feed says, field by field.
    private static let enter = PostgresStatement(
        """
        insert into person_detail (establishment_id, person_id, entered) values ($1, $2, $3::jsonb)
        on conflict (establishment_id, person_id) do update set entered = person_detail.entered || excluded.entered,
            updated_at = now()
        """)
    /// A pupil who becomes a teacher is no pupil of their groups any more.
    private static let changePart = PostgresStatement(
        """
        update membership set role = case when $3 = 'pupil' then 'pupil' else 'teacher' end
        where establishment_id = $1 and person_id = $2 and ends_on is null and (role = 'pupil') <> ($3 = 'pupil')
        """)
    private static let raiseVersion = PostgresStatement(
        "update timetable set version = version + 1 where establishment_id = $1")

    /// Tells the shard what it is owed; the same again changes nothing.
    static func settle(
        _ person: UUID, _ payload: JSON, today: CivilDate, _ context: TenantContext, _ tenancy: Tenancy
    ) async throws(TenancyError) {
        var batch = TenantBatch(context)
        if payload["left"] == .bool(true) {
            FeedShardStore.addLeaving("{\(person)}", today: today, to: &batch)
        } else {
            let role = payload["role"]?.text ?? "staff"
            let (given, family) = (payload["given"]?.text ?? "", payload["family"]?.text ?? "")
            batch.add(put, person, role, given, family)
            var entered: [JSON.Member] = []
            if payload["entered"] == .bool(true) {
                entered = [.init("given_name", .string(given)), .init("family_name", .string(family))]
            }
            if let emails = payload["emails"] {
                let list = emails.elements ?? []
                let first = list.first { $0["primary"] == .bool(true) } ?? list.first
                entered += [.init("emails", .array(list)), .init("email", .string(first?["value"]?.text ?? ""))]
            }
            if !entered.isEmpty { batch.add(enter, person, JSON.object(entered).serialized) }
            batch.add(changePart, person, role)
        }
        batch.add(raiseVersion)
        _ = try await tenancy.write(batch)
    }

    // MARK: Reading

    private static let groups = PostgresStatement(
        """
        select m.person_id, g.id, g.name, g.kind from membership m
            join teaching_group g on g.establishment_id = $1 and g.id = m.group_id
            join school_year y on y.establishment_id = $1 and y.year = g.school_year and y.state = 'current'
        where m.establishment_id = $1 and m.person_id = any ($2) and (m.ends_on is null or m.ends_on >= current_date)
        order by g.kind, g.name, g.id
        """)
    private static let emails = PostgresStatement(
        """
        select person_id, entered -> 'emails', coalesce(entered ->> 'email', fed ->> 'email') from person_detail
        where establishment_id = $1 and person_id = any ($2)
        """)

    struct Details: Sendable {
        var groups: [SCIMUser.Group] = []
        var emails: JSON?
    }

    static func details(
        of people: [UUID], _ context: TenantContext, _ tenancy: Tenancy
    ) async throws(TenancyError) -> [UUID: Details] {
        var batch = TenantBatch(context)
        batch.add(groups, people)
        batch.add(emails, people)
        let rows = try await tenancy.read(batch)
        let addresses = SCIMResourceType.user.attribute("emails", ofAddition: false)
        var found: [UUID: Details] = [:]
        do throws(PostgresError) {
            for row in rows[0] {
                found[try row.uuid(0), default: Details()].groups.append(
                    SCIMUser.Group(
                        id: SCIMGroupID(establishment: context.establishment, group: try row.uuid(1)),
                        name: try row.text(2), isClass: try row.text(3) == "class"))
            }
            for row in rows[1] {
                let person = try row.uuid(0)
                if let text = try row.optionalJSON(1)?.text {
                    var parser = JSONParser(Array(text.utf8))
                    // The database keeps members in an order of its own.
                    found[person, default: Details()].emails = (try? parser.parse()).flatMap { list in
                        addresses.flatMap { try? SCIMValues.normal(list, $0) } ?? .array([])
                    }
                } else if let address = try row.optionalText(2), !address.isEmpty {
                    found[person, default: Details()].emails = [["value": .string(address)]]
                }
            }
        } catch { throw .database(error) }
        return found
    }
}
