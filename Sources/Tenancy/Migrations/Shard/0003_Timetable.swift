extension Migration {
    /// The timetable: what a week is made of in theory, and what happens to it day by day.
    static let timetable = Migration(
        3, "Timetable",
        """
        -- One row a school year. Every write to a table below raises the version in the same transaction: what a node keeps in
        -- memory under an older version is then never served (docs/decisions/0003).
        create table timetable (
            establishment_id integer not null,
            school_year      smallint not null,
            version          bigint not null default 1 check (version > 0),
            primary key (establishment_id, school_year),
            foreign key (establishment_id, school_year) references school_year (establishment_id, year) on delete cascade
        );
        select preau_isolate('timetable');

        -- The bell schedule: M1 … S4. Times are minutes since local midnight.
        create table timetable_period (
            establishment_id integer not null,
            school_year      smallint not null,
            position         smallint not null,
            label            text not null check (label <> ''),
            starts           smallint not null check (starts >= 0),
            ends             smallint not null check (ends <= 1440),
            primary key (establishment_id, school_year, position),
            foreign key (establishment_id, school_year) references timetable on delete cascade,
            check (starts < ends)
        );
        select preau_isolate('timetable_period');

        -- Each week by its Monday: A, B or off. Decided by the establishment, never computed from the week's number.
        create table timetable_week (
            establishment_id integer not null,
            school_year      smallint not null,
            monday           date not null check (extract(isodow from monday) = 1),
            kind             text not null check (kind in ('a', 'b', 'off')),
            primary key (establishment_id, school_year, monday),
            foreign key (establishment_id, school_year) references timetable on delete cascade
        );
        select preau_isolate('timetable_week');

        -- Single days without lessons: public holidays, bridges.
        create table timetable_closed_day (
            establishment_id integer not null,
            school_year      smallint not null,
            day              date not null,
            label            text not null,
            primary key (establishment_id, school_year, day),
            foreign key (establishment_id, school_year) references timetable on delete cascade
        );
        select preau_isolate('timetable_closed_day');

        create table lesson (
            establishment_id integer not null,
            id               uuid not null,
            school_year      smallint not null,
            subject_id       uuid not null,
            weekday          smallint not null check (weekday between 1 and 7),
            starts           smallint not null check (starts >= 0),
            ends             smallint not null check (ends <= 1440),
            cycle            text not null check (cycle in ('every', 'a', 'b')),
            valid_from       date not null,
            valid_until      date not null,
            revision         integer not null default 1,
            updated_at       timestamptz not null default now(),
            updated_by       uuid,                      -- the person who wrote it last; null: an import
            primary key (establishment_id, id),
            foreign key (establishment_id, school_year) references timetable on delete cascade,
            foreign key (establishment_id, subject_id) references subject,
            check (starts < ends),
            check (valid_from <= valid_until)
        );
        create index lesson_year on lesson (establishment_id, school_year);
        select preau_isolate('lesson');

        create table lesson_teacher (
            establishment_id integer not null,
            lesson_id        uuid not null,
            person_id        uuid not null,
            primary key (establishment_id, lesson_id, person_id),
            foreign key (establishment_id, lesson_id) references lesson on delete cascade,
            foreign key (establishment_id, person_id) references person on delete cascade
        );
        create index lesson_teacher_person on lesson_teacher (establishment_id, person_id);
        select preau_isolate('lesson_teacher');

        create table lesson_group (
            establishment_id integer not null,
            lesson_id        uuid not null,
            group_id         uuid not null,
            primary key (establishment_id, lesson_id, group_id),
            foreign key (establishment_id, lesson_id) references lesson on delete cascade,
            foreign key (establishment_id, group_id) references teaching_group on delete cascade
        );
        create index lesson_group_group on lesson_group (establishment_id, group_id);
        select preau_isolate('lesson_group');

        create table lesson_room (
            establishment_id integer not null,
            lesson_id        uuid not null,
            room_id          uuid not null,
            primary key (establishment_id, lesson_id, room_id),
            foreign key (establishment_id, lesson_id) references lesson on delete cascade,
            foreign key (establishment_id, room_id) references room
        );
        create index lesson_room_room on lesson_room (establishment_id, room_id);
        select preau_isolate('lesson_room');

        -- What happens to a lesson on a day, at most one change each; or, without a lesson, one that takes place once.
        create table lesson_change (
            establishment_id integer not null,
            id               uuid not null,
            school_year      smallint not null,
            lesson_id        uuid,
            day              date not null,
            kind             text not null
                             check (kind in ('cancelled', 'moved', 'replaced', 'room_changed', 'supervised', 'exceptional')),
            new_day          date,
            new_starts       smallint check (new_starts >= 0),
            new_ends         smallint check (new_ends <= 1440),
            subject_id       uuid,
            public_note      text not null default '' check (length(public_note) <= 500),
            private_reason   text not null default '' check (length(private_reason) <= 500),
            published_at     timestamptz not null default now(),
            updated_at       timestamptz not null default now(),
            updated_by       uuid,
            primary key (establishment_id, id),
            unique (establishment_id, lesson_id, day),
            foreign key (establishment_id, school_year) references timetable on delete cascade,
            foreign key (establishment_id, lesson_id) references lesson on delete cascade,
            foreign key (establishment_id, subject_id) references subject,
            check ((kind = 'exceptional') = (lesson_id is null)),
            check (kind <> 'exceptional' or (new_starts is not null and subject_id is not null)),
            check (kind <> 'moved' or (new_day is not null and new_starts is not null)),
            check ((new_starts is null) = (new_ends is null)),
            check (new_starts is null or new_starts < new_ends)
        );
        create index lesson_change_year on lesson_change (establishment_id, school_year, day);
        select preau_isolate('lesson_change');

        -- Whom, where and which groups a change brings in; empty keeps the lesson's own.
        create table lesson_change_teacher (
            establishment_id integer not null,
            change_id        uuid not null,
            person_id        uuid not null,
            primary key (establishment_id, change_id, person_id),
            foreign key (establishment_id, change_id) references lesson_change on delete cascade,
            foreign key (establishment_id, person_id) references person on delete cascade
        );
        create index lesson_change_teacher_person on lesson_change_teacher (establishment_id, person_id);
        select preau_isolate('lesson_change_teacher');

        create table lesson_change_room (
            establishment_id integer not null,
            change_id        uuid not null,
            room_id          uuid not null,
            primary key (establishment_id, change_id, room_id),
            foreign key (establishment_id, change_id) references lesson_change on delete cascade,
            foreign key (establishment_id, room_id) references room
        );
        create index lesson_change_room_room on lesson_change_room (establishment_id, room_id);
        select preau_isolate('lesson_change_room');

        create table lesson_change_group (
            establishment_id integer not null,
            change_id        uuid not null,
            group_id         uuid not null,
            primary key (establishment_id, change_id, group_id),
            foreign key (establishment_id, change_id) references lesson_change on delete cascade,
            foreign key (establishment_id, group_id) references teaching_group on delete cascade
        );
        create index lesson_change_group_group on lesson_change_group (establishment_id, group_id);
        select preau_isolate('lesson_change_group');
        """)
}
