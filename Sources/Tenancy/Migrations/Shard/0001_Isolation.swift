extension Migration {
    /// The fence that every transaction of a tenant passes, and the one way to make a table that only its tenant sees.
    static let isolation = Migration(
        1, "Isolation",
        """
        revoke all on schema public from public;
        grant usage on schema public to preau_node, preau_admin;
        grant select on migration to preau_node, preau_admin;

        -- Which establishments live here, and under which number of placement; the directory keeps the same number.
        -- arriving: rows are being copied here · active · frozen: read only, about to leave · moved: gone, rows left behind
        create table placement (
            establishment_id integer primary key,
            epoch            bigint not null check (epoch > 0),
            state            text not null check (state in ('arriving', 'active', 'frozen', 'moved')),
            changed_at       timestamptz not null default now()
        );
        -- Holds nothing of a tenant's, and is read before there is a tenant: the one table visible without one.
        alter table placement enable row level security;
        alter table placement force row level security;
        create policy placement_read on placement for select using (true);
        create policy placement_admin on placement for all to preau_admin using (true) with check (true);
        grant select on placement to preau_node;
        grant select, insert, update, delete on placement to preau_admin;

        -- First statement of a transaction that writes. The lock is taken before the row is read, and each statement of a
        -- volatile function sees what was committed before it: whoever holds the lock exclusively and then changes the row
        -- knows that no writer under the old number is left, and none can come.
        --   PR001: not here under this number (moved) · PR002: here, not taking writes for the moment (frozen)
        create function preau_enter(establishment integer, expected_epoch bigint) returns void
        language plpgsql volatile set search_path = pg_catalog, public as $$
        declare
            here record;
        begin
            if not pg_try_advisory_xact_lock_shared(20557, establishment) then
                raise exception 'the establishment is being moved' using errcode = 'PR002';
            end if;
            select epoch, state into here from public.placement where establishment_id = establishment;
            if not found or here.epoch <> expected_epoch or here.state in ('arriving', 'moved') then
                raise exception 'the establishment is not here under this epoch' using errcode = 'PR001';
            end if;
            if here.state = 'frozen' then
                raise exception 'the establishment is frozen' using errcode = 'PR002';
            end if;
            perform set_config('preau.establishment', establishment::text, true);
        end $$;
        revoke execute on function preau_enter(integer, bigint) from public;
        grant execute on function preau_enter(integer, bigint) to preau_node, preau_admin;

        -- For migrations: `select preau_isolate('lesson');` after `create table lesson (establishment_id integer not null, …)`.
        -- Makes the table's rows visible to their tenant only, its owner included, and grants what the roles may do with
        -- them. node_privileges: for tables that nodes only read, 'select'.
        create function preau_isolate(target regclass, node_privileges text default 'select, insert, update, delete')
        returns void language plpgsql set search_path = pg_catalog, public as $$
        begin
            execute format('alter table %s enable row level security', target);
            execute format('alter table %s force row level security', target);
            execute format(
                'create policy tenant on %s using (establishment_id = nullif(current_setting(''preau.establishment'', true), '''')::integer)'
                || ' with check (establishment_id = nullif(current_setting(''preau.establishment'', true), '''')::integer)', target);
            execute format('revoke all on %s from public', target);
            execute format('grant %s on %s to preau_node', node_privileges, target);
            execute format('grant select, insert, update, delete on %s to preau_admin', target);
        end $$;
        revoke execute on function preau_isolate(regclass, text) from public;
        """)
}
