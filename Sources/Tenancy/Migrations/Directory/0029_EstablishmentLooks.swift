extension Migration {
    /// Colours and host names that establishments have of their own.
    static let establishmentLooks = Migration(
        29, "EstablishmentLooks",
        """
        -- The same object as a territory's; null: its territory's.
        alter table establishment add column theme jsonb;
        create index establishment_theme on establishment (id) where theme is not null;

        create table establishment_host (
            host             text primary key check (host = lower(host) and host <> ''),
            establishment_id integer not null references establishment on delete cascade
        );
        create index establishment_host_establishment on establishment_host (establishment_id);

        -- A host name is of one thing on the whole platform, in whichever of the two tables. Two that want the same one wait
        -- for each other.
        create function host_name_is_free() returns trigger language plpgsql security definer
        set search_path = pg_catalog, public as $$
        begin
            perform pg_advisory_xact_lock(hashtextextended('host ' || new.host, 0));
            if tg_table_name = 'territory_host' and exists (select from public.establishment_host where host = new.host)
                or tg_table_name = 'establishment_host' and exists (select from public.territory_host where host = new.host)
            then
                raise exception 'the host name is in use' using errcode = 'unique_violation', constraint = 'host_name_is_free';
            end if;
            return new;
        end $$;
        revoke execute on function host_name_is_free() from public;
        create trigger host_name_is_free before insert or update of host on territory_host
            for each row execute function host_name_is_free();
        create trigger host_name_is_free before insert or update of host on establishment_host
            for each row execute function host_name_is_free();

        create trigger directory_changed after insert or update or delete on establishment_host
            for each statement execute function directory_changed('map');
        grant select on establishment_host to preau_node;
        grant select, insert, delete on establishment_host to preau_admin;
        """)
}
