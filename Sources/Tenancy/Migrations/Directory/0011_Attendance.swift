extension Migration {
    /// What administrators look back on: who came, how it went, what went over the line.
    static let attendance = Migration(
        11, "Attendance",
        """
        -- Bytes over the line in slots of ten minutes, kept for eight days; added to by every node.
        create table line_usage (
            scope_kind text not null check (scope_kind in ('territory', 'establishment')),
            scope      text not null,
            slot       timestamptz not null,
            sent       bigint not null,
            received   bigint not null,
            primary key (scope_kind, scope, slot)
        );
        create index line_usage_slot on line_usage (slot);

        -- One row a territory and minute, kept for thirty-five days; added to by every node.
        create table attendance (
            territory_id text not null references territory on delete cascade,
            minute       timestamptz not null,
            connected    integer not null default 0,    -- people, the most that was seen
            waiting      integer not null default 0,
            requests     bigint not null default 0,
            good         bigint not null default 0,     -- answered rightly within three seconds of reaching the front
            failed       bigint not null default 0,     -- 5xx
            shed         bigint not null default 0,     -- turned away to protect the others
            refused      jsonb not null default '{}',   -- by rule: how often it kept somebody out
            primary key (territory_id, minute)
        );
        create index attendance_minute on attendance (minute);

        grant select, insert, update, delete on line_usage, attendance to preau_node;
        grant select on line_usage, attendance to preau_admin;
        """)
}
