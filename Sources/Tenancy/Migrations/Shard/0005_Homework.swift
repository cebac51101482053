extension Migration {
    /// The homework diary: what was done in each lesson, what is to be done, and what is kept of it.
    static let homework = Migration(
        5, "Homework",
        """
        -- One row a group. Every write to what its members read raises the version in the same transaction, first: writers of
        -- a group take turns, and what a node keeps in memory under an older version is never served (docs/decisions/0003).
        create table diary (
            establishment_id integer not null,
            group_id         uuid not null,
            school_year      smallint not null,
            version          bigint not null default 1 check (version > 0),
            primary key (establishment_id, group_id),
            foreign key (establishment_id, school_year, group_id)
                references teaching_group (establishment_id, school_year, id) on delete cascade
        );
        select preau_isolate('diary');

        -- A diary as it was on a day, for good: nodes can add one and never change or remove it.
        create table diary_document (
            establishment_id integer not null,
            id               uuid not null,
            school_year      smallint not null,
            pdf              bytea not null,
            pdf_sha256       bytea not null check (length(pdf_sha256) = 32),
            data             bytea not null,            -- the same as JSON
            data_sha256      bytea not null check (length(data_sha256) = 32),
            created_at       timestamptz not null default now(),
            primary key (establishment_id, id)
        );
        select preau_isolate('diary_document', 'select, insert');

        -- The head has read a teacher's diary of a period.
        create table diary_visa (
            establishment_id integer not null,
            id               uuid not null,
            school_year      smallint not null,
            teacher_id       uuid not null,
            first_day        date not null,
            last_day         date not null,
            comment          text not null default '' check (length(comment) <= 2000),
            records          integer not null,
            assignments      integer not null,
            signed_by        uuid,
            signed_at        timestamptz not null default now(),
            document_id      uuid not null,
            primary key (establishment_id, id),
            foreign key (establishment_id, document_id) references diary_document,
            foreign key (establishment_id, teacher_id) references person on delete cascade,
            foreign key (establishment_id, signed_by) references person on delete set null (signed_by),
            check (first_day <= last_day)
        );
        create index diary_visa_teacher on diary_visa (establishment_id, teacher_id, id);
        select preau_isolate('diary_visa', 'select, insert');

        -- A teacher's diary of one class and year. Names are copied: the class is gone in later years.
        create table diary_archive (
            establishment_id integer not null,
            id               uuid not null,
            school_year      smallint not null,
            teacher_id       uuid not null,
            group_id         uuid not null,
            group_name       text not null,
            records          integer not null,
            assignments      integer not null,
            created_at       timestamptz not null default now(),
            document_id      uuid not null,
            primary key (establishment_id, id),
            foreign key (establishment_id, document_id) references diary_document,
            foreign key (establishment_id, teacher_id) references person on delete cascade
        );
        create index diary_archive_teacher on diary_archive (establishment_id, teacher_id, id);
        select preau_isolate('diary_archive', 'select, insert');

        -- What was done in a lesson (séance). The lesson may leave the timetable later; its record stays.
        create table lesson_record (
            establishment_id integer not null,
            id               uuid not null,
            school_year      smallint not null,
            group_id         uuid not null,
            subject_id       uuid not null,
            author_id        uuid,
            day              date not null,
            starts           smallint not null check (starts between 0 and 1440),
            lesson_id        uuid,
            change_id        uuid,                      -- of a lesson that takes place once
            title            text not null check (length(title) between 1 and 200),
            content          text not null default '' check (length(content) <= 20000),  -- Markdown
            annotation       text not null default '' check (length(annotation) <= 5000), -- for its author only
            published_at     timestamptz not null,
            revision         integer not null default 1,
            visa_id          uuid,                      -- with it, the record can no longer be changed
            created_at       timestamptz not null default now(),
            updated_at       timestamptz not null default now(),
            updated_by       uuid,
            primary key (establishment_id, id),
            foreign key (establishment_id, school_year, group_id)
                references teaching_group (establishment_id, school_year, id) on delete cascade,
            foreign key (establishment_id, subject_id) references subject,
            foreign key (establishment_id, author_id) references person on delete set null (author_id),
            foreign key (establishment_id, lesson_id) references lesson on delete set null (lesson_id),
            foreign key (establishment_id, change_id) references lesson_change on delete set null (change_id),
            foreign key (establishment_id, visa_id) references diary_visa
        );
        create index lesson_record_group on lesson_record (establishment_id, group_id, day);
        create index lesson_record_author on lesson_record (establishment_id, author_id, day);
        create index lesson_record_change on lesson_record (establishment_id, change_id) where change_id is not null;
        create unique index lesson_record_lesson on lesson_record (establishment_id, lesson_id, day, group_id)
            where lesson_id is not null;
        select preau_isolate('lesson_record');

        -- Work to do (travail à faire).
        create table assignment (
            establishment_id  integer not null,
            id                uuid not null,
            school_year       smallint not null,
            group_id          uuid not null,
            subject_id        uuid not null,
            author_id         uuid,
            given_on          date not null,
            due_on            date not null,
            due_starts        smallint check (due_starts between 0 and 1440),
            due_lesson_id     uuid,                     -- null: a lesson that takes place once, or none
            kind              text not null check (kind in ('exercise', 'lesson', 'homework', 'test')),
            title             text not null check (length(title) between 1 and 200),
            content           text not null default '' check (length(content) <= 20000),  -- Markdown
            estimated_minutes smallint check (estimated_minutes between 1 and 600),
            -- Why it is due on a day without a lesson of the subject, who said so and when.
            override_reason   text check (length(override_reason) between 1 and 300),
            overridden_by     uuid,
            overridden_at     timestamptz,
            published_at      timestamptz not null,
            revision          integer not null default 1,
            visa_id           uuid,
            created_at        timestamptz not null default now(),
            updated_at        timestamptz not null default now(),
            updated_by        uuid,
            primary key (establishment_id, id),
            foreign key (establishment_id, school_year, group_id)
                references teaching_group (establishment_id, school_year, id) on delete cascade,
            foreign key (establishment_id, subject_id) references subject,
            foreign key (establishment_id, author_id) references person on delete set null (author_id),
            foreign key (establishment_id, due_lesson_id) references lesson on delete set null (due_lesson_id),
            foreign key (establishment_id, visa_id) references diary_visa,
            check (given_on <= due_on),
            check ((override_reason is null) = (overridden_at is null))
        );
        create index assignment_group on assignment (establishment_id, group_id, due_on);
        create index assignment_given on assignment (establishment_id, group_id, given_on);
        create index assignment_author on assignment (establishment_id, author_id, due_on);
        create index assignment_due_lesson on assignment (establishment_id, due_lesson_id) where due_lesson_id is not null;
        select preau_isolate('assignment');

        -- How far a pupil is, as the pupil says; no row: to do. Teachers are shown totals only.
        create table assignment_progress (
            establishment_id integer not null,
            pupil_id         uuid not null,
            assignment_id    uuid not null,
            due_on           date not null,             -- the assignment's, so that a week is found by it
            state            text not null check (state in ('started', 'done')),
            updated_at       timestamptz not null default now(),
            primary key (establishment_id, assignment_id, pupil_id),
            foreign key (establishment_id, assignment_id) references assignment on delete cascade,
            foreign key (establishment_id, pupil_id) references person on delete cascade
        );
        create index assignment_progress_pupil on assignment_progress (establishment_id, pupil_id, due_on);
        select preau_isolate('assignment_progress');

        -- Lessons prepared once (progression), laid on the lessons of as many classes as wanted, year after year.
        create table teaching_sequence (
            establishment_id integer not null,
            id               uuid not null,
            school_year      smallint not null,         -- in which it was made
            owner_id         uuid not null,
            title            text not null check (length(title) between 1 and 200),
            revision         integer not null default 1,
            created_at       timestamptz not null default now(),
            updated_at       timestamptz not null default now(),
            primary key (establishment_id, id),
            foreign key (establishment_id, owner_id) references person on delete cascade
        );
        create index teaching_sequence_owner on teaching_sequence (establishment_id, owner_id, id);
        select preau_isolate('teaching_sequence');

        create table teaching_sequence_step (
            establishment_id integer not null,
            sequence_id      uuid not null,
            position         smallint not null check (position >= 0),
            title            text not null check (length(title) between 1 and 200),
            content          text not null default '' check (length(content) <= 20000),
            -- Work for the next lesson, if any.
            work_kind        text check (work_kind in ('exercise', 'lesson', 'homework', 'test')),
            work_title       text not null default '' check (length(work_title) <= 200),
            work_content     text not null default '' check (length(work_content) <= 20000),
            work_minutes     smallint check (work_minutes between 1 and 600),
            primary key (establishment_id, sequence_id, position),
            foreign key (establishment_id, sequence_id) references teaching_sequence on delete cascade,
            check ((work_kind is null) = (work_title = ''))
        );
        select preau_isolate('teaching_sequence_step');
        """)
}
