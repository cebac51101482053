package import TestSupport

/// Walks pg_catalog for whatever breaks the rules of the schemas, so that a table is covered the day it is declared.
package enum SchemaLint {
    /// Tables of a shard that hold nothing of a tenant's.
    private static let tenantless = "'migration'"

    /// What is wrong in a shard, one line each.
    /// - Parameter change: SQL that runs before and is undone after, to see what would be said of it.
    package static func shardViolations(
        _ server: TestPostgres, database: String, afterChange change: String = ""
    ) throws -> [String] {
        try violations(server, database, change, shardRules + commonRules)
    }

    /// What is wrong in the directory, one line each.
    package static func directoryViolations(_ server: TestPostgres, database: String) throws -> [String] {
        try violations(server, database, "", commonRules)
    }

    private static func violations(
        _ server: TestPostgres, _ database: String, _ change: String, _ rules: [(rule: String, query: String)]
    ) throws -> [String] {
        let script = rules.map { rule, query in
            "select v || ': \(rule.split(separator: "'").joined(separator: "''"))' from (\(query)) as t (v);"
        }
        let text = try server.sql(
            "begin; \(change);\n" + script.joined(separator: "\n") + "\nrollback;", database: database)
        return text.split(separator: "\n").map(String.init)
    }

    private static let isOurs = "c.relnamespace = 'public'::regnamespace"
    private static let isTable = isOurs + " and c.relkind in ('r', 'p')"
    private static let isTenants = isTable + " and c.relname not in (\(tenantless))"
    private static let setting = "(NULLIF(current_setting(''preau.establishment''::text, true), ''''::text))::integer"

    private static let shardRules: [(rule: String, query: String)] = [
        (
            "its first column is not establishment_id integer not null",
            """
            select relname from pg_class c where \(isTenants) and not exists (select from pg_attribute a where a.attrelid = c.oid
                and a.attnum = 1 and a.attname = 'establishment_id' and a.atttypid = 'int4'::regtype and a.attnotnull)
            """
        ),
        (
            "no primary key",
            """
            select relname from pg_class c where \(isTable) and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')
            """
        ),
        (
            "an index, primary or unique key that does not begin with establishment_id",
            """
            select c.relname || '.' || i.indexrelid::regclass from pg_index i join pg_class c on c.oid = i.indrelid
                where \(isTenants)
                and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'establishment_id'
                    and a.attnum = i.indkey[0])
            """
        ),
        (
            "a foreign key that does not lead from establishment_id to establishment_id",
            """
            select c.relname || '.' || k.conname from pg_constraint k join pg_class c on c.oid = k.conrelid
                where \(isTenants)
                and k.contype = 'f' and not (
                    exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attnum = k.conkey[1]
                        and a.attname = 'establishment_id')
                    and exists (select from pg_attribute a where a.attrelid = k.confrelid and a.attnum = k.confkey[1]
                        and a.attname = 'establishment_id'))
            """
        ),
        (
            "row-level security is not enabled and forced",
            "select relname from pg_class c where \(isTenants) and not (c.relrowsecurity and c.relforcerowsecurity)"
        ),
        (
            "its policies are not the tenant's one",
            """
            select relname from pg_class c where \(isTenants) and c.relname <> 'placement' and (
                select coalesce(array_agg(array[p.polname::text, p.polcmd::text, p.polpermissive::text, p.polroles::text,
                    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)]), '{}')
                from pg_policy p where p.polrelid = c.oid)
                <> array[array['tenant', '*', 'true', '{0}', '(establishment_id = ' || '\(setting)' || ')',
                    '(establishment_id = ' || '\(setting)' || ')']]
            """
        ),
        (
            "what is visible of placement is not what the fence needs",
            """
            select relname from pg_class c where \(isTenants) and c.relname = 'placement' and (
                select string_agg(p.polname || ' ' || p.polcmd::text || ' ' || (select string_agg(coalesce(r.rolname, 'public'), ',')
                    from unnest(p.polroles) u left join pg_roles r on r.oid = u), '; ' order by p.polname)
                from pg_policy p where p.polrelid = c.oid) is distinct from 
                'placement_admin * preau_admin; placement_node r preau_node; placement_owner r preau_owner'
            """
        ),
        (
            "a view, sequence or foreign table: rows would pass by the policies or stay behind in a move",
            "select relname from pg_class c where \(isOurs) and c.relkind in ('v', 'm', 'S', 'f')"
        ),
        (
            "a replica identity other than the primary key",
            "select relname from pg_class c where \(isTable) and c.relreplident <> 'd'"
        ),
        (
            "a column that a move does not carry",
            """
            select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
                where \(isTable)
                and a.attnum > 0 and not a.attisdropped and (a.attidentity <> '' or a.atttypid in ('oid'::regtype, 'xid'::regtype,
                    'pg_lsn'::regtype) or pg_get_expr((select adbin from pg_attrdef d where d.adrelid = a.attrelid
                        and d.adnum = a.attnum), a.attrelid) like 'nextval(%')
            """
        ),
        (
            "the mover cannot bring it along",
            """
            select relname from pg_class c where \(isTenants) and (
                select array_agg(g.privilege_type order by g.privilege_type) from aclexplode(c.relacl) g
                where g.grantee = 'preau_mover'::regrole) is distinct from '{DELETE,INSERT,SELECT,UPDATE}'
            """
        ),
        (
            "more than select for preau_node",
            """
            select distinct c.relname from pg_class c, aclexplode(c.relacl) g
                where \(isTable) and c.relname in ('placement', 'migration')
                and g.grantee = 'preau_node'::regrole and g.privilege_type <> 'SELECT'
            """
        ),
    ]

    private static let commonRules: [(rule: String, query: String)] = [
        (
            "granted to everybody",
            "select distinct c.relname from pg_class c, aclexplode(c.relacl) g where \(isOurs) and g.grantee = 0"
        ),
        (
            "a privilege other than select, insert, update and delete",
            """
            select distinct c.relname || ' ' || g.privilege_type from pg_class c, aclexplode(c.relacl) g
                where \(isOurs)
                and g.grantee in ('preau_node'::regrole, 'preau_admin'::regrole)
                and (g.is_grantable or g.privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))
            """
        ),
        (
            "granted to a role that is none of ours",
            """
            select distinct c.relname || ' ' || g.grantee::regrole from pg_class c, aclexplode(c.relacl) g
                where \(isOurs)
                and g.grantee <> 0
                and g.grantee::regrole::text not in ('preau_owner', 'preau_node', 'preau_admin', 'preau_mover')
            """
        ),
        (
            "not owned by preau_owner",
            "select relname from pg_class c where \(isOurs) and c.relowner <> 'preau_owner'::regrole"
        ),
        (
            "a function that everybody may call",
            """
            select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
                and (p.proacl is null or exists (select from aclexplode(p.proacl) g where g.grantee = 0))
            """
        ),
        (
            "a function without a search_path of its own",
            """
            select p.oid::regprocedure from pg_proc p where p.pronamespace = 'public'::regnamespace
                -- A body that was parsed when it was made depends on none.
                and p.prosqlbody is null
                and not coalesce(array_to_string(p.proconfig, ' '), '') like '%search_path=%'
            """
        ),
        (
            "a role with a right that no role of ours has",
            """
            select rolname from pg_roles where rolname like 'preau%' and (rolsuper or rolcreaterole or rolcreatedb
                or rolname <> 'preau_mover' and (rolbypassrls or rolreplication))
            """
        ),
        (
            "a role of the application that owns something, belongs to another role or may replicate",
            """
            select r.rolname from pg_roles r where r.rolname in ('preau_node', 'preau_admin') and (r.rolreplication
                or exists (select from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid
                    and d.deptype = 'o')
                or exists (select from pg_auth_members m where m.member = r.oid))
            """
        ),
        (
            "may create in the schema or the database",
            """
            select r.rolname from pg_roles r where r.rolname in ('preau_node', 'preau_admin')
                and (has_schema_privilege(r.oid, 'public', 'create') or has_database_privilege(r.oid, current_database(), 'create'))
            """
        ),
        (
            "a time without a zone: times are stored in UTC",
            """
            select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
                where \(isTable)
                and a.attnum > 0 and not a.attisdropped
                and a.atttypid in ('timestamp'::regtype, 'time'::regtype, 'timetz'::regtype, 'timestamp[]'::regtype)
            """
        ),
    ]
}
