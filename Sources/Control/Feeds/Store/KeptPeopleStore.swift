internal import Postgres

/// People whose record cannot be taken. It says at least that they are still there: nothing of them changes, neither their
/// classes and lessons nor who answers for them.
enum KeptPeopleStore {
    /// Whoever has another record, which can be taken, is taken.
    static let dropTaken = PostgresStatement(
        """
        delete from feed_stage_person k where k.import_number = $1 and k.role = 'kept' and exists (
            select from feed_stage_person p where p.import_number = $1 and p.scope = k.scope and p.key = k.key
                and p.role <> 'kept')
        """)
    /// Whoever is nowhere but in structures of which the feed says nothing: a wrong cell. Those who are in one that it names
    /// and that is not taken have gone there.
    static let addUnplaced = PostgresStatement(
        """
        insert into feed_stage_person (import_number, scope, key, structure, kind, role, ordinal, family_name, given_name,
            login_base, class, fed, digest)
        select distinct on (p.scope, p.key) $1::integer, p.scope, p.key, ' ', p.kind, 'kept', 0, '', '', '', '', '{}',
            feed_uuid('')
        from feed_stage_person p
        where p.import_number = $1 and p.structure not in ('', ' ') and not exists (
                select from feed_stage_structure s where s.import_number = $1 and s.scope = p.scope and s.key = p.structure)
            and not exists (
                select from feed_stage_person o join feed_stage_structure s
                    on s.import_number = $1 and s.scope = o.scope and s.key = o.structure
                where o.import_number = $1 and o.scope = p.scope and o.key = p.key)
        order by p.scope, p.key
        """)
    static let dropLinks = PostgresStatement(
        """
        delete from feed_stage_link l using feed_stage_person k
        where l.import_number = $1 and k.import_number = $1 and k.role = 'kept' and k.scope = l.scope and k.key = l.pupil_key
        """)
    /// Guardians are where their pupils are.
    static let knownLinks = PostgresStatement(
        """
        insert into feed_stage_link (import_number, scope, pupil_key, guardian_key, structure, kinship, level, financial,
            contact, payment, position, ordinal)
        select $1, k.scope, l.pupil_key, l.guardian_key, l.structure, l.kinship, l.level, l.financial, l.contact, l.payment,
            l.position, 0
        from (select distinct scope, key from feed_stage_person where import_number = $1 and role = 'kept') k
            join feed_scope c on c.import_number = $1 and c.scope = k.scope
            join feed_link l on l.domain = c.domain and l.pupil_key = k.key
        """)
    /// Those of the territories `$2` who would be gone otherwise: the first `$3`, with how many there are.
    static let list = PostgresStatement(
        """
        select m.kind, m.key, count(*) over () from (
                select distinct scope, key from feed_stage_person where import_number = $1 and role = 'kept') k
            join feed_scope c on c.import_number = $1 and c.scope = k.scope
            join feed_person m on m.domain = c.domain and m.key = k.key
        where exists (
            select from feed_profile f join establishment e on e.id = f.establishment_id
            where f.domain = m.domain and f.key = m.key and e.territory_id = any ($2::text[]))
        order by m.key, m.domain limit $3
        """)
}
