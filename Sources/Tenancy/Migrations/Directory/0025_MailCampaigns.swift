extension Migration {
    /// Campaigns by mail beside those by letter.
    static let mailCampaigns = Migration(
        25, "MailCampaigns",
        """
        alter table letter_campaign add column means text not null default 'letter' check (means in ('letter', 'mail'));
        -- printed: a letter · sending: handed over now, or nobody knows (the process died, the line broke) · sent: the mail
        -- server has it · refused: it will never take it. The row is there before the mail goes: nobody gets two.
        alter table letter_recipient add column state text not null default 'printed'
            check (state in ('printed', 'sending', 'sent', 'refused'));
        """)
}
