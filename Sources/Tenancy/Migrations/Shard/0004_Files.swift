extension Migration {
    /// Files, in pieces, each content once; and how much of its quota an establishment uses.
    static let files = Migration(
        4, "Files",
        """
        -- Reserved before the bytes come, so that two uploads cannot both take the last place.
        create table file_storage (
            establishment_id integer not null,
            used             bigint not null default 0 check (used >= 0),
            quota            bigint check (quota >= 0),     -- null: what the program declares (FileQuota)
            primary key (establishment_id)
        );
        select preau_isolate('file_storage');

        -- What files are made of. Being received: no sha256. Whole: sha256, kept once. Being removed: no sha256, released_at.
        create table file_content (
            establishment_id integer not null,
            id               uuid not null,
            sha256           bytea check (length(sha256) = 32),
            size             bigint not null default 0 check (size >= 0),
            hash_state       bytea,                         -- of the bytes so far: another node can go on
            media_type       text not null default '',
            reserved         bigint not null check (reserved >= 0),
            released_at      timestamptz,                   -- no file is made of it any more; not counted in `used`
            created_at       timestamptz not null default now(),
            primary key (establishment_id, id)
        );
        create unique index file_content_sha256 on file_content (establishment_id, sha256) where sha256 is not null;
        create index file_content_released on file_content (establishment_id, released_at) where released_at is not null;
        select preau_isolate('file_content');

        create table file_chunk (
            establishment_id integer not null,
            content_id       uuid not null,
            number           integer not null check (number >= 0),
            bytes            bytea not null check (length(bytes) <= 262144),
            primary key (establishment_id, content_id, number),
            foreign key (establishment_id, content_id) references file_content on delete cascade
        );
        -- Most files are compressed already; and a part of a value that is not compressed is read without the rest.
        alter table file_chunk alter bytes set storage external;
        select preau_isolate('file_chunk');

        -- A name for a content, on its way to an item of a service (owner_id null, until expires_at) or there.
        create table file (
            establishment_id integer not null,
            id               uuid not null,
            content_id       uuid not null,
            use              text not null check (use ~ '^[a-z][a-z_]{1,30}$'),
            owner_id         uuid,
            position         smallint not null default 0,
            name             text not null check (length(name) between 1 and 255),
            length           bigint check (length > 0),     -- as declared; null: not known before its end
            uploaded_by      uuid,
            created_at       timestamptz not null default now(),
            expires_at       timestamptz,
            primary key (establishment_id, id),
            foreign key (establishment_id, content_id) references file_content,
            foreign key (establishment_id, uploaded_by) references person on delete set null (uploaded_by),
            check ((owner_id is null) = (expires_at is not null))
        );
        create index file_owner on file (establishment_id, use, owner_id, position) where owner_id is not null;
        create index file_expires on file (establishment_id, expires_at) where expires_at is not null;
        create index file_content_id on file (establishment_id, content_id);
        create index file_uploaded_by on file (establishment_id, uploaded_by);
        select preau_isolate('file');
        """)
}
