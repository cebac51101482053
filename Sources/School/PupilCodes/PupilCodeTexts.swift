internal import Web

extension Phrase {
    static let pupilCodes = Phrase(fr: "Codes des élèves", en: "Pupils' codes")
    static let pupilCodesLead = Phrase(
        fr:
            "Un élève a perdu son mot de passe : donnez-lui un code, avec lequel il en choisit un autre. Le code est montré une seule fois.",
        en:
            "A pupil has lost their password: give them a code, with which they choose another. The code is shown once."
    )
    static let chooseClass = Phrase(fr: "Choisissez une classe ou un groupe", en: "Choose a class or a group")
    static let noClassOfYours = Phrase(fr: "Vous n'avez pas encore de classe", en: "You have no class yet")
    static let noClassOfYoursLead = Phrase(
        fr: "Vos classes viennent de l'établissement, avec vos cours.",
        en: "Your classes come from the school, with your lessons.")
    static let noPupilHere = Phrase(fr: "Aucun élève dans ce groupe", en: "No pupil in this group")
    static let pupilColumn = Phrase(fr: "Élève", en: "Pupil")
    static let loginColumn = Phrase(fr: "Identifiant", en: "Login")
    static let codeColumn = Phrase(fr: "Code", en: "Code")
    static let accountColumn = Phrase(fr: "Compte", en: "Account")
    static let actColumn = Phrase(fr: "Code", en: "Code")
    static let noAccountYet = Phrase(fr: "Pas de compte ouvert", en: "No open account")
    static let awaitsActivation = Phrase(fr: "À activer", en: "To be activated")
    static let accountInUse = Phrase(fr: "Activé", en: "Activated")
    static let hasAskedForCode = Phrase(fr: "Demande un code", en: "Asks for a code")
    static let codesForClass = Phrase(fr: "Donner un code à toute la classe", en: "Give the whole class a code")
    static let codesForClassLead = Phrase(
        fr:
            "Chaque élève de la liste reçoit un code, valable un jour. Son mot de passe actuel reste bon jusqu'à ce qu'il s'en serve.",
        en: "Each pupil of the list gets a code, good for a day. Their present password stays good until they use it.")
    static let codesGiven = Phrase(fr: "Codes donnés", en: "Codes given")
    static let printCodes = Phrase(
        fr: "Imprimez cette page ou recopiez les codes : ils ne seront plus montrés.",
        en: "Print this page or copy the codes: they are not shown again.")
    static let codeUse = Phrase(
        fr: "À saisir à l'adresse /activate, page « J'ai reçu un code ».",
        en: "To be typed at /activate, the page “I have a code”.")
    static let refusedCodes = Phrase(
        fr:
            "Sans code : compte absent ou verrouillé, compte de quelqu'un qui n'est pas seulement élève ou qui a un second facteur, ou trop de codes donnés depuis hier.",
        en:
            "Without a code: no account or a locked one, an account of somebody who is not only a pupil or has a second factor, or too many codes given since yesterday."
    )
    static let backToClass = Phrase(fr: "Retour à la classe", en: "Back to the class")

    static func giveCodeTo(_ name: String) -> Phrase {
        Phrase(fr: "Donner un code à \(name)", en: "Give \(name) a code")
    }

    static func codesLast(seconds: Int) -> Phrase {
        seconds > 3600
            ? Phrase(fr: "Ils servent une fois, pendant un jour.", en: "They work once, for a day.")
            : Phrase(fr: "Il sert une fois, pendant une heure.", en: "It works once, for an hour.")
    }
}
