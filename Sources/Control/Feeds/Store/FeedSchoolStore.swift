internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// What a school's own files need: how their columns are called, and its people to write out.
struct FeedSchoolStore {
    private let directory: PostgresPool
    private let tenancy: Tenancy

    init(_ directory: PostgresPool, _ tenancy: Tenancy) {
        self.directory = directory
        self.tenancy = tenancy
    }

    private static let mapping = PostgresStatement(
        "select columns from feed_mapping where establishment_id = $1 and kind = $2")
    private static let remember = PostgresStatement(
        """
        insert into feed_mapping (establishment_id, kind, columns) values ($1, $2, $3::jsonb)
        on conflict (establishment_id, kind) do update set columns = feed_mapping.columns || excluded.columns, updated_at = now()
        """)
    private static let people = PostgresStatement(
        """
        select p.external_id, p.role, p.family_name, p.given_name, p.birth_date,
            coalesce((select string_agg(g.name, '|' order by g.name) from membership m
                join teaching_group g on g.establishment_id = $1 and g.id = m.group_id and g.kind = 'class'
                where m.establishment_id = $1 and m.person_id = p.id and m.ends_on is null), ''),
            coalesce(d.entered ->> 'email', d.fed ->> 'email', ''),
            coalesce(d.entered ->> 'home_phone', d.fed ->> 'home_phone', ''),
            coalesce(d.entered ->> 'mobile', d.fed ->> 'mobile', ''), p.id
        from person p left join person_detail d on d.establishment_id = $1 and d.person_id = p.id
        where p.establishment_id = $1 and p.left_on is null and p.role = any ($2::text[])
            and (p.family_name, p.given_name, p.id) > ($3, $4, $5::uuid)
        order by p.family_name, p.given_name, p.id limit $6
        """)

    func mapping(of establishment: EstablishmentID, _ kind: FeedKind) async throws -> [String: CSVColumns.Field] {
        let rows = try await directory.run(PostgresBatch(Self.mapping, establishment.rawValue, kind.rawValue))[0]
        guard let row = rows.first else { return [:] }
        var parser = JSONParser(Array(try row.json(0).text.utf8))
        var mapping: [String: CSVColumns.Field] = [:]
        for member in (try? parser.parse())?.members ?? [] {
            if let field = member.value.text.flatMap(CSVColumns.Field.init(rawValue:)) { mapping[member.name] = field }
        }
        return mapping
    }

    func remember(
        _ mapping: [String: CSVColumns.Field], of establishment: EstablishmentID, _ kind: FeedKind
    ) async throws {
        guard !mapping.isEmpty else { return }
        let document = JSON.document(mapping.map { ($0.key, .string($0.value.rawValue)) }).serialized
        _ = try await directory.run(PostgresBatch(Self.remember, establishment.rawValue, kind.rawValue, document))
    }

    /// Writes the people of a school as a table, some hundreds at a time.
    func write(
        _ roles: [Role], of establishment: EstablishmentID, to writer: inout CSVWriter
    ) async throws {
        writer.row([
            "externalid", "profil", "nom", "prénom", "date de naissance", "classe", "email", "telephone", "portable",
        ])
        var last = ("", "", "00000000-0000-0000-0000-000000000000")
        let context = try tenancy.administrativeContext(for: establishment)
        let limit = 500
        while true {
            var batch = TenantBatch(context)
            batch.add(Self.people, roles.map(\.rawValue), last.0, last.1, last.2, limit)
            let rows = try await tenancy.read(batch, lane: .background)[0]
            for row in rows {
                let birth = try row.optionalDate(4).map { date in
                    let (year, month, day) = date.parts
                    return (day < 10 ? "0\(day)/" : "\(day)/") + (month < 10 ? "0\(month)/" : "\(month)/")
                        + String(year)
                }
                writer.row([
                    try row.optionalText(0) ?? "", try row.text(1), try row.text(2), try row.text(3), birth ?? "",
                    try row.text(5), try row.text(6), try row.text(7), try row.text(8),
                ])
                last = (try row.text(2), try row.text(3), try row.uuid(9).description)
            }
            if rows.count < limit { return }
        }
    }
}
