extension Migration {
    /// Since when an establishment is closed, so that its people can be erased in time.
    static let closedSchools = Migration(
        23, "ClosedSchools",
        """
        alter table establishment
            add column closed_at        timestamptz,
            -- Nobody is left in it: neither here nor on its shard. Empty again when it is reopened.
            add column people_erased_at timestamptz;
        -- Whatever closes one, a person, a merger or a manifest, the clock runs.
        create function establishment_closes() returns trigger language plpgsql set search_path = pg_catalog, public as $$
        begin
            if new.state <> 'closed' then
                new.closed_at := null;
                new.people_erased_at := null;
            elsif old.state <> 'closed' then
                new.closed_at := now();
                new.people_erased_at := null;
            end if;
            return new;
        end $$;
        revoke execute on function establishment_closes() from public;
        create trigger establishment_closes before update of state on establishment
            for each row execute function establishment_closes();
        update establishment set closed_at = updated_at where state = 'closed';
        create index establishment_closed on establishment (closed_at) where state = 'closed' and people_erased_at is null;
        """)
}
