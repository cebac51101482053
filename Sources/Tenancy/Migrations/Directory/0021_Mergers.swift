extension Migration {
    /// One establishment closed into another, and codes that an establishment had before known to nodes.
    static let mergers = Migration(
        21, "Mergers",
        """
        -- While a job moves its people there. Set and taken back together with its state.
        alter table establishment add column merging_into integer references establishment;
        -- Links with a former code go on working.
        grant select on establishment_former_uai to preau_node;
        create trigger directory_changed after insert or update or delete on establishment_former_uai
            for each statement execute function directory_changed('map');
        """)
}
