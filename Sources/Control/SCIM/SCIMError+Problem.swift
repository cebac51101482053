package import Web

extension ProblemCode {
    package static let scimInvalidFilter = ProblemCode(
        "preau.scim.invalid_filter", 400, scimType: "invalidFilter",
        title: Phrase(fr: "Ce filtre ne peut pas être lu", en: "This filter cannot be read"),
        meaning: Phrase(
            fr: "Grammaire de la RFC 7644 §3.4.2.2, attributs du schéma, 4 096 octets et 16 niveaux au plus.",
            en: "Grammar of RFC 7644 §3.4.2.2, attributes of the schema, at most 4,096 bytes and 16 levels."))
    package static let scimTooMany = ProblemCode(
        "preau.scim.too_many", 400, scimType: "tooMany",
        title: Phrase(fr: "Trop de réponses", en: "Too many results"),
        meaning: Phrase(
            fr: "Nommez un établissement, un identifiant, un nom : au plus 10 000 personnes, 50 établissements.",
            en: "Name an establishment, a login, a name: at most 10,000 people, 50 establishments."))
    package static let scimUniqueness = ProblemCode(
        "preau.scim.uniqueness", 409, scimType: "uniqueness",
        title: Phrase(fr: "Cette valeur est déjà prise", en: "This value is taken"),
        meaning: Phrase(
            fr:
                "« userName » est unique sur la plateforme, « externalId » pour un client, « displayName » dans un établissement.",
            en: "“userName” is unique on the platform, “externalId” for a client, “displayName” in an establishment."))
    package static let scimMutability = ProblemCode(
        "preau.scim.mutability", 400, scimType: "mutability",
        title: Phrase(fr: "Cet attribut ne se change pas ainsi", en: "This attribute does not change like this"),
        meaning: Phrase(
            fr: "Il est en lecture seule, donné une fois pour toutes, ou obligatoire.",
            en: "It is read-only, given once and for all, or required."))
    package static let scimInvalidSyntax = ProblemCode(
        "preau.scim.invalid_syntax", 400, scimType: "invalidSyntax",
        title: Phrase(fr: "Ce message n'est pas du SCIM", en: "This message is not SCIM"),
        meaning: Phrase(
            fr: "Un objet JSON avec ses « schemas », 256 ko et 100 opérations au plus.",
            en: "A JSON object with its “schemas”, at most 256 kB and 100 operations."))
    package static let scimInvalidPath = ProblemCode(
        "preau.scim.invalid_path", 400, scimType: "invalidPath",
        title: Phrase(fr: "Ce chemin ne mène nulle part", en: "This path leads nowhere"),
        meaning: Phrase(
            fr: "Le chemin d'une opération nomme un attribut du schéma (RFC 7644 §3.5.2).",
            en: "The path of an operation names an attribute of the schema (RFC 7644 §3.5.2)."))
    package static let scimNoTarget = ProblemCode(
        "preau.scim.no_target", 400, scimType: "noTarget",
        title: Phrase(fr: "Rien à changer à cet endroit", en: "Nothing to change there"),
        meaning: Phrase(
            fr: "Le filtre du chemin ne trouve aucune valeur, ou « remove » n'a pas de chemin.",
            en: "The filter of the path finds no value, or “remove” has no path."))
    package static let scimInvalidValue = ProblemCode(
        "preau.scim.invalid_value", 400, scimType: "invalidValue",
        title: Phrase(fr: "Une valeur ne convient pas", en: "A value does not fit"),
        meaning: Phrase(
            fr: "Elle manque, n'est pas du bon type, ou désigne ce qui n'est pas de votre ressort.",
            en: "It is missing, of another type, or names what is not in your charge."))
    package static let scimFilterForbidden = ProblemCode(
        "preau.scim.filter_forbidden", 403,
        title: Phrase(fr: "Pas de filtre ici", en: "No filter here"),
        meaning: Phrase(
            fr: "Les documents de découverte se lisent entiers (RFC 7644 §4).",
            en: "Discovery documents are read whole (RFC 7644 §4)."))
    package static let scimGroupInUse = ProblemCode(
        "preau.scim.group_in_use", 409,
        title: Phrase(fr: "Des cours ou des devoirs y sont attachés", en: "Lessons or homework hang on it"),
        meaning: Phrase(
            fr: "Ce groupe n'est pas supprimé : videz-le de ses membres, ou retirez d'abord ses cours.",
            en: "This group is not removed: empty it of its members, or take its lessons away first."))
    package static let scimBusy = ProblemCode(
        "preau.scim.busy", 503,
        title: Phrase(fr: "D'autres écrivent en même temps", en: "Others are writing at the same time"),
        meaning: Phrase(
            fr: "La ressource a changé pendant l'opération ; rien n'a été écrit, recommencez.",
            en: "The resource changed during the operation; nothing was written, try again."))

    /// In the order of `docs/errors.md`.
    package static let scim: [ProblemCode] = [
        .scimInvalidFilter, .scimTooMany, .scimUniqueness, .scimMutability, .scimInvalidSyntax, .scimInvalidPath,
        .scimNoTarget, .scimInvalidValue, .scimFilterForbidden, .scimGroupInUse, .scimBusy,
    ]
}

extension SCIMError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .invalidFilter(let fault): Problem(.scimInvalidFilter, detail: fault.text)
        case .tooMany: Problem(.scimTooMany)
        case .uniqueness(let name): Problem(.scimUniqueness, detail: Phrase(verbatim: name))
        case .mutability(let name): Problem(.scimMutability, detail: Phrase(verbatim: name))
        case .invalidSyntax: Problem(.scimInvalidSyntax)
        case .invalidPath: Problem(.scimInvalidPath)
        case .noTarget: Problem(.scimNoTarget)
        case .invalidValue(let name): Problem(.scimInvalidValue, detail: Phrase(verbatim: name))
        case .filterForbidden: Problem(.scimFilterForbidden)
        case .groupInUse: Problem(.scimGroupInUse)
        case .busy: Problem(.scimBusy, retryAfter: .seconds(1))
        }
    }
}

extension SCIMError.FilterFault {
    fileprivate var text: Phrase? {
        switch self {
        case .syntax: nil
        case .tooLong: Phrase(fr: "Ce filtre est trop long.", en: "This filter is too long.")
        case .tooDeep: Phrase(fr: "Ce filtre est trop imbriqué.", en: "This filter is nested too deeply.")
        case .unknownAttribute:
            Phrase(fr: "Un attribut n'est pas du schéma.", en: "An attribute is not of the schema.")
        case .wrongType:
            Phrase(
                fr: "Une valeur n'a pas le type de son attribut.", en: "A value is not of its attribute's type.")
        case .notIndexed:
            Phrase(
                fr: "Les personnes ne se filtrent pas par cet attribut.",
                en: "People are not filtered by this attribute.")
        }
    }
}
