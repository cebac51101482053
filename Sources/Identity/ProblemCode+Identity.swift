internal import Admission
internal import Runtime
internal import Tenancy
package import Web

extension ProblemCode {
    package static let wrongCredentials = ProblemCode(
        "preau.identity.wrong_credentials", 401,
        title: Phrase(fr: "Identifiant ou mot de passe incorrect", en: "Wrong login or password"),
        meaning: Phrase(
            fr:
                "Vérifiez l'identifiant et le mot de passe, majuscules comprises ; en cas d'oubli, adressez-vous à l'établissement.",
            en: "Check the login and the password, capitals included; if forgotten, ask the school."))
    package static let throttled = ProblemCode(
        "preau.identity.throttled", 429,
        title: Phrase(fr: "Trop d'essais", en: "Too many attempts"),
        meaning: Phrase(
            fr:
                "Plusieurs mots de passe incorrects ont été donnés : attendez le temps indiqué (Retry-After), puis réessayez.",
            en: "Several wrong passwords were given: wait for the time shown (Retry-After), then try again."))
    package static let signInBusy = ProblemCode(
        "preau.identity.busy", 503,
        title: Phrase(fr: "Beaucoup de monde se connecte en ce moment", en: "Many people are signing in right now"),
        meaning: Phrase(
            fr:
                "Le mot de passe n'a pas pu être vérifié tout de suite : réessayez dans quelques secondes (Retry-After).",
            en: "The password could not be checked right away: try again in a few seconds (Retry-After)."))
    package static let signInUnavailable = ProblemCode(
        "preau.identity.unavailable", 503,
        title: Phrase(
            fr: "La connexion est momentanément indisponible", en: "Signing in is unavailable for the moment"),
        meaning: Phrase(
            fr:
                "L'annuaire des comptes ne répond pas. Les personnes déjà connectées continuent ; réessayez dans un instant.",
            en: "The directory of accounts does not answer. People already signed in go on; try again in a moment."))
    package static let sessionUnconfirmed = ProblemCode(
        "preau.identity.session_unconfirmed", 503,
        title: Phrase(
            fr: "Votre session ne peut pas être vérifiée pour l'instant", en: "Your session cannot be checked for now"),
        meaning: Phrase(
            fr: "Vous n'êtes pas déconnecté : réessayez dans quelques instants (Retry-After).",
            en: "You are not signed out: try again in a moment (Retry-After)."))
    package static let signedOut = ProblemCode(
        "preau.identity.signed_out", 401,
        title: Phrase(fr: "Vous n'êtes pas connecté", en: "You are not signed in"),
        meaning: Phrase(
            fr: "Connectez-vous ; une session s'arrête aussi d'elle-même après un temps sans activité.",
            en: "Signing in is needed; a session also ends by itself after a time without activity."))
    package static let forbidden = ProblemCode(
        "preau.identity.forbidden", 403,
        title: Phrase(fr: "Accès refusé", en: "This is not open to you"),
        meaning: Phrase(
            fr: "Aucun de vos profils ne donne ce droit.", en: "None of your profiles gives this right."))
    package static let loginTaken = ProblemCode(
        "preau.identity.login_taken", 409,
        title: Phrase(fr: "Cet identifiant est déjà pris", en: "This login is already taken"),
        meaning: Phrase(
            fr: "Un identifiant est unique sur toute la plateforme : choisissez-en un autre.",
            en: "A login is unique on the whole platform: choose another."))

    /// All codes of this module, in the order of `docs/errors.md`.
    package static let identity: [ProblemCode] = [
        .wrongCredentials, .throttled, .signInBusy, .signInUnavailable, .sessionUnconfirmed, .signedOut, .forbidden,
        .loginTaken,
    ]
}

extension IdentityError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .wrongCredentials: Problem(.wrongCredentials).adding(header: "WWW-Authenticate", Self.challenge)
        case .throttled(let retryAfter): Problem(.throttled, retryAfter: retryAfter)
        case .busy: Problem(.signInBusy, retryAfter: .seconds(3))
        case .directoryUnavailable: Problem(.signInUnavailable, retryAfter: .seconds(5))
        case .unconfirmed: Problem(.sessionUnconfirmed, retryAfter: .seconds(5))
        case .signedOut: Problem(.signedOut).adding(header: "WWW-Authenticate", Self.challenge)
        case .forbidden: Problem(.forbidden)
        case .closed(let closure): closure.problem
        case .waiting(let wait, _): Problem(.waitingRoom, retryAfter: .seconds(Int64(wait.pollAfter)))
        case .notHere, .unknownAccount: Problem(.notFound)
        case .loginTaken: Problem(.loginTaken)
        case .keyring: Problem(.internalError)
        }
    }

    /// RFC 9110 wants one with each 401.
    private static let challenge = "Session realm=\"preau\""
}
