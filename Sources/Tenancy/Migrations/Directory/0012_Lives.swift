extension Migration {
    /// The life of an establishment and of an account: former codes, what is switched off, names that can be searched, codes
    /// to activate, letters and what came of them.
    static let lives = Migration(
        12, "Lives",
        """
        -- While a job provisions it, nobody else opens it.
        alter table establishment
            add column provisioning_job uuid,
            add column merged_into      integer references establishment,
            -- Services that are switched off: on every node, in pages, API and navigation.
            add column modules_off      text[] not null default '{}';

        -- Codes that an establishment had before: nobody else may have them.
        create table establishment_former_uai (
            uai              text primary key check (uai ~ '^[0-9]{7}[A-Z]$'),
            establishment_id integer not null references establishment,
            until            timestamptz not null default now()
        );
        create function establishment_uai_was_free() returns trigger language plpgsql
        set search_path = pg_catalog, public as $$
        begin
            if exists (select from public.establishment_former_uai f where f.uai = new.uai and f.establishment_id <> new.id) then
                raise exception 'this code was another establishment''s' using errcode = 'unique_violation',
                    constraint = 'establishment_former_uai';
            end if;
            return new;
        end $$;
        revoke execute on function establishment_uai_was_free() from public;
        create trigger establishment_uai_was_free before insert or update of uai on establishment
            for each row execute function establishment_uai_was_free();

        -- Names as they are searched: without case, accents, hyphens and apostrophes (NameFolding does the same).
        create function preau_fold(name text) returns text language sql immutable strict parallel safe
        set search_path = pg_catalog as $$
            select lower(translate(replace(replace(replace(replace(replace(name, 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'),
                'ß', 'ss'), 'àâäáãåçéèêëíìîïñóòôöõøúùûüýÿÀÂÄÁÃÅÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØÚÙÛÜÝŸ''’-‐‑.,',
                'aaaaaaceeeeiiiinoooooouuuuyyaaaaaaceeeeiiiinoooooouuuuyy       ') collate "C")
        $$;
        revoke execute on function preau_fold(text) from public;
        grant execute on function preau_fold(text) to preau_admin, preau_node;
        alter table account
            add column family_key  text collate "C" generated always as (preau_fold(family_name)) stored,
            add column given_key   text collate "C" generated always as (preau_fold(given_name)) stored,
            add column merged_into uuid references account;
        create index account_family on account (family_key, given_key, id);
        create index account_given on account (given_key, family_key, id);
        create index account_login on account (login collate "C");
        create index account_merged on account (merged_into) where merged_into is not null;

        -- A code with which somebody chooses a password, once. Only its authentication code is kept, under the keys that sign
        -- sessions. letter: what the square on a letter leads to; it opens nothing by itself.
        create table access_code (
            account_id uuid primary key references account on delete cascade,
            letter     uuid not null unique,
            purpose    text not null check (purpose in ('activation', 'reset')),
            code_hash  text not null,
            issued_by  text not null,
            created_at timestamptz not null default now(),
            expires_at timestamptz not null
        );
        create index access_code_expiry on access_code (expires_at);

        -- Consumes the code, sets the password, opens the account, revokes its sessions: all or nothing.
        create function preau_redeem_code(holder uuid, hashes text[], chosen text, from_address text) returns boolean
        language plpgsql volatile security definer set search_path = pg_catalog, public as $$
        declare
            why text;
        begin
            delete from public.access_code c where c.account_id = holder and c.code_hash = any (hashes)
                and c.expires_at > now() returning purpose into why;
            if not found then
                return false;
            end if;
            update public.account set password_hash = chosen, password_changed_at = now(), updated_at = now(),
                session_epoch = session_epoch + 1, state = case state when 'pending' then 'active' else state end
                where id = holder and state in ('pending', 'active');
            if not found then
                return false;
            end if;
            insert into public.audit (actor_kind, actor, address, action, target)
                values ('account', holder::text, from_address, 'account.' || why, holder::text);
            return true;
        end $$;
        revoke execute on function preau_redeem_code(uuid, text[], text, text) from public;
        grant execute on function preau_redeem_code(uuid, text[], text, text) to preau_node, preau_admin;

        -- For a teacher's own pupils, for an hour: never for somebody who is anything else, nor without end.
        create function preau_issue_pupil_code(pupil uuid, school integer, letter_number uuid, hash text, issuer uuid,
            from_address text) returns boolean
        language plpgsql volatile security definer set search_path = pg_catalog, public as $$
        begin
            if not exists (select from public.account a where a.id = pupil and a.state in ('pending', 'active'))
                or not exists (select from public.profile p where p.account_id = pupil and p.establishment_id = school
                    and p.role = 'pupil')
                or exists (select from public.profile p where p.account_id = pupil and p.role <> 'pupil')
                or exists (select from public.administrator m where m.account_id = pupil)
                or not exists (select from public.profile p where p.account_id = issuer and p.establishment_id = school
                    and p.role in ('teacher', 'school_life', 'head'))
                or (select count(*) from public.audit l where l.actor = issuer::text and l.action = 'account.pupil_code'
                    and l.at > now() - interval '1 day') >= 200 then
                return false;
            end if;
            insert into public.access_code (account_id, letter, purpose, code_hash, issued_by, expires_at)
                values (pupil, letter_number, 'reset', hash, issuer::text, now() + interval '1 hour')
                on conflict (account_id) do update set letter = excluded.letter, purpose = excluded.purpose,
                    code_hash = excluded.code_hash, issued_by = excluded.issued_by, created_at = now(),
                    expires_at = excluded.expires_at;
            insert into public.audit (actor_kind, actor, address, action, scope, establishment_id, target)
                select 'account', issuer::text, from_address, 'account.pupil_code', e.territory_id, e.id, pupil::text
                from public.establishment e where e.id = school;
            return true;
        end $$;
        revoke execute on function preau_issue_pupil_code(uuid, integer, uuid, text, uuid, text) from public;
        grant execute on function preau_issue_pupil_code(uuid, integer, uuid, text, uuid, text) to preau_node;

        -- Somebody says that they have lost their password; those who know them give a code.
        create table reset_request (
            account_id   uuid primary key references account on delete cascade,
            requested_at timestamptz not null default now()
        );
        create index reset_request_time on reset_request (requested_at);
        create function preau_request_reset(wanted text) returns void
        language plpgsql volatile security definer set search_path = pg_catalog, public as $$
        begin
            insert into public.reset_request (account_id)
                select id from public.account where login = wanted and state in ('pending', 'active')
                on conflict (account_id) do update set requested_at = now();
        end $$;
        revoke execute on function preau_request_reset(text) from public;
        grant execute on function preau_request_reset(text) to preau_node;

        -- Letters that were printed for people, and what came of them: whoever has signed in since.
        create table letter_campaign (
            id               uuid primary key,
            establishment_id integer not null references establishment,
            criteria         jsonb not null,
            created_by       text not null,
            created_at       timestamptz not null default now()
        );
        create index letter_campaign_establishment on letter_campaign (establishment_id, id desc);
        create table letter_recipient (
            campaign_id uuid not null references letter_campaign on delete cascade,
            account_id  uuid not null references account on delete cascade,
            had_visited boolean not null,
            primary key (campaign_id, account_id)
        );
        create index letter_recipient_account on letter_recipient (account_id);

        -- Two accounts of one person made one; what moved is kept, so that it can be undone.
        create table account_merge (
            id          uuid primary key,
            kept_id     uuid not null references account,
            merged_id   uuid not null references account,
            moved       jsonb not null,
            state_before text not null,
            merged_by   text not null,
            merged_at   timestamptz not null default now(),
            undone_at   timestamptz
        );
        create index account_merge_kept on account_merge (kept_id);
        create index account_merge_merged on account_merge (merged_id);
        -- Pairs that somebody looked at and found to be two people.
        create table account_distinct (
            first_id   uuid not null references account on delete cascade,
            second_id  uuid not null references account on delete cascade,
            decided_by text not null,
            primary key (first_id, second_id),
            check (first_id < second_id)
        );
        create index account_distinct_second on account_distinct (second_id);

        grant select on access_code to preau_node;
        grant select, insert, update, delete on establishment_former_uai, access_code, reset_request, letter_campaign,
            letter_recipient, account_merge, account_distinct to preau_admin;
        """)
}
