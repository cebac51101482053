extension Migration {
    /// Work that outlives a request and a process, and an audit log that says from where and for whom.
    static let jobs = Migration(
        6, "Jobs",
        """
        -- queued: waits until due_at · running: held by whoever has the lease, until due_at, and then anybody's
        create table job (
            id               uuid primary key,
            kind             text not null check (kind ~ '^[a-z][a-z0-9_.]{1,62}$'),
            state            text not null default 'queued'
                             check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
            priority         smallint not null default 0,
            territory_id     text references territory,       -- whose it is; both null: the platform's
            establishment_id integer references establishment,
            title            text not null check (length(title) between 1 and 200),
            parameters       jsonb not null default '{}',
            -- Where the next attempt goes on; written in the transaction of what it tells about, wherever that can be.
            checkpoint       jsonb not null default '{}',
            step             text not null default '',
            done             bigint not null default 0,
            total            bigint,
            attempts         smallint not null default 0,
            most_attempts    smallint not null default 5 check (most_attempts > 0),
            due_at           timestamptz not null default now(),
            lease            uuid,
            lease_holder     text not null default '',
            cancel_requested boolean not null default false,
            is_cancellable   boolean not null default true,
            unique_key       text,                             -- at most one unfinished job has it
            result           jsonb,
            failure          text,
            actor_kind       text not null check (actor_kind in ('account', 'token', 'system')),
            actor            text not null,
            created_at       timestamptz not null default now(),
            started_at       timestamptz,
            finished_at      timestamptz,
            check ((state = 'running') = (lease is not null)),
            check ((state in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null))
        );
        create index job_due on job (priority desc, due_at) where state in ('queued', 'running');
        create unique index job_unique_key on job (unique_key) where unique_key is not null and state in ('queued', 'running');
        create index job_territory on job (territory_id, id desc);
        create index job_establishment on job (establishment_id, id desc);
        create index job_finished on job (finished_at) where finished_at is not null;

        create table job_log (
            job_id  uuid not null references job on delete cascade,
            number  bigint generated always as identity,
            at      timestamptz not null default now(),
            level   text not null check (level in ('info', 'warning', 'error')),
            message text not null check (length(message) <= 2000),
            primary key (job_id, number)
        );

        -- What a job made, until somebody fetches it. What holds secrets is sealed by the process, not readable here.
        create table job_file (
            job_id     uuid not null references job on delete cascade,
            name       text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$'),
            media_type text not null,
            content    bytea not null,
            is_sealed  boolean not null default false,
            created_at timestamptz not null default now(),
            expires_at timestamptz not null,
            primary key (job_id, name)
        );
        create index job_file_expiry on job_file (expires_at);

        -- First statement of what a job writes: whoever has lost the lease writes nothing any more.
        --   PR010: the lease is another's · PR011: somebody asked to stop
        create function preau_hold_job(job_id uuid, held uuid) returns void
        language plpgsql volatile set search_path = pg_catalog, public as $$
        declare
            here record;
        begin
            select state, lease, cancel_requested, is_cancellable into here from public.job where id = job_id for update;
            if not found or here.state <> 'running' or here.lease <> held then
                raise exception 'the job is held by another' using errcode = 'PR010';
            end if;
            if here.cancel_requested and here.is_cancellable then
                raise exception 'the job was asked to stop' using errcode = 'PR011';
            end if;
        end $$;
        revoke execute on function preau_hold_job(uuid, uuid) from public;
        grant execute on function preau_hold_job(uuid, uuid) to preau_admin;

        -- One notification a transaction: instances look for work, and for requests to stop, at once.
        create function job_changed() returns trigger language plpgsql set search_path = pg_catalog, public as $$
        begin
            perform pg_notify('preau_jobs', '');
            return null;
        end $$;
        revoke execute on function job_changed() from public;
        create trigger job_added after insert on job for each statement execute function job_changed();
        create trigger job_asked_to_stop after update of cancel_requested on job
            for each statement execute function job_changed();

        -- When the leader starts what comes back by itself, and who leads.
        create table job_schedule (
            name    text primary key,
            next_at timestamptz not null default now()
        );
        create table leadership (
            name     text primary key,
            instance text not null,
            since    timestamptz not null default now()
        );

        grant select, insert, update, delete on job, job_file, job_schedule, leadership to preau_admin;
        grant select, insert, delete on job_log to preau_admin;

        -- Whose matter an act was, so that each administrator finds their own, and from where it was done.
        alter table audit
            add column address          text not null default '',
            add column establishment_id integer;
        create index audit_scope on audit (scope, id);
        create index audit_establishment on audit (establishment_id, id) where establishment_id is not null;
        create index audit_actor on audit (actor, id);
        create index audit_action on audit (action text_pattern_ops, id);
        """)
}
