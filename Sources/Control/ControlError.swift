internal import HTTP
package import Tenancy
package import Web

/// What the control plane refuses or cannot do.
package enum ControlError: Error {
    /// The shard is registered; its schema could not be brought up to date.
    case shardNotMigrated(ShardID, reason: String)
    /// Manifests with problems: one line each, with file, line and column.
    case manifests(String)
    /// A plan that stands against what is there: one line a reason.
    case planRefused(String)
    /// A rule is saved only once its outcome has been looked at.
    case notSimulated
    /// Demonstration data belongs on no production platform.
    case notInProduction
    /// The caller's mandate does not give this right here.
    case noRight(AdminRight)
}

extension ProblemCode {
    package static let shardNotMigrated = ProblemCode(
        "preau.control.shard_not_migrated", 502,
        title: Phrase(fr: "Le shard n'a pas pu être préparé", en: "The shard could not be prepared"),
        meaning: Phrase(
            fr: "Son schéma n'a pas pu être mis à jour : vérifiez l'adresse et le serveur, puis recommencez.",
            en: "Its schema could not be brought up to date: check the address and the server, then try again."))
    package static let invalidManifests = ProblemCode(
        "preau.control.invalid_manifests", 422,
        title: Phrase(fr: "Les manifestes ont des erreurs", en: "The manifests have errors"),
        meaning: Phrase(
            fr: "Rien n'a été changé ; « detail » donne fichier, ligne et colonne de chaque erreur.",
            en: "Nothing was changed; “detail” gives file, line and column of each error."))
    package static let planRefused = ProblemCode(
        "preau.control.plan_refused", 409,
        title: Phrase(fr: "Ce plan ne peut pas être appliqué", en: "This plan cannot be applied"),
        meaning: Phrase(
            fr: "Ce qui est déclaré contredit ce qui existe ; « detail » dit quoi.",
            en: "What is declared contradicts what exists; “detail” says what."))
    package static let notSimulated = ProblemCode(
        "preau.control.not_simulated", 409,
        title: Phrase(fr: "Ce changement n'a pas été simulé", en: "This change was not simulated"),
        meaning: Phrase(
            fr: "Simulez d'abord exactement ce changement, puis envoyez la valeur « simulation » reçue.",
            en: "Simulate exactly this change first, then send the “simulation” value that was received."))
    package static let notInProduction = ProblemCode(
        "preau.control.not_in_production", 403,
        title: Phrase(fr: "Interdit en production", en: "Not allowed in production"),
        meaning: Phrase(
            fr: "Les données de démonstration n'ont pas leur place sur une plateforme en service.",
            en: "Demonstration data has no place on a platform in service."))

    package static let jobNotStoppable = ProblemCode(
        "preau.control.job_not_stoppable", 409,
        title: Phrase(fr: "Cette tâche ne peut pas être arrêtée", en: "This job cannot be stopped"),
        meaning: Phrase(
            fr: "Elle est terminée, ou elle a dépassé le point où l'on peut revenir en arrière.",
            en: "It has ended, or it is past the point where it could be undone."))
    package static let jobNotRepeatable = ProblemCode(
        "preau.control.job_not_repeatable", 409,
        title: Phrase(fr: "Cette tâche ne peut pas être reprise", en: "This job cannot be taken up again"),
        meaning: Phrase(
            fr: "Seule une tâche arrêtée ou en échec peut être reprise.",
            en: "Only a job that was stopped or has failed can be taken up again."))

    package static let noRight = ProblemCode(
        "preau.control.no_right", 403,
        title: Phrase(fr: "Votre délégation ne le permet pas", en: "Your mandate does not allow this"),
        meaning: Phrase(
            fr: "Vous avez accès à cet établissement ou territoire, sans ce droit : demandez-le à qui vous a délégué.",
            en: "This establishment or territory is yours to see, without this right: ask whoever gave you the mandate."
        ))

    package static let mandateTooWide = ProblemCode(
        "preau.control.mandate_too_wide", 403,
        title: Phrase(fr: "Cette délégation dépasse la vôtre", en: "This mandate is wider than yours"),
        meaning: Phrase(
            fr: "On ne délègue que ce que l'on a soi-même, avec le droit de déléguer.",
            en: "One can only hand on what one has, with the right to delegate."))
    package static let unknownReference = ProblemCode(
        "preau.control.unknown_reference", 422,
        title: Phrase(fr: "Référence inconnue", en: "Unknown reference"),
        meaning: Phrase(
            fr: "Un territoire ou un établissement nommé n'existe pas, ou ne va pas avec ce rôle.",
            en: "A territory or an establishment that is named does not exist, or does not go with this role."))
    package static let loginUnknown = ProblemCode(
        "preau.control.login_unknown", 422,
        title: Phrase(fr: "Identifiant inconnu", en: "Unknown login"),
        meaning: Phrase(
            fr: "Aucun compte n'a cet identifiant, ou il n'est pas de ceux dont vous avez la charge.",
            en: "No account has this login, or it is not one of those in your charge."))

