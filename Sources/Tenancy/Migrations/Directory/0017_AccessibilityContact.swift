extension Migration {
    /// Whom to tell that something cannot be used: the law asks for it in the accessibility statement.
    static let accessibilityContact = Migration(
        17, "AccessibilityContact",
        """
        alter table territory
            add column accessibility_contact text not null default ''   -- an address of electronic mail; empty: none said
            check (accessibility_contact = '' or accessibility_contact like '%_@_%');
        """)
}
