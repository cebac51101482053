internal import Tenancy

/// What well-known applications expect to be told.
package enum PartnerTemplate: String, Sendable, CaseIterable {
    case generic
    case pronote
    case moodle
    case gepi
    case gar

    package func fill(_ settings: inout PartnerSettings) {
        settings.user = AttributeRule("user", .login)
        switch self {
        case .generic:
            settings.attributes = [
                AttributeRule("login", .login), AttributeRule("lastName", .familyName),
                AttributeRule("firstName", .givenName), AttributeRule("displayName", .displayName),
                AttributeRule("profile", .roles), AttributeRule("schools", .uai), AttributeRule("classes", .classes),
            ]
        case .pronote:
            settings.attributes = [
                AttributeRule("nom", .familyName), AttributeRule("prenom", .givenName),
                AttributeRule("dateNaissance", .birthDate, .frenchDate),
                AttributeRule("categories", .profilesV3, separator: ";"),
            ]
        case .moodle:
            settings.attributes = [
                AttributeRule("uid", .login), AttributeRule("givenName", .givenName), AttributeRule("sn", .familyName),
                AttributeRule("ENTPersonProfils", .profilesV3), AttributeRule("ENTPersonStructRattach", .uai),
                AttributeRule("ENTEleveClasses", .classes),
            ]
        case .gepi:
            settings.user = AttributeRule("user", .externalID)
            settings.attributes = [
                AttributeRule("ENTPersonJointure", .externalID), AttributeRule("ENTPersonStructRattachRNE", .uai),
                AttributeRule("ENTPersonProfils", .profilesV3), AttributeRule("nom", .familyName),
                AttributeRule("prenom", .givenName),
            ]
        case .gar:
            settings.user = AttributeRule("user", .pairwise)
            settings.sector = "gar"
            settings.roles = [.pupil, .teacher, .schoolLife, .head, .staff]
            settings.attributes = [
                AttributeRule("idEnt", .constant, constant: "preau"),
                AttributeRule("GARPersonIdentifiant", .pairwise),
                AttributeRule("ENTPersonProfils", .profilesV6), AttributeRule("ENTPersonStructRattachUAI", .uai),
            ]
        }
    }
}
