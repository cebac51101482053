package import Web

extension ProblemCode {
    package static let shardUnavailable = ProblemCode(
        "preau.tenancy.shard_unavailable", 503,
        title: Phrase(
            fr: "Les données de l'établissement ne sont pas joignables",
            en: "The establishment's data cannot be reached"),
        meaning: Phrase(
            fr:
                "Le serveur qui porte cet établissement ne répond pas ; les autres établissements ne sont pas touchés. Réessayez après le temps indiqué.",
            en:
                "The server that holds this establishment does not answer; others are not affected. Try again after the time given."
        ))
    package static let moving = ProblemCode(
        "preau.tenancy.moving", 503,
        title: Phrase(fr: "L'établissement change de serveur", en: "The establishment is moving to another server"),
        meaning: Phrase(
            fr: "Rien n'est perdu : réessayez dans un instant.", en: "Nothing is lost: try again in a moment."))
    package static let suspended = ProblemCode(
        "preau.tenancy.suspended", 403,
        title: Phrase(fr: "L'établissement est suspendu", en: "The establishment is suspended"),
        meaning: Phrase(
            fr: "L'administration l'a fermé pour un temps : adressez-vous à l'établissement.",
            en: "The administration closed it for a while: ask the school."))
    package static let platformOverloaded = ProblemCode(
        "preau.tenancy.overloaded", 503,
        title: Phrase(fr: "Trop de demandes en ce moment", en: "Too many requests right now"),
        meaning: Phrase(
            fr: "La file d'attente est pleine : réessayez après le temps indiqué.",
            en: "The queue is full: try again after the time given."))
    package static let directoryUnavailable = ProblemCode(
        "preau.tenancy.directory_unavailable", 503,
        title: Phrase(fr: "L'annuaire ne répond pas", en: "The directory does not answer"),
        meaning: Phrase(
            fr: "Les personnes déjà connectées continuent ; réessayez après le temps indiqué.",
            en: "People already signed in go on; try again after the time given."))

    /// What stands between a request and its data, in the order of `docs/errors.md`.
    package static let platform: [ProblemCode] = [
        .shardUnavailable, .moving, .suspended, .platformOverloaded, .directoryUnavailable,
    ]
}
