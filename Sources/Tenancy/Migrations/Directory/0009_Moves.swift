extension Migration {
    static let directoryMoves = Migration(
        9, "Moves",
        """
        -- One move of one establishment to another shard. The state is written before what it names is begun, so that whoever
        -- takes an interrupted move over knows how far it can have come. Everything before 'flipped' can be undone, and the row
        -- and the establishment's placement change in one transaction: that is the moment of the move.
        create table move (
            id               bigint generated always as identity primary key,
            establishment_id integer not null references establishment,
            source_shard     smallint not null references shard,
            target_shard     smallint not null references shard,
            epoch            bigint not null,            -- of the placement on the target
            -- Takes over the way back of an earlier move: nothing is copied.
            returns          bigint references move,
            state            text not null default 'planned'
                             check (state in ('planned', 'slot', 'copying', 'catching_up', 'frozen', 'verifying', 'flipped',
                                              'draining', 'done', 'aborting', 'aborted')),
            attempt          smallint not null default 1,
            -- Names of slot, publication and subscription: towards the target, and back.
            feed             text not null default '',
            back_feed        text not null default '',
            -- What the target writes is replicated back to the source until it is closed: 'open' can be taken.
            way_back         text not null default 'none' check (way_back in ('none', 'open', 'taken', 'closing', 'closed', 'lost')),
            keep_seconds     integer not null check (keep_seconds >= 0),
            way_back_until   timestamptz,
            is_forced        boolean not null default false, -- also when everybody comes in
            is_cancelled     boolean not null default false, -- asked for; heeded until the pause
            bytes_per_second bigint check (bytes_per_second > 0),
            rows_expected    bigint not null default 0,
            rows_copied      bigint not null default 0,
            bytes_copied     bigint not null default 0,
            pause_ms         double precision,
            -- In the target's log: what is written from there on is for the source.
            back_from        text not null default '',
            verification     text not null default 'pending' check (verification in ('pending', 'equal', 'different', 'skipped')),
            error            text not null default '',
            requested_by     text not null default '',
            owner            text not null default '',   -- the process that works on it
            lease_until      timestamptz,
            created_at       timestamptz not null default now(),
            started_at       timestamptz,
            copying_at       timestamptz,
            flipped_at       timestamptz,
            ended_at         timestamptz,
            check (source_shard <> target_shard)
        );
        create unique index move_live on move (establishment_id) where state not in ('done', 'aborted');
        create unique index move_way_back on move (establishment_id) where way_back in ('open', 'closing');
        create index move_unfinished on move (id)
            where state not in ('done', 'aborted') or way_back in ('open', 'closing');
        create index move_establishment on move (establishment_id, id desc);

        -- The moment of the move. Fails, and changes nothing, unless the caller still owns it and nobody changed the placement.
        create function move_flip(move_id bigint, move_owner text, pause double precision, place text) returns void
        language plpgsql set search_path = pg_catalog, public as $$
        declare
            m move;
        begin
            update move set state = 'flipped', flipped_at = clock_timestamp(), pause_ms = pause, back_from = place, lease_until = clock_timestamp() + interval '15 s'
            where id = move_id and state = 'verifying' and owner = move_owner and lease_until > clock_timestamp() returning * into m;
            if not found then
                raise exception 'the move is not ours any more' using errcode = 'PR003';
            end if;
            update establishment set shard_id = m.target_shard, epoch = m.epoch, updated_at = now()
            where id = m.establishment_id and shard_id = m.source_shard and epoch = m.epoch - 1;
            if not found then
                raise exception 'the placement was changed' using errcode = 'PR003';
            end if;
        end $$;
        revoke execute on function move_flip(bigint, text, double precision, text) from public;
        grant execute on function move_flip(bigint, text, double precision, text) to preau_admin;

        grant select, insert, update on move to preau_admin;
        """)
}
