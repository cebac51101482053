internal import HTTP
internal import Identity
package import Web

extension ProblemCode {
    package static let feedUnreadable = ProblemCode(
        "preau.feeds.unreadable", 422,
        title: Phrase(fr: "Ce fichier ne peut pas être lu en entier", en: "This file cannot be read to its end"),
        meaning: Phrase(
            fr: "L'archive ou un fichier est tronqué, mal formé, ou n'est pas une alimentation ; rien n'a été changé.",
            en: "The archive or a file is cut short, malformed, or no feed; nothing was changed."))
    package static let feedTooLarge = ProblemCode(
        "preau.feeds.too_large", 413,
        title: Phrase(fr: "Ce fichier est trop gros", en: "This file is too large"),
        meaning: Phrase(
            fr:
                "Il dépasse ce qu'une alimentation peut contenir, ou se décompresse en beaucoup plus ; rien n'a été changé.",
            en: "It exceeds what a feed can hold, or unpacks to far more; nothing was changed."))
    package static let feedUnknownAcademy = ProblemCode(
        "preau.feeds.unknown_academy", 422,
        title: Phrase(fr: "L'académie n'est pas indiquée", en: "The academy is not given"),
        meaning: Phrase(
            fr:
                "Ni l'en-tête ni les établissements ne la disent : précisez-la (academy), car les clés n'ont de sens que dans une académie.",
            en:
                "Neither the header nor the establishments say it: give it (academy), since keys mean nothing outside one."
        ))
    package static let feedTerritory = ProblemCode(
        "preau.feeds.territory", 422,
        title: Phrase(fr: "Ce territoire ne peut pas recevoir d'alimentation", en: "This territory cannot take a feed"),
        meaning: Phrase(
            fr: "Il n'existe pas, ou aucun shard n'y accepte d'établissement.",
            en: "It does not exist, or no shard takes new establishments."))
    package static let feedForeignAcademy = ProblemCode(
        "preau.feeds.foreign_academy", 422,
        title: Phrase(fr: "Cette académie n'est pas celle du territoire", en: "This academy is not the territory's"),
        meaning: Phrase(
            fr:
                "Les clés seraient celles d'une autre académie, ou d'un autre territoire alimenté sous ce nom ; rien n'a été changé.",
            en:
                "The keys would be another academy's, or those of another territory that is fed under this name; nothing was changed."
        ))
    package static let feedWrongState = ProblemCode(
        "preau.feeds.wrong_state", 409,
        title: Phrase(fr: "Cet import n'en est pas là", en: "This import is not at that point"),
        meaning: Phrase(
            fr: "Il est terminé, refusé, ou remplacé par un plus récent : relisez son état.",
            en: "It is done, refused, or replaced by a later one: read its state again."))
    package static let feedGuarded = ProblemCode(
        "preau.feeds.guarded", 409,
        title: Phrase(fr: "Trop de départs d'un coup", en: "Too many departures at once"),
        meaning: Phrase(
            fr:
                "L'import retirerait plus qu'une part habituelle d'une classe ou d'un profil ; rien n'a été changé. S'il est juste, acceptez-le (accept).",
            en:
                "The import would remove more than a usual share of a class or profile; nothing was changed. If it is right, accept it (accept)."
        ))
    package static let feedMissingColumn = ProblemCode(
        "preau.feeds.missing_column", 422,
        title: Phrase(fr: "Une colonne manque", en: "A column is missing"),
        meaning: Phrase(
            fr:
                "Le fichier n'a pas les colonnes nécessaires, ou leurs noms ne sont pas reconnus : indiquez lesquelles ce sont.",
            en: "The file lacks needed columns, or their names are not recognised: say which they are."))

    /// The codes of feeds, in the order of `docs/errors.md`.
    package static let feeds: [ProblemCode] = [
        .feedUnreadable, .feedTooLarge, .feedUnknownAcademy, .feedTerritory, .feedForeignAcademy, .feedWrongState,
        .feedGuarded, .feedMissingColumn,
    ]
}

extension FeedError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .unreadable(let reason): Problem(.feedUnreadable, detail: Phrase(verbatim: reason))
        case .tooLarge(let reason): Problem(.feedTooLarge, detail: Phrase(verbatim: reason))
        case .unknownAcademy: Problem(.feedUnknownAcademy)
        case .unknownTerritory(let id): Problem(.feedTerritory, detail: Phrase(verbatim: "\(id): unknown territory"))
        case .foreignAcademy(let domain): Problem(.feedForeignAcademy, detail: Phrase(verbatim: domain))
        case .noShard: Problem(.feedTerritory, detail: Phrase(verbatim: "no shard takes new establishments"))
        case .unknownImport: Problem(.notFound)
        case .wrongState(let state): Problem(.feedWrongState, detail: Phrase(verbatim: "the import is \(state)"))
        case .guarded(let reasons): Problem(.feedGuarded, detail: Phrase(verbatim: reasons))
        case .missingColumn(let name): Problem(.feedMissingColumn, detail: Phrase(verbatim: name))
        case .interrupted: Problem(.unavailable)
        case .directory(let error): error.problem
        case .tenancy(let error): error.problem
        }
    }
}
