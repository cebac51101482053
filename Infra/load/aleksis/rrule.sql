create domain rrule as text;
create function rrule_step(rule text) returns interval language sql immutable as $$
    select case when rule ~ '(;|^)(BY[A-Z]+|COUNT|UNTIL)=' then null
        else coalesce(substring(rule from 'INTERVAL=(\d+)')::int, 1)
            * case substring(rule from 'FREQ=(\w+)') when 'DAILY' then interval '1 day' when 'WEEKLY' then interval '7 days' when 'YEARLY' then interval '1 year' end end
$$;
create function get_occurrences(rule rrule, first timestamp, last timestamp) returns timestamp[] language sql immutable as $$
    select array(select generate_series(first, last, rrule_step(rule)))
$$;
create function get_occurrences(rule rrule, first timestamptz, last timestamptz) returns timestamptz[] language sql stable as $$
    select array(select generate_series(first, last, rrule_step(rule)))
$$;
