internal import Web

extension Phrase {
    static let leavingTitle = Phrase(
        fr: "Vous allez ouvrir un autre service", en: "You are about to open another service")
    static let leavingLead = Phrase(
        fr: "Il apprendra qui vous êtes, et ce que l'établissement a convenu avec lui.",
        en: "It will learn who you are, and what the school has agreed with it.")
    static let serviceName = Phrase(fr: "Service", en: "Service")
    static let serviceAddress = Phrase(fr: "Adresse", en: "Address")
    static let goOn = Phrase(fr: "Continuer", en: "Continue")
    static let signOutEverywhereQuestion = Phrase(
        fr: "Un service demande à vous déconnecter. Voulez-vous vous déconnecter ici et de tous les services ouverts ?",
        en: "A service asks to sign you out. Do you want to sign out here and of every service that is open?")
}
