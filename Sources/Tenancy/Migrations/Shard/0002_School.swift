extension Migration {
    /// Who is in an establishment, in which groups, with whom. Filled by the control plane; nodes read it.
    static let school = Migration(
        2, "School",
        """
        -- A school year is named by the year of its September: 2026 is 2026-2027. Days are inclusive at both ends.
        create table school_year (
            establishment_id integer not null,
            year             smallint not null check (year between 2000 and 2200),
            starts_on        date not null,
            ends_on          date not null,
            state            text not null default 'current' check (state in ('planned', 'current', 'archived')),
            primary key (establishment_id, year),
            check (starts_on < ends_on)
        );
        create unique index school_year_current on school_year (establishment_id) where state = 'current';
        select preau_isolate('school_year', 'select');

        -- Someone as this establishment knows them. A teacher whose child is a pupil here is two persons and one account.
        create table person (
            establishment_id integer not null,
            id               uuid not null,
            role             text not null
                             check (role in ('pupil', 'guardian', 'teacher', 'school_life', 'head', 'staff')),
            given_name       text not null,
            family_name      text not null,
            birth_date       date,
            external_id      text,                      -- in the file it came from
            source           text not null default 'manual',
            left_on          date,
            created_at       timestamptz not null default now(),
            updated_at       timestamptz not null default now(),
            primary key (establishment_id, id)
        );
        create unique index person_external on person (establishment_id, source, external_id) where external_id is not null;
        create index person_name on person (establishment_id, role, family_name, given_name);
        select preau_isolate('person', 'select');

        -- A class, or a group drawn from one or several classes.
        create table teaching_group (
            establishment_id integer not null,
            id               uuid not null,
            school_year      smallint not null,
            kind             text not null check (kind in ('class', 'group')),
            name             text not null check (name <> ''),
            level            text not null default '',  -- '6e', '2de'; empty for a group over several levels
            primary key (establishment_id, id),
            unique (establishment_id, school_year, kind, name),
            unique (establishment_id, school_year, id),
            foreign key (establishment_id, school_year) references school_year
        );
        select preau_isolate('teaching_group', 'select');

        create table membership (
            establishment_id integer not null,
            school_year      smallint not null,
            group_id         uuid not null,
            person_id        uuid not null,
            role             text not null check (role in ('pupil', 'teacher', 'main_teacher')),
            starts_on        date not null,
            ends_on          date,                      -- last day, inclusive; null while it lasts
            primary key (establishment_id, group_id, person_id, starts_on),
            foreign key (establishment_id, school_year, group_id)
                references teaching_group (establishment_id, school_year, id) on delete cascade,
            foreign key (establishment_id, person_id) references person on delete cascade,
            check (ends_on is null or starts_on <= ends_on)
        );
        create index membership_person on membership (establishment_id, person_id, school_year);
        select preau_isolate('membership', 'select');

        create table guardianship (
            establishment_id integer not null,
            guardian_id      uuid not null,
            pupil_id         uuid not null,
            kind             text not null check (kind in ('legal_1', 'legal_2', 'in_charge', 'contact')),
            sees_data        boolean not null default true,  -- may look at the pupil's timetable, marks …
            starts_on        date not null default current_date,
            ends_on          date,
            primary key (establishment_id, guardian_id, pupil_id),
            foreign key (establishment_id, guardian_id) references person on delete cascade,
            foreign key (establishment_id, pupil_id) references person on delete cascade,
            check (guardian_id <> pupil_id),
            check (ends_on is null or starts_on <= ends_on)
        );
        create index guardianship_pupil on guardianship (establishment_id, pupil_id);
        select preau_isolate('guardianship', 'select');

        create table subject (
            establishment_id integer not null,
            id               uuid not null,
            code             text not null,
            name             text not null check (name <> ''),
            short_name       text not null default '',
            primary key (establishment_id, id),
            unique (establishment_id, code)
        );
        select preau_isolate('subject');

        create table room (
            establishment_id integer not null,
            id               uuid not null,
            name             text not null check (name <> ''),
            building         text not null default '',
            capacity         smallint check (capacity > 0),
            is_active        boolean not null default true,
            primary key (establishment_id, id),
            unique (establishment_id, name)
        );
        select preau_isolate('room');

        -- Answers already given, by the caller's Idempotency-Key, written in the transaction of the effect.
        create table idempotency (
            establishment_id integer not null,
            account_id       uuid not null,
            key              text not null check (length(key) between 1 and 255),
            request_hash     bytea not null,
            status           smallint not null,
            headers          jsonb,
            body             bytea,
            created_at       timestamptz not null default now(),
            primary key (establishment_id, account_id, key)
        );
        create index idempotency_created on idempotency (establishment_id, created_at);
        select preau_isolate('idempotency');
        """)
}
