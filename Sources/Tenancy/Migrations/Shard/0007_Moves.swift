extension Migration {
    /// What the mover of establishments needs on a shard; its role is made by the superuser (`Infra/postgres/shard.sql`).
    static let moves = Migration(
        7, "Moves",
        """
        -- A freeze ends by itself: a mover that dies in it holds nobody up for long. Null: until somebody ends it.
        alter table placement add column frozen_until timestamptz;

        grant usage on schema public to preau_mover;
        grant select on migration to preau_mover;
        grant select, insert, update, delete on placement to preau_mover;

        create or replace function preau_enter(establishment integer, expected_epoch bigint) returns void
        language plpgsql volatile set search_path = pg_catalog, public as $$
        declare
            here record;
        begin
            if not pg_try_advisory_xact_lock_shared(20557, establishment) then
                raise exception 'the establishment is being moved' using errcode = 'PR002';
            end if;
            select epoch, state, frozen_until into here from public.placement where establishment_id = establishment;
            if not found or here.epoch <> expected_epoch or here.state in ('arriving', 'moved') then
                raise exception 'the establishment is not here under this epoch' using errcode = 'PR001';
            end if;
            -- The mover goes on from a freeze under the exclusive lock, and only before its end.
            if here.state = 'frozen' and (here.frozen_until is null or here.frozen_until > clock_timestamp()) then
                raise exception 'the establishment is frozen' using errcode = 'PR002';
            end if;
            perform set_config('preau.establishment', establishment::text, true);
        end $$;

        create or replace function preau_isolate(target regclass, node_privileges text default 'select, insert, update, delete')
        returns void language plpgsql set search_path = pg_catalog, public as $$
        begin
            execute format('alter table %s enable row level security', target);
            execute format('alter table %s force row level security', target);
            execute format(
                'create policy tenant on %s using (establishment_id = nullif(current_setting(''preau.establishment'', true), '''')::integer)'
                || ' with check (establishment_id = nullif(current_setting(''preau.establishment'', true), '''')::integer)', target);
            execute format('revoke all on %s from public', target);
            execute format('grant %s on %s to preau_node', node_privileges, target);
            execute format('grant select, insert, update, delete on %s to preau_admin, preau_mover', target);
        end $$;

        -- Every table that holds rows of establishments, found rather than listed: a new service's tables move the day they exist.
        create function preau_tenant_tables() returns table (name name, columns text) language sql stable
        set search_path = pg_catalog, public as $$
            select c.relname,
                (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
                and c.relname not in ('placement', 'migration')
            order by c.relname
        $$;
        revoke execute on function preau_tenant_tables() from public;
        grant execute on function preau_tenant_tables() to preau_mover, preau_admin;

        do $$
        declare
            found record;
        begin
            for found in select name from preau_tenant_tables() loop
                execute format('grant select, insert, update, delete on %I to preau_mover', found.name);
            end loop;
        end $$;

        -- Tells what happens to one establishment's rows, in every table. Only an owner of the tables may publish them.
        create function preau_publish(feed text, establishment integer) returns void
        language plpgsql security definer set search_path = pg_catalog, public as $$
        begin
            if feed !~ '^preau_move_[0-9]+_[0-9]+(_back)?$' then
                raise exception 'not the name of a move' using errcode = 'invalid_name';
            end if;
            if exists (select from pg_publication where pubname = feed) then return; end if;
            execute format('create publication %I for %s with (publish = ''insert, update, delete'', publish_via_partition_root = true)',
                feed, (select string_agg(format('table public.%I where (establishment_id = %s)', name, establishment), ', ')
                       from public.preau_tenant_tables()));
        end $$;
        revoke execute on function preau_publish(text, integer) from public;
        grant execute on function preau_publish(text, integer) to preau_mover;

        create function preau_unpublish(feed text) returns void
        language plpgsql security definer set search_path = pg_catalog, public as $$
        begin
            if feed !~ '^preau_move_[0-9]+_[0-9]+(_back)?$' then
                raise exception 'not the name of a move' using errcode = 'invalid_name';
            end if;
            execute format('drop publication if exists %I', feed);
        end $$;
        revoke execute on function preau_unpublish(text) from public;
        grant execute on function preau_unpublish(text) to preau_mover;
        """)
}
