extension Migration {
    /// Identity providers of SAML encrypt what they say for a key that opens and signs nothing; and they know people by the keys of
    /// the academies' feeds.
    static let keysThatOpen = Migration(
        27, "KeysThatOpen",
        """
        -- contract: the list grows, so whatever the programs before write still fits; a key that they do not know they leave alone.
        alter table signing_key drop constraint signing_key_purpose_check;
        alter table signing_key
            add constraint signing_key_purpose_check check (purpose in ('tokens', 'saml', 'saml_opening')),
            add constraint signing_key_opening check (purpose <> 'saml_opening' or algorithm = 'RS256');

        -- The account of whom an academy's feeds call by this key; no row when it is nobody's, or the key is of two people.
        create function preau_feed_account(academy text, wanted text) returns uuid
        language sql stable security definer set search_path = pg_catalog, public as $$
            select (array_agg(f.account_id))[1] from
                (select distinct account_id from public.feed_person
                    where domain in (academy, academy || '-1d') and key = wanted and state = 'active'
                    and account_id is not null) f
            having count(*) = 1;
        $$;
        revoke execute on function preau_feed_account(text, text) from public;
        grant execute on function preau_feed_account(text, text) to preau_node, preau_admin;
        """)
}
