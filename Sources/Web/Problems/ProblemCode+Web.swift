extension ProblemCode {
    package static let malformedRequest = ProblemCode(
        "preau.web.malformed_request", 400,
        title: Phrase(fr: "Cette demande est mal formée", en: "This request is malformed"),
        meaning: Phrase(
            fr:
                "L'adresse ou le contenu envoyé ne peut pas être lu : codage invalide, caractère nul, structure cassée.",
            en: "The address or the content sent cannot be read: invalid encoding, NUL character, broken structure."))
    /// Only Web says this: what does not match the declaration never reaches a handler.
    static let invalidParameter = ProblemCode(
        "preau.web.invalid_parameter", 400,
        title: Phrase(fr: "Un paramètre de l'adresse ne convient pas", en: "A parameter of the address does not fit"),
        meaning: Phrase(
            fr: "Un paramètre manque, est donné deux fois ou n'a pas la forme attendue ; « errors » dit lequel.",
            en: "A parameter is missing, given twice or not of the expected form; “errors” says which."))
    package static let invalidCursor = ProblemCode(
        "preau.web.invalid_cursor", 400,
        title: Phrase(fr: "Cette page de la liste n'est plus valable", en: "This page of the list is no longer valid"),
        meaning: Phrase(
            fr: "Le curseur n'a pas été donné par cette liste, ou il est trop ancien : reprenez la liste au début.",
            en: "The cursor was not given by this list, or is too old: start the list again."))
    package static let forgedRequest = ProblemCode(
        "preau.web.forged_request", 403,
        title: Phrase(fr: "Ce formulaire n'est plus valable", en: "This form is no longer valid"),
        meaning: Phrase(
            fr: "Le jeton du formulaire manque ou n'est pas celui de cette session : rechargez la page et recommencez.",
            en: "The form's token is missing or not that of this session: reload the page and start again."))
    package static let notFound = ProblemCode(
        "preau.web.not_found", 404,
        title: Phrase(fr: "Cette page n'existe pas", en: "This page does not exist"),
        meaning: Phrase(
            fr:
                "Rien à cette adresse pour vous : elle est peut-être incomplète, ou ce qu'elle montrait a été supprimé.",
            en: "Nothing at this address for you: it may be incomplete, or what it showed was deleted."))
    package static let methodNotAllowed = ProblemCode(
        "preau.web.method_not_allowed", 405,
        title: Phrase(fr: "Cette action n'existe pas ici", en: "There is no such action here"),
        meaning: Phrase(
            fr: "L'adresse existe, pas avec cette méthode ; l'en-tête Allow donne celles qui existent.",
            en: "The address exists, not with this method; the Allow header lists those that do."))
    package static let notAcceptable = ProblemCode(
        "preau.web.not_acceptable", 406,
        title: Phrase(fr: "Ce format n'est pas disponible", en: "This format is not available"),
        meaning: Phrase(
            fr: "Aucun des formats demandés par l'en-tête Accept n'est produit ici.",
            en: "None of the formats asked for by the Accept header is produced here."))
    package static let bodyTimedOut = ProblemCode(
        "preau.web.body_timed_out", 408,
        title: Phrase(fr: "L'envoi a pris trop de temps", en: "Sending took too long"),
        meaning: Phrase(
            fr: "Le contenu n'est pas arrivé à temps : vérifiez la connexion et recommencez.",
            en: "The content did not arrive in time: check the connection and start again."))
    package static let preconditionFailed = ProblemCode(
        "preau.web.precondition_failed", 412,
        title: Phrase(
            fr: "Quelqu'un d'autre a modifié cela entre-temps", en: "Somebody else changed this in the meantime"),
        meaning: Phrase(
            fr:
                "La version donnée par If-Match n'est plus la version actuelle : relisez, puis recommencez la modification.",
            en: "The version given in If-Match is no longer the current one: read again, then redo the change."))
    package static let bodyTooLarge = ProblemCode(
        "preau.web.body_too_large", 413,
        title: Phrase(fr: "Ce qui est envoyé est trop gros", en: "What is sent is too large"),
        meaning: Phrase(
            fr: "Le contenu dépasse la taille acceptée à cette adresse.",
            en: "The content exceeds the size accepted at this address."))
    package static let unsupportedMediaType = ProblemCode(
        "preau.web.unsupported_media_type", 415,
        title: Phrase(fr: "Ce type de contenu n'est pas accepté ici", en: "This type of content is not accepted here"),
        meaning: Phrase(
            fr: "L'en-tête Content-Type manque ou n'est pas un de ceux que cette adresse accepte.",
            en: "The Content-Type header is missing or not one that this address accepts."))
    /// Each parameter is as declared, and yet nothing answers to it: the one code for what a schema cannot say.
    package static let unanswerableParameter = ProblemCode(
        "preau.web.unanswerable_parameter", 422,
        title: Phrase(
            fr: "Rien ne répond à ce que demande l'adresse", en: "Nothing answers to what the address asks for"),
        meaning: Phrase(
            fr:
                "Chaque paramètre se lit, mais rien ne répond à cette valeur, ou à ces valeurs ensemble : une fin avant le début, une durée trop longue, une année hors du calendrier ; « errors » dit laquelle.",
            en:
                "Each parameter can be read, but nothing answers to this value, or to these together: an end before its start, too long a span, a year outside the calendar; “errors” says which."
        ))
    package static let invalidBody = ProblemCode(
        "preau.web.invalid_body", 422,
        title: Phrase(fr: "Le contenu envoyé ne convient pas", en: "The content sent does not fit"),
        meaning: Phrase(
            fr: "Le contenu se lit, mais des champs manquent ou ne conviennent pas ; « errors » dit lesquels.",
            en: "The content is readable, but fields are missing or do not fit; “errors” says which."))
    package static let preconditionRequired = ProblemCode(
        "preau.web.precondition_required", 428,
        title: Phrase(fr: "La version modifiée n'est pas précisée", en: "The version being changed is not given"),
        meaning: Phrase(
            fr: "Cette modification demande l'en-tête If-Match, avec l'ETag de la version lue.",
            en: "This change needs the If-Match header, with the ETag of the version that was read."))
    package static let internalError = ProblemCode(
        "preau.web.internal_error", 500,
        title: Phrase(fr: "Quelque chose s'est mal passé chez nous", en: "Something went wrong on our side"),
        meaning: Phrase(
            fr:
                "Une erreur imprévue, notée avec le numéro de la demande. Réessayez ; si elle revient, donnez ce numéro à l'assistance.",
            en:
                "An unforeseen error, recorded with the request number. Try again; if it comes back, give that number to support."
        ))
    package static let unavailable = ProblemCode(
        "preau.web.unavailable", 503,
        title: Phrase(
            fr: "Ce service est momentanément indisponible", en: "This service is unavailable for the moment"),
        meaning: Phrase(
            fr: "Un élément dont la page dépend ne répond pas. Réessayez dans quelques instants.",
            en: "Something the page depends on does not answer. Try again in a moment."))

    package static let tooManyRequests = ProblemCode(
        "preau.web.too_many_requests", 429,
        title: Phrase(fr: "Trop de demandes à la fois", en: "Too many requests at once"),
        meaning: Phrase(
            fr: "Cette session demande plus que sa part : attendez le temps indiqué (Retry-After), puis reprenez.",
            en: "This session asks for more than its part: wait for the time shown (Retry-After), then go on."))
    package static let overloaded = ProblemCode(
        "preau.web.overloaded", 503,
        title: Phrase(fr: "Beaucoup de monde en ce moment", en: "Many people at the moment"),
        meaning: Phrase(
            fr:
                "Le service protège ceux qu'il sert déjà : rien n'est perdu, réessayez après le temps indiqué (Retry-After).",
            en:
                "The service protects those it is serving: nothing is lost, try again after the time shown (Retry-After)."
        ))

    /// All codes of this module, in the order of `docs/errors.md`.
    package static let web: [ProblemCode] = [
        .malformedRequest, .invalidParameter, .invalidCursor, .forgedRequest, .notFound, .methodNotAllowed,
        .notAcceptable, .bodyTimedOut, .preconditionFailed, .bodyTooLarge, .unsupportedMediaType,
        .unanswerableParameter,
        .invalidBody, .preconditionRequired, .tooManyRequests, .internalError, .unavailable, .overloaded,
    ]
}
