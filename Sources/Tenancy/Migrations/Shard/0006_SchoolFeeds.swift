extension Migration {
    /// What feeds of accounts bring besides names: details with their origin, where groups come from, who teaches what.
    static let schoolFeeds = Migration(
        6, "SchoolFeeds",
        """
        -- What is known of a person beyond their name. `fed` is the feed's and replaced by it; `entered` is what a person or
        -- an administrator wrote, and no feed touches it. The value of a field is the entered one where there is one.
        create table person_detail (
            establishment_id integer not null,
            person_id        uuid not null,
            fed              jsonb not null default '{}',
            entered          jsonb not null default '{}',
            updated_at       timestamptz not null default now(),
            primary key (establishment_id, person_id),
            foreign key (establishment_id, person_id) references person on delete cascade
        );
        select preau_isolate('person_detail');

        -- A group's code in the feed; its name is what people call it and may change.
        alter table teaching_group add external_id text;
        create unique index teaching_group_external on teaching_group (establishment_id, school_year, kind, external_id)
            where external_id is not null;

        -- A feed ends what a feed began, and nothing else.
        alter table membership add source text not null default 'manual';
        alter table guardianship add source text not null default 'manual';

        -- Who teaches which subject to which group.
        create table teaching_assignment (
            establishment_id integer not null,
            school_year      smallint not null,
            group_id         uuid not null,
            person_id        uuid not null,
            subject_id       uuid not null,
            source           text not null default 'manual',
            primary key (establishment_id, group_id, person_id, subject_id),
            foreign key (establishment_id, school_year, group_id)
                references teaching_group (establishment_id, school_year, id) on delete cascade,
            foreign key (establishment_id, person_id) references person on delete cascade,
            foreign key (establishment_id, subject_id) references subject
        );
        create index teaching_assignment_person on teaching_assignment (establishment_id, person_id);
        select preau_isolate('teaching_assignment', 'select');
        """)
}
