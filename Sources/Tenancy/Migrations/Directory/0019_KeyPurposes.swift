extension Migration {
    /// Keys that sign messages of SAML are others than those of tokens, and live longer.
    static let keyPurposes = Migration(
        19, "KeyPurposes",
        """
        alter table signing_key
            add column purpose text not null default 'tokens' check (purpose in ('tokens', 'saml')),
            add constraint signing_key_saml check (purpose <> 'saml' or algorithm = 'RS256');
        drop index signing_key_active;
        create unique index signing_key_active on signing_key (purpose, algorithm) where state = 'active';
        """)
}
