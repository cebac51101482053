-- Run by the superuser in a shard's database, after roles.sql and at every start of the stack: who moves schools, and how.
-- preau_mover reads and writes the rows of every school of the shard (it copies them) and may replicate; it owns nothing. What
-- PostgreSQL 15 lets only a superuser do, making a subscription, is behind two functions that make and remove ours alone.
-- :"database" and the password are variables of psql.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set log_min_duration_statement = -1;

select 'create role preau_mover' where not exists (select from pg_roles where rolname = 'preau_mover') \gexec
alter role preau_mover login nosuperuser nocreatedb nocreaterole replication bypassrls password :'mover_password';
grant connect on database :"database" to preau_mover;
-- A school's backup comes back by way of temporary tables, which row-level security does not keep COPY from.
grant temporary on database :"database" to preau_admin;
-- How far a replication is, and who holds up a slot.
grant pg_read_all_stats to preau_mover;
-- Rows come in the order of their tables' sizes, not of their foreign keys; those were checked where they come from.
grant set on parameter session_replication_role to preau_mover;

create schema if not exists preau_moves;
revoke all on schema preau_moves from public;
grant usage on schema preau_moves to preau_mover;

-- One value of a connection string.
create or replace function preau_moves.word(value text) returns text language sql immutable set search_path = pg_catalog
return '''' || replace(replace(value, '\', '\\'), '''', '\''') || '''';
revoke execute on function preau_moves.word(text) from public;

-- Takes what a publication of another shard tells, by a slot of the same name, from a place in its log on ('': where the slot
-- begins). A slot that was advanced forgets it in a crash; where we begin, we do not. Safe to repeat.
create or replace function preau_moves.subscribe(feed text, host text, port integer, dbname text, password text, place text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if feed !~ '^preau_move_[0-9]+_[0-9]+(_back)?$' then
        raise exception 'not the name of a move' using errcode = 'invalid_name';
    end if;
    if exists (select from pg_subscription s join pg_database d on d.oid = s.subdbid
               where d.datname = current_database() and s.subname = feed) then
        return;
    end if;
    execute format(
        'create subscription %I connection %L publication %I with (copy_data = false, create_slot = false, slot_name = %L,'
        || ' binary = true, streaming = false, synchronous_commit = off, enabled = false)',
        feed,
        format('host=%s port=%s dbname=%s user=preau_mover password=%s application_name=%s connect_timeout=3 keepalives_idle=5'
               -- Of several servers, the one that takes writes.
               || ' keepalives_interval=2 keepalives_count=3 target_session_attrs=read-write',
               preau_moves.word(host), port, preau_moves.word(dbname), preau_moves.word(password), feed),
        feed, feed);
    if place <> '' then
        perform pg_replication_origin_advance('pg_' || s.oid, place::pg_lsn) from pg_subscription s
            join pg_database d on d.oid = s.subdbid where d.datname = current_database() and s.subname = feed;
    end if;
    execute format('alter subscription %I enable', feed);
exception when others then
    -- Raised anew: the context of the first one would put the connection string into the log.
    raise exception '%', sqlerrm using errcode = sqlstate;
end $$;
revoke execute on function preau_moves.subscribe(text, text, integer, text, text, text) from public;
grant execute on function preau_moves.subscribe(text, text, integer, text, text, text) to preau_mover;

-- Leaves the slot alone: the other shard may be gone. Safe to repeat.
create or replace function preau_moves.unsubscribe(feed text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if feed !~ '^preau_move_[0-9]+_[0-9]+(_back)?$' then
        raise exception 'not the name of a move' using errcode = 'invalid_name';
    end if;
    if not exists (select from pg_subscription s join pg_database d on d.oid = s.subdbid
                   where d.datname = current_database() and s.subname = feed) then
        return;
    end if;
    execute format('alter subscription %I disable', feed);
    execute format('alter subscription %I set (slot_name = none)', feed);
    execute format('drop subscription %I', feed);
end $$;
revoke execute on function preau_moves.unsubscribe(text) from public;
grant execute on function preau_moves.unsubscribe(text) to preau_mover;

-- How far the servers that follow this one are behind, for `preau shard list`: what needs a superuser is behind a function that tells
-- that and nothing else. Replications of moves are not among them.
create schema if not exists preau_server;
revoke all on schema preau_server from public;
grant usage on schema preau_server to preau_admin;

create or replace function preau_server.standbys(out standbys integer, out lag_bytes bigint, out lag_milliseconds bigint)
language sql security definer set search_path = pg_catalog
begin atomic
    select count(*)::integer, max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))::bigint,
           (max(extract(epoch from coalesce(replay_lag, interval '0'))) * 1000)::bigint
    from pg_stat_replication where not starts_with(application_name, 'preau_move_');
end;
revoke execute on function preau_server.standbys() from public;
grant execute on function preau_server.standbys() to preau_admin;
