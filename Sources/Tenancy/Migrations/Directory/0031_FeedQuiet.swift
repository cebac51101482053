extension Migration {
    /// What half a million people at once asked for in the fourth place.
    static let feedQuiet = Migration(
        31, "FeedQuiet",
        """
        -- What is staged is counted by feed_analyze() once it is there, and gone a minute later: nobody has to go through all of it
        -- meanwhile because it has grown. Rows that were deleted one by one are still cleared away.
        alter table feed_stage_person set (autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 2000000000);
        alter table feed_stage_link set (autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 2000000000);
        alter table feed_unit set (autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 2000000000);
        """)
}
