extension Migration {
    /// Codes that a school gives its pupils by itself: one by a teacher, a class of them by the head.
    static let pupilCodes = Migration(
        20, "PupilCodes",
        """
        -- contract: the one before it gave a single code, and no node of any release called it.
        drop function preau_issue_pupil_code(uuid, integer, uuid, text, uuid, text);

        -- Gives codes to pupils of a school, and says to whom: a teacher or school life one at a time, for an hour; the head as
        -- many as a class has, for a day. Never to somebody who is anything else than a pupil anywhere, administers something,
        -- or has a second factor. What they have now stays good until they use the code.
        create function preau_issue_pupil_codes(school integer, holders uuid[], letters uuid[], hashes text[], issuer uuid,
            from_address text) returns setof uuid
        language plpgsql volatile security definer set search_path = pg_catalog, public as $$
        declare
            heads boolean;
            given integer;
        begin
            select bool_or(p.role = 'head') into heads from public.profile p join public.account a on a.id = p.account_id
                where p.account_id = issuer and p.establishment_id = school and p.role in ('teacher', 'school_life', 'head')
                    and p.valid_from <= current_date and (p.valid_to is null or p.valid_to >= current_date) and a.state = 'active';
            if heads is null or cardinality(holders) > (case when heads then 100 else 1 end) then
                return;
            end if;
            -- Two requests at once count each other.
            perform pg_advisory_xact_lock(hashtext('pupil codes'), hashtext(issuer::text));
            select count(*) into given from public.audit l where l.actor = issuer::text and l.action = 'account.pupil_code'
                and l.at > now() - interval '1 day';
            if given + cardinality(holders) > (case when heads then 3000 else 200 end) then
                return;
            end if;
            return query
            with wanted as (
                select w.holder, w.letter, w.hash from unnest(holders, letters, hashes) as w (holder, letter, hash)
                    join public.account a on a.id = w.holder and a.state in ('pending', 'active')
                where exists (select from public.profile p where p.account_id = w.holder and p.establishment_id = school
                        and p.role = 'pupil' and (p.valid_to is null or p.valid_to >= current_date))
                    and not exists (select from public.profile p where p.account_id = w.holder and p.role <> 'pupil')
                    and not exists (select from public.administrator m where m.account_id = w.holder)
                    and not exists (select from public.second_factor f where f.account_id = w.holder)
            ), put as (
                insert into public.access_code (account_id, letter, purpose, code_hash, issued_by, expires_at)
                select w.holder, w.letter, 'reset', w.hash, issuer::text,
                    now() + case when cardinality(holders) > 1 then interval '1 day' else interval '1 hour' end
                from wanted w order by w.holder
                on conflict (account_id) do update set letter = excluded.letter, purpose = excluded.purpose,
                    code_hash = excluded.code_hash, issued_by = excluded.issued_by, created_at = now(),
                    expires_at = excluded.expires_at
                returning account_id
            ), helped as (
                delete from public.reset_request r using put where r.account_id = put.account_id
            ), noted as (
                insert into public.audit (actor_kind, actor, address, action, scope, establishment_id, target)
                select 'account', issuer::text, from_address, 'account.pupil_code', e.territory_id, e.id, put.account_id::text
                from put, public.establishment e where e.id = school
            )
            select account_id from put;
        end $$;
        revoke execute on function preau_issue_pupil_codes(integer, uuid[], uuid[], text[], uuid, text) from public;
        grant execute on function preau_issue_pupil_codes(integer, uuid[], uuid[], text[], uuid, text) to preau_node;

        -- Which of their pupils have said that their password is lost.
        grant select on reset_request to preau_node;
        """)
}
