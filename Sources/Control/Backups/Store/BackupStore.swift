internal import Postgres
internal import Runtime
internal import Tenancy

/// The SQL of backups on a shard: what tables there are, their rows out, and back by way of temporary tables. All of it as the
/// admin service's own role, to which row-level security shows this one establishment.
enum BackupStore {
    // MARK: The catalogue

    private static let columns = PostgresStatement(
        """
        select t.name::text, quote_ident(t.name), a.attname::text, quote_ident(a.attname), not a.attnotnull,
            a.attname ~ '(^|_)version$' and a.atttypid = 'bigint'::regtype
        from preau_tenant_tables() t join pg_class c on c.relname = t.name and c.relnamespace = 'public'::regnamespace
            join pg_attribute a on a.attrelid = c.oid
        where $1::integer is not null and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
            and a.attname <> 'establishment_id'
        order by 1, a.attnum
        """)
    private static let keys = PostgresStatement(
        """
        select c.relname::text, k.contype::text, coalesce(f.relname::text, ''),
            array(select a.attname::text from unnest(k.conkey) with ordinality u (number, place)
                join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number
                where a.attname <> 'establishment_id' order by u.place),
            array(select a.attname::text from unnest(k.confkey) with ordinality u (number, place)
                join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.number
                where a.attname <> 'establishment_id' order by u.place)
        from pg_constraint k join pg_class c on c.oid = k.conrelid left join pg_class f on f.oid = k.confrelid
        where $1::integer is not null and c.relnamespace = 'public'::regnamespace and k.contype in ('p', 'f')
        order by c.relname, k.conname
        """)
    private static let schemaVersion = PostgresStatement(
        "select coalesce(max(number), 0) from migration where $1::integer is not null")

    static func schemaVersion(_ copy: TenantCopy) async throws -> Int {
        try await copy.query(schemaVersion).first?.int(0) ?? 0
    }

    /// Every table with rows of establishments, those that are referred to first.
    static func tables(_ copy: TenantCopy) async throws -> [TenantTable] {
        var batch = TenantBatch(copy.context, columns)
        batch.add(keys)
        let results = try await copy.run(batch)
        var primary: [String: [String]] = [:]
        var foreign: [String: [TenantTable.ForeignKey]] = [:]
        for row in results[1] {
            let name = try row.text(0)
            let own: [String] = try row.array(3)
            if try row.text(1) == "p" {
                primary[name] = own
            } else {
                foreign[name, default: []].append(
                    TenantTable.ForeignKey(columns: own, target: try row.text(2), targetColumns: try row.array(4)))
            }
        }
        var found: [TenantTable] = []
        var rows = Array(results[0])[...]
        while let first = rows.first {
            let name = try first.text(0)
            let own = try rows.prefix { try $0.text(0) == name }
            rows = rows.dropFirst(own.count)
            let columns = try own.map { try $0.text(2) }
            found.append(
                TenantTable(
                    name: name, sql: try first.text(1), columns: columns,
                    quoted: Dictionary(
                        try own.map { (try $0.text(2), try $0.text(3)) }, uniquingKeysWith: { first, _ in first }),
                    nullable: Set(try own.filter { try $0.bool(4) }.map { try $0.text(2) }), key: primary[name] ?? [],
                    foreignKeys: foreign[name] ?? [], versions: try own.filter { try $0.bool(5) }.map { try $0.text(2) }
                ))
        }
        return TenantTable.ordered(found)
    }

    // MARK: Content

    /// Values are written the same way whatever the server's settings are.
    static let plainly = """
        set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres';
        set local extra_float_digits = 1; set local bytea_output = 'hex'
        """

    /// The number of rows, and the sum of their hashes: the same for the same rows in any order.
    static func content(
        _ table: TenantTable, _ columns: [String], in staged: String? = nil, _ copy: TenantCopy
    ) async throws -> (rows: Int64, digest: String) {
        let rows =
            staged.map { "select \(table.list(columns)) from \($0) where $1::integer is not null" }
            ?? "select \(table.list(columns)) from \(table.sql) where establishment_id = $1"
        let statement = PostgresStatement(
            unsafeSQL: "select count(*), coalesce(sum(hashtextextended(r::text, 0)::numeric), 0)::text from (\(rows)) r"
        )
        guard let row = try await copy.query(statement).first else {
            throw PostgresError.unavailable(.connectionLost)
        }
        return (try row.int64(0), try row.text(1))
    }

    static func copyOut(_ table: TenantTable, _ establishment: EstablishmentID) -> String {
        """
        copy (select \(table.list(table.columns)) from \(table.sql) where establishment_id = \(establishment.rawValue))
        to stdout
        """
    }

    // MARK: Back

    /// A temporary table like this one, without the establishment's column and without its rules.
    static func stage(_ table: TenantTable, _ columns: [String], as staged: String) -> String {
        "create temporary table \(staged) on commit drop as select \(table.list(columns)) from \(table.sql) with no data"
    }

    static func copyIn(_ table: TenantTable, _ columns: [String], into staged: String) -> String {
        "copy \(staged) (\(table.list(columns))) from stdin"
    }

    static func delete(_ table: TenantTable) -> PostgresStatement {
        PostgresStatement(unsafeSQL: "delete from \(table.sql) where establishment_id = $1")
    }

    /// The shard forgets that the establishment is here: after its rows.
    static let leave = PostgresStatement("delete from placement where establishment_id = $1")

    static func insert(_ table: TenantTable, _ columns: [String], from staged: String) -> PostgresStatement {
        PostgresStatement(
            unsafeSQL: """
                insert into \(table.sql) (establishment_id, \(table.list(columns)))
                select $1, \(table.list(columns)) from \(staged)
                """)
    }

    /// A number that no life of these rows has had or will have: versions count writes, and this counts milliseconds.
    static func raiseVersions(_ table: TenantTable) -> PostgresStatement {
        let raised = table.versions.map {
            let column = table.list([$0])
            return "\(column) = greatest(\(column) + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint)"
        }
        return PostgresStatement(
            unsafeSQL: "update \(table.sql) set \(raised.joined(separator: ", ")) where establishment_id = $1")
    }
}
