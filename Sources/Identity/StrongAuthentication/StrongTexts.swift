internal import Web

extension Phrase {
    static let secondFactorTitle = Phrase(fr: "Une vérification de plus", en: "One more check")
    static let secondFactorLead = Phrase(
        fr: "Le mot de passe est bon. Montrez maintenant votre clé d'accès, ou donnez un code.",
        en: "The password is right. Now show a passkey, or give a code.")
    static let factorCode = Phrase(fr: "Code", en: "Code")
    static let factorCodeHint = Phrase(
        fr: "Six chiffres de votre application, ou un code de secours",
        en: "Six digits of the application, or a recovery code")
    static let recoveryHint = Phrase(fr: "Un code de secours", en: "A recovery code")
    static let confirm = Phrase(fr: "Confirmer", en: "Confirm")
    static let passkeyElsewhere = Phrase(
        fr:
            "Votre clé d'accès ne vaut que sur le site où vous l'avez créée. Connectez-vous là-bas, ou saisissez un code :",
        en: "Your passkey works only on the site where you made it. Sign in there, or type a code:")
    static let usePasskey = Phrase(fr: "Utiliser une clé d'accès", en: "Use a passkey")
    static let notMe = Phrase(fr: "Ce n'est pas moi : annuler la connexion", en: "This is not me: cancel signing in")
    static let wrongFactorCode = Phrase(
        fr: "Ce code n'est pas le bon. L'heure du téléphone est-elle juste ?",
        en: "This code is not right. Is the clock of the phone right?")
    static let passkeyRefused = Phrase(
        fr: "La clé d'accès n'a pas pu être ajoutée : recommencez.", en: "The passkey could not be added: start again.")

    static let newDevice = Phrase(fr: "Nouvel appareil", en: "New device")
    static let securityTitle = Phrase(fr: "Protection de mon compte", en: "Protection of my account")
    static let securityLead = Phrase(
        fr: "Avec une clé d'accès ou une application, un mot de passe volé ne suffit plus.",
        en: "With a passkey or an application, a stolen password is not enough any more.")
    static let factorOwed = Phrase(
        fr: "Vos fonctions demandent une seconde vérification : ajoutez-en une pour continuer.",
        en: "What you may do here asks for a second check: add one to go on.")
    static let myFactors = Phrase(fr: "Mes vérifications", en: "My checks")
    static let addFactor = Phrase(fr: "Ajouter une vérification", en: "Add a check")
    static let factorName = Phrase(fr: "Nom", en: "Name")
    static let factorNameOptional = Phrase(fr: "facultatif", en: "optional")
    static let kind = Phrase(fr: "Sorte", en: "Kind")
    static let passkey = Phrase(fr: "Clé d'accès", en: "Passkey")
    static let application = Phrase(fr: "Application", en: "Application")
    static let addPasskey = Phrase(fr: "Ajouter une clé d'accès", en: "Add a passkey")
    static let passkeyLead = Phrase(
        fr:
            "Une clé d'accès est dans cet ordinateur, ce téléphone ou une clé USB. Aucun téléphone personnel n'est demandé.",
        en: "A passkey is in this computer, this phone or a USB key. No phone of one's own is asked for.")
    static let addApplication = Phrase(fr: "Ajouter une application", en: "Add an application")
    static let applicationLead = Phrase(
        fr: "Une application de codes donne six chiffres, qui changent toutes les trente secondes.",
        en: "An authenticator application gives six digits that change every thirty seconds.")
    static let secretLead = Phrase(
        fr: "Montrez ce carré à l'application, ou donnez-lui le secret ; puis tapez le premier code qu'elle montre.",
        en: "Show this square to the application, or give it the secret; then type the first code that it shows.")
    static let secretSquare = Phrase(
        fr: "Code QR du secret, écrit en toutes lettres dessous", en: "QR code of the secret that is spelt out below")
    static let openApplication = Phrase(
        fr: "Ouvrir l'application de codes sur cet appareil", en: "Open the authenticator application on this device")
    static let firstCodeHint = Phrase(fr: "Six chiffres", en: "Six digits")
    static let back = Phrase(fr: "Retour", en: "Back")
    static let removeFactor = Phrase(fr: "Retirer", en: "Remove")
    static let recoveryCodes = Phrase(fr: "Codes de secours", en: "Recovery codes")
    static let recoveryLead = Phrase(
        fr: "Chacun sert une fois, quand le reste est hors de portée. Imprimez-les : ils ne seront plus montrés.",
        en: "Each is good once, when everything else is out of reach. Print them: they are not shown again.")
    static let codesKept = Phrase(fr: "Je les ai gardés", en: "I have kept them")
    static let newCodes = Phrase(fr: "Faire de nouveaux codes", en: "Make new codes")
    static func codesLeft(_ count: Int) -> Phrase {
        .count(
            count, fr: ("Il reste % code de secours.", "Il reste % codes de secours."),
            en: ("% recovery code is left.", "% recovery codes are left."))
    }
}
