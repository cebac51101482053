extension Migration {
    static let control = Migration(
        4, "Control",
        """
        -- What a territory, a department or an establishment declares; enforced by the part that its kind names.
        create table rule (
            scope_kind text not null check (scope_kind in ('platform', 'territory', 'department', 'establishment')),
            scope      text not null,                   -- the territory's id, the department's code or the UAI
            kind       text not null check (kind in ('admission', 'window')),
            name       text not null,
            document   jsonb not null,
            source     text not null check (source in ('manifest', 'console')),
            territory_id text references territory on delete cascade, -- whose manifest declares it; null: the console
            updated_at timestamptz not null default now(),
            primary key (scope_kind, scope, kind, name),
            check ((source = 'manifest') = (territory_id is not null))
        );

        -- Bits per second; ceil is what may be borrowed up to when the parent has it to spare.
        create table quota (
            scope_kind text not null check (scope_kind in ('platform', 'territory', 'department', 'establishment')),
            scope      text not null,
            rate       bigint not null check (rate > 0),
            ceil       bigint not null,
            valid_from date not null default '-infinity', -- the greatest that is not in the future is in force
            source     text not null check (source in ('manifest', 'console')),
            territory_id text references territory on delete cascade, -- whose manifest declares it; null: the console
            updated_at timestamptz not null default now(),
            primary key (scope_kind, scope, valid_from),
            check (rate <= ceil),
            check ((source = 'manifest') = (territory_id is not null))
        );

        create table manifest_application (
            id           bigint generated always as identity primary key,
            territory_id text not null,
            digest       text not null,                 -- of the folder that was applied
            actor        text not null,
            summary      jsonb not null default '{}',
            applied_at   timestamptz not null default now()
        );
        create index manifest_application_territory on manifest_application (territory_id, id desc);

        create table audit (
            id         bigint generated always as identity primary key,
            at         timestamptz not null default now(),
            actor_kind text not null check (actor_kind in ('account', 'token', 'system')),
            actor      text not null,
            action     text not null,                   -- 'establishment.suspend'
            scope      text not null default '',
            target     text not null default '',
            before     jsonb,
            after      jsonb,
            request_id text not null default ''
        );
        create index audit_at on audit (at);
        create index audit_target on audit (target, id);

        create function audit_is_append_only() returns trigger language plpgsql set search_path = pg_catalog, public as $$
        begin
            raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
        end $$;
        revoke execute on function audit_is_append_only() from public;
        create trigger audit_is_append_only before update or delete or truncate on audit
            for each statement execute function audit_is_append_only();

        -- Answers already given, by the caller's Idempotency-Key; for writes whose effect is in the directory. Those on a
        -- shard have their own table there, written in the same transaction as the effect.
        create table idempotency (
            caller       text not null,                 -- account or token
            key          text not null check (length(key) between 1 and 255),
            request_hash bytea not null,
            status       smallint,                      -- null while the first request runs
            headers      jsonb,
            body         bytea,
            created_at   timestamptz not null default now(),
            primary key (caller, key)
        );
        create index idempotency_created on idempotency (created_at);

        grant select on rule, quota to preau_node;
        grant insert on audit to preau_node;
        grant select, insert, update, delete on idempotency to preau_node, preau_admin;
        grant select, insert, update, delete on rule, quota to preau_admin;
        grant select, insert on manifest_application, audit to preau_admin;
        """)
}
