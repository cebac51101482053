internal import Web

extension Phrase {
    static let consentTitle = Phrase(fr: "Autoriser une application", en: "Allow an application")
    static func consentLead(_ name: String) -> Phrase {
        Phrase(
            fr: "\(name) demande à vous connaître. Cette application n'est pas de ce site.",
            en: "\(name) asks to know you. This application is not part of this site.")
    }
    static let consentList = Phrase(fr: "Elle pourra :", en: "It will be able to:")
    static let consentHint = Phrase(
        fr: "Vous pourrez retirer cet accord à tout moment, dans « Mon compte ».",
        en: "You can take this back at any time, in “My account”.")
    static let allow = Phrase(fr: "Autoriser", en: "Allow")
    static let deny = Phrase(fr: "Refuser", en: "Refuse")
    static let consentsTitle = Phrase(fr: "Applications autorisées", en: "Allowed applications")
    static let consentsLead = Phrase(
        fr: "Les applications extérieures auxquelles vous avez permis de vous connaître.",
        en: "Applications from outside that you have let know you.")
    static let noConsent = Phrase(
        fr: "Vous n'avez autorisé aucune application.", en: "You have allowed no application.")
    static let takeBack = Phrase(fr: "Retirer l'accord", en: "Take back")
    static let consentTaken = Phrase(
        fr: "L'accord est retiré : cette application ne peut plus rien lire de vous.",
        en: "It is taken back: that application can read nothing of you any more.")
    static func consentGiven(_ day: String) -> Phrase { Phrase(fr: "depuis le \(day)", en: "since \(day)") }

    static let scopeOpenID = Phrase(fr: "vous reconnaître d'une fois à l'autre", en: "know you again each time")
    static let scopeProfile = Phrase(fr: "connaître votre nom et votre langue", en: "know your name and language")
    static let scopeEmail = Phrase(fr: "connaître votre adresse électronique", en: "know your e-mail address")
    static let scopeAddress = Phrase(fr: "connaître votre adresse postale", en: "know your postal address")
    static let scopePhone = Phrase(fr: "connaître votre numéro de téléphone", en: "know your telephone number")
    static let scopeOffline = Phrase(
        fr: "continuer quand vous n'êtes pas connecté", en: "go on while you are not signed in")
    static func scopeAttributes(_ names: String) -> Phrase {
        Phrase(fr: "lire ces informations de l'ENT : \(names)", en: "read these facts of the workspace: \(names)")
    }
    static let scopeRead = Phrase(fr: "lire ce que vous lisez ici", en: "read what you read here")
    static let scopeWrite = Phrase(fr: "agir ici à votre place", en: "act here in your name")
    static func scopeReadOne(_ name: String) -> Phrase {
        Phrase(fr: "lire en votre nom : \(name)", en: "read in your name: \(name)")
    }
    static func scopeWriteOne(_ name: String) -> Phrase {
        Phrase(fr: "agir en votre nom : \(name)", en: "act in your name: \(name)")
    }
}
