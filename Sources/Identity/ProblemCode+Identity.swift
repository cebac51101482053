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
    package static let secondFactorNeeded = ProblemCode(
        "preau.identity.second_factor_needed", 401,
        title: Phrase(fr: "Une seconde vérification est demandée", en: "A second check is asked for"),
        meaning: Phrase(
            fr: "Le mot de passe est bon ; montrez maintenant un code ou une clé d'accès.",
            en: "The password is right; now show a code or a passkey."))
    package static let wrongFactor = ProblemCode(
        "preau.identity.wrong_factor", 401,
        title: Phrase(fr: "Ce code ou cette clé ne convient pas", en: "This code or passkey is not right"),
        meaning: Phrase(
            fr: "Un code sert une seule fois et change toutes les trente secondes ; vérifiez l'heure du téléphone.",
            en: "A code is good once and changes every thirty seconds; check the clock of the phone."))
    package static let stepUpNeeded = ProblemCode(
        "preau.identity.step_up_needed", 403,
        title: Phrase(fr: "Montrez d'abord votre seconde vérification", en: "First show the second check again"),
        meaning: Phrase(
            fr: "Cette action demande un code ou une clé d'accès montrés depuis moins d'un quart d'heure.",
            en: "This act asks for a code or a passkey shown less than a quarter of an hour ago."))
    package static let upstreamRefused = ProblemCode(
        "preau.identity.provider_refused", 403,
        title: Phrase(
            fr: "La connexion par l'autre portail n'a pas abouti", en: "Signing in by the other portal did not work"),
        meaning: Phrase(
            fr:
                "Recommencez depuis la page de connexion, dans le même navigateur ; sinon, utilisez votre mot de passe d'ici.",
            en: "Start again from the sign-in page, in the same browser; else use the password of this site."))
    package static let upstreamUnknown = ProblemCode(
        "preau.identity.provider_unknown_person", 403,
        title: Phrase(
            fr: "Ce compte de l'autre portail n'est associé à personne ici",
            en: "That account of the other portal is linked to nobody here"),
        meaning: Phrase(
            fr: "Connectez-vous une fois avec votre mot de passe d'ici, puis associez les deux dans « Mon compte ».",
            en: "Sign in once with the password of this site, then link the two in “My account”."))
    package static let passwordOff = ProblemCode(
        "preau.identity.password_off", 403,
        title: Phrase(
            fr: "Ce compte se connecte par un autre portail", en: "This account signs in through another portal"),
        meaning: Phrase(
            fr: "L'établissement a fermé les mots de passe d'ici pour votre profil : passez par le portail proposé.",
            en: "The school has closed the passwords of this site for such profiles: use the portal that is offered."))
    package static let unknownPartner = ProblemCode(
        "preau.identity.unknown_service", 403,
        title: Phrase(fr: "Ce service n'est pas connu ici", en: "This service is not known here"),
        meaning: Phrase(
            fr:
                "L'application qui vous envoie n'est pas enregistrée à cette adresse ; par prudence, vous n'y êtes pas renvoyé. Prévenez l'établissement.",
            en:
                "The application that sent you here is not registered at this address; to be safe, you are not sent back. Tell the school."
        ))
    package static let partnerForbidden = ProblemCode(
        "preau.identity.service_forbidden", 403,
        title: Phrase(fr: "Ce service ne vous est pas ouvert", en: "This service is not open to you"),
        meaning: Phrase(
            fr: "L'application est réservée à d'autres profils ou à d'autres établissements que les vôtres.",
            en: "The application is for other profiles or other establishments than yours."))
    package static let partnerNameTaken = ProblemCode(
        "preau.identity.service_name_taken", 409,
        title: Phrase(fr: "Un service porte déjà ce nom", en: "A service already has this name"),
        meaning: Phrase(
            fr: "Deux services du même protocole ne peuvent pas avoir le même nom : choisissez-en un autre.",
            en: "Two services of one protocol cannot have the same name: choose another."))
    package static let unacceptablePartner = ProblemCode(
        "preau.identity.unacceptable_service", 422,
        title: Phrase(fr: "Ce service ne peut pas être enregistré ainsi", en: "This service cannot be registered so"),
        meaning: Phrase(
            fr:
                "Une adresse est illisible, en HTTP simple ou locale alors que la configuration le refuse, ou un attribut n'existe pas.",
            en:
                "An address is unreadable, or plain HTTP or local where the configuration refuses it, or an attribute does not exist."
        ))
    package static let signOnUnavailable = ProblemCode(
        "preau.identity.sign_on_unavailable", 503,
        title: Phrase(
            fr: "L'accès aux autres services est momentanément indisponible",
            en: "Access to other services is unavailable for the moment"),
        meaning: Phrase(
            fr: "Vous restez connecté ici ; réessayez d'ouvrir le service dans quelques instants (Retry-After).",
            en: "You stay signed in here; try to open the service again in a moment (Retry-After)."))
    package static let samlRefused = ProblemCode(
        "preau.identity.saml_refused", 400,
        title: Phrase(fr: "La demande de ce service n'est pas valable", en: "The request of this service is not valid"),
        meaning: Phrase(
            fr:
                "Le message SAML est abîmé, trop ancien, destiné à un autre site, ou n'est pas signé comme il le faut. Recommencez depuis le service ; si cela se répète, prévenez l'établissement.",
            en:
                "The SAML message is damaged, too old, meant for another site, or not signed as it has to be. Start again from the service; if it happens again, tell the school."
        ))
    package static let samlUnavailable = ProblemCode(
        "preau.identity.saml_unavailable", 503,
        title: Phrase(
            fr: "L'accès aux services SAML est momentanément indisponible",
            en: "Access to SAML services is unavailable for the moment"),
        meaning: Phrase(
            fr: "Le reste du site fonctionne et vous restez connecté ; réessayez dans quelques instants (Retry-After).",
            en: "The rest of the site works and you stay signed in; try again in a moment (Retry-After)."))

    package static let invalidToken = ProblemCode(
        "preau.identity.invalid_token", 401,
        title: Phrase(fr: "Ce jeton d'accès ne vaut rien", en: "This access token is worth nothing"),
        meaning: Phrase(
            fr: "Le jeton est inconnu ou expiré, ou la session dont il vient est terminée : demandez-en un autre.",
            en: "The token is unknown or expired, or the session it came from is over: ask for another."))
    package static let insufficientScope = ProblemCode(
        "preau.identity.insufficient_scope", 403,
        title: Phrase(fr: "Ce jeton d'accès n'ouvre pas cela", en: "This access token does not open that"),
        meaning: Phrase(
            fr: "Le jeton n'a pas la portée (scope) que l'en-tête WWW-Authenticate indique.",
            en: "The token does not have the scope that the WWW-Authenticate header says."))

    /// All codes of this module, in the order of `docs/errors.md`.
    package static let identity: [ProblemCode] = [
        .wrongCredentials, .throttled, .signInBusy, .signInUnavailable, .sessionUnconfirmed, .signedOut, .forbidden,
        .loginTaken, .secondFactorNeeded, .wrongFactor, .stepUpNeeded, .upstreamRefused, .upstreamUnknown,
        .passwordOff, .unknownPartner, .partnerForbidden,
        .partnerNameTaken, .unacceptablePartner, .signOnUnavailable, .samlRefused, .samlUnavailable,
        .invalidToken, .insufficientScope,
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
        case .secondFactorNeeded: Problem(.secondFactorNeeded).adding(header: "WWW-Authenticate", Self.challenge)
        case .wrongFactor: Problem(.wrongFactor).adding(header: "WWW-Authenticate", Self.challenge)
        case .stepUpNeeded: Problem(.stepUpNeeded)
        case .upstreamRefused: Problem(.upstreamRefused)
        case .upstreamUnknown: Problem(.upstreamUnknown)
        case .passwordOff: Problem(.passwordOff)
        case .unknownPartner: Problem(.unknownPartner)
        case .partnerNameTaken: Problem(.partnerNameTaken)
        case .unacceptablePartner(let field):
            Problem(.unacceptablePartner, errors: [Problem.Detail(.pointer("/" + field), .unacceptable)])
        case .samlRefused: Problem(.samlRefused)
        case .samlUnavailable: Problem(.samlUnavailable, retryAfter: .seconds(3))
        case .partnerForbidden: Problem(.partnerForbidden)
        case .partnerDataUnavailable, .ticketsUnavailable: Problem(.signOnUnavailable, retryAfter: .seconds(3))
        }
    }

    /// RFC 9110 wants one with each 401.
    private static let challenge = "Session realm=\"preau\""
}
