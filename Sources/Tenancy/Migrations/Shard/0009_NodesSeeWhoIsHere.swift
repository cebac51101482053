extension Migration {
    /// Who arrives or has left is hidden from nodes by the rows' own policy, not by their statements' conditions.
    static let nodesSeeWhoIsHere = Migration(
        9, "NodesSeeWhoIsHere",
        """
        drop policy placement_read on placement;
        create policy placement_node on placement for select to preau_node using (state in ('active', 'frozen'));
        -- For migrations, which go through every establishment's rows.
        create policy placement_owner on placement for select to preau_owner using (true);
        """)
}
