extension Migration {
    /// Administrators of one establishment, and mandates with rights and dates.
    static let administration = Migration(
        7, "Administration",
        """
        alter table administrator
            add column id               uuid not null default gen_random_uuid() unique,
            add column establishment_id integer references establishment,
            -- Which classes of acts; null: all that the role has.
            add column rights           text[] check (cardinality(rights) > 0),
            add column valid_from       date not null default current_date,
            add column valid_to         date,                  -- last day, inclusive; null while it lasts
            add column granted_by       text not null default '';
        alter table administrator drop constraint administrator_role_check;
        alter table administrator add constraint administrator_role_check
            check (role in ('territory_admin', 'region_admin', 'platform_admin', 'establishment_admin'));
        alter table administrator drop constraint administrator_check;
        alter table administrator add constraint administrator_scope check (case role
            when 'platform_admin' then territory_id is null and establishment_id is null
            when 'establishment_admin' then territory_id is null and establishment_id is not null
            else territory_id is not null and establishment_id is null end);
        alter table administrator add constraint administrator_dates check (valid_to is null or valid_from <= valid_to);
        alter table administrator drop constraint administrator_account_id_territory_id_role_key;
        alter table administrator add constraint administrator_once
            unique nulls not distinct (account_id, territory_id, establishment_id, role);
        create index administrator_establishment on administrator (establishment_id);
        """)
}
