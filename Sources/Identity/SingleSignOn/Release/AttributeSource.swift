/// What can be told of a person.
package enum AttributeSource: String, Sendable, CaseIterable {
    case login
    /// The number of the account, the same for every service.
    case account
    /// A number of the person for this sector of services only.
    case pairwise
    case givenName = "given_name"
    case familyName = "family_name"
    case displayName = "display_name"
    case language
    /// Préau's own words: pupil, guardian …
    case roles
    /// National_1 …, as SDET said until version 3 and many applications still expect.
    case profilesV3 = "profiles_v3"
    /// National_ELV …, SDET 6.
    case profilesV6 = "profiles_v6"
    case uai
    case establishment
    /// The person's number in each establishment.
    case person
    // Asked of the shard:
    case birthDate = "birth_date"
    /// Its number in the file that the person came from (ENTPersonJointure).
    case externalID = "external_id"
    case classes
    case levels
    case constant

    var isOnShard: Bool {
        switch self {
        case .birthDate, .externalID, .classes, .levels: true
        default: false
        }
    }
}

/// How a value is written.
package enum AttributeFormat: String, Sendable, CaseIterable {
    case plain
    case upper
    case lower
    /// 2014-05-09; the same as plain.
    case isoDate = "iso_date"
    /// 09/05/2014.
    case frenchDate = "french_date"
    /// 20140509.
    case compactDate = "compact_date"
}