    package static let invalidUAI = ProblemCode(
        "preau.control.invalid_uai", 422,
        title: Phrase(fr: "Ce code UAI n'est pas juste", en: "This UAI is not right"),
        meaning: Phrase(
            fr: "Sept chiffres et la lettre qui va avec, chacun une seule fois dans la demande.",
            en: "Seven digits and the letter that goes with them, each only once in the request."))
    package static let uaiTaken = ProblemCode(
        "preau.control.uai_taken", 409,
        title: Phrase(fr: "Ce code UAI est déjà pris", en: "This UAI is taken"),
        meaning: Phrase(
            fr: "Un autre établissement l'a, ou l'a eu.", en: "Another establishment has it, or had it."))
    package static let hostTaken = ProblemCode(
        "preau.control.host_taken", 409,
        title: Phrase(fr: "Ce nom d'hôte est déjà pris", en: "This host name is taken"),
        meaning: Phrase(
            fr: "Un territoire ou un autre établissement l'a : chaque nom n'a qu'un titulaire sur la plateforme.",
            en: "A territory or another establishment has it: each name has one holder on the platform."))
    package static let wrongState = ProblemCode(
        "preau.control.wrong_state", 409,
        title: Phrase(
            fr: "L'état de l'établissement ne le permet pas", en: "The establishment's state does not allow this"),
        meaning: Phrase(
            fr: "On suspend ce qui est ouvert, on rouvre ce qui est suspendu ou fermé.",
            en: "What is open can be suspended; what is suspended or closed can be reopened."))

    package static let accountAboveYours = ProblemCode(
        "preau.control.account_above_yours", 403,
        title: Phrase(fr: "Ce compte a plus de droits que vous", en: "This account has more rights than you"),
        meaning: Phrase(
            fr:
                "La personne administre ou dirige ce dont vous n'avez pas la charge : adressez-vous à qui vous a délégué.",
            en: "The person administers or heads what is not in your charge: ask whoever gave you the mandate."))
    package static let accountShut = ProblemCode(
        "preau.control.account_shut", 409,
        title: Phrase(fr: "Ce compte est verrouillé ou fermé", en: "This account is locked or closed"),
        meaning: Phrase(
            fr: "Déverrouillez-le d'abord ; un compte fermé le reste.",
            en: "Unlock it first; a closed account stays so."))
    package static let notMergeable = ProblemCode(
        "preau.control.not_mergeable", 409,
        title: Phrase(fr: "Ces comptes ne peuvent pas être réunis", en: "These accounts cannot be merged"),
        meaning: Phrase(
            fr: "Deux comptes ouverts et différents ; celui qui a des délégations est celui que l'on garde.",
            en: "Two open and different accounts; one that has mandates is the one to keep."))
    package static let tooWide = ProblemCode(
        "preau.control.search_too_wide", 422,
        title: Phrase(fr: "Précisez la recherche", en: "Search for less"),
        meaning: Phrase(
            fr: "Deux lettres d'un nom ou d'un identifiant, ou un établissement.",
            en: "Two letters of a name or a login, or an establishment."))

    package static let noMail = ProblemCode(
        "preau.control.no_mail", 409,
        title: Phrase(fr: "Aucun serveur de courriel n'est configuré", en: "No mail server is configured"),
        meaning: Phrase(
            fr: "Ce service n'envoie pas de courriel : imprimez des lettres, ou demandez à son exploitant.",
            en: "This service sends no mail: print letters, or ask whoever runs it."))

    package static let tokenMade = ProblemCode(
        "preau.control.token_made", 409,
        title: Phrase(fr: "Cette demande a déjà abouti", en: "This was asked for before"),
        meaning: Phrase(
            fr: "La clé a servi pour un autre jeton, ou pour un jeton employé depuis : choisissez-en une nouvelle.",
            en: "The key was used for another token, or for one that has been used since: choose a new one."))

    /// The control plane's codes, in the order of `docs/errors.md`.
    package static let control: [ProblemCode] =
        [
            .shardNotMigrated, .invalidManifests, .planRefused, .notSimulated, .notInProduction, .jobNotStoppable,
            .jobNotRepeatable,
            .noRight,
            .mandateTooWide, .unknownReference, .loginUnknown, .moveRefused, .moveUnknown, .moveNotNow,
            .moverNotConfigured, .invalidUAI, .uaiTaken, .hostTaken, .wrongState,
            .accountAboveYours, .accountShut, .notMergeable, .tooWide, .noMail, .tokenMade,
        ] + backups
}

extension ControlError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .shardNotMigrated(_, let reason): Problem(.shardNotMigrated, detail: Phrase(verbatim: reason))
        case .manifests(let lines): Problem(.invalidManifests, detail: Phrase(verbatim: lines))
        case .planRefused(let lines): Problem(.planRefused, detail: Phrase(verbatim: lines))
        case .notSimulated: Problem(.notSimulated)
        case .notInProduction: Problem(.notInProduction)
        case .noRight(let right): Problem(.noRight, detail: right.missing)
        }
    }
}
