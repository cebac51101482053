internal import Web

extension Phrase {
    static let partnerServices = Phrase(fr: "Services raccordés", en: "Connected services")
    static let partnerServicesLead = Phrase(
        fr: "Les applications où l'on entre d'ici sans mot de passe, et ce que chacune apprend des personnes.",
        en: "Applications that people enter from here without a password, and what each learns of them.")
    static let registerService = Phrase(fr: "Raccorder un service", en: "Connect a service")
    static let protocolColumn = Phrase(fr: "Protocole", en: "Protocol")
    static let serviceScope = Phrase(fr: "Pour qui", en: "For whom")
    static let serviceScopeWhich = Phrase(fr: "Lequel", en: "Which one")
    static let serviceScopeHint = Phrase(
        fr: "Le territoire, le code du département ou l'UAI ; vide pour toute la plateforme.",
        en: "The territory, the department's code or the UAI; empty for the whole platform.")
    static let scopePlatform = Phrase(fr: "Toute la plateforme", en: "The whole platform")
    static let scopeTerritory = Phrase(fr: "Un territoire", en: "A territory")
    static let scopeDepartment = Phrase(fr: "Un département", en: "A department")
    static let scopeEstablishment = Phrase(fr: "Un établissement", en: "An establishment")
    static let serviceAddresses = Phrase(fr: "Adresses", en: "Addresses")
    static let serviceAddressesHint = Phrase(
        fr: "Une par ligne : https://hote/chemin/ ou https://*.hote/ ; tout ce qui est dessous en fait partie.",
        en: "One a line: https://host/path/ or https://*.host/; all that is below is part of it.")
    static let serviceAddressHint = Phrase(
        fr: "Son adresse complète ; pour SAML, laissez vide et donnez ses métadonnées.",
        en: "Its whole address; for SAML, leave it empty and give its metadata.")
    static let serviceMetadata = Phrase(fr: "Métadonnées SAML", en: "SAML metadata")
    static let serviceTemplate = Phrase(fr: "Modèle", en: "Template")
    static let serviceTemplateHint = Phrase(
        fr: "Ce que l'application attend d'apprendre, d'après ce qu'elle est.",
        en: "What the application expects to learn, by what it is.")
    static let templateGeneric = Phrase(fr: "Autre application", en: "Another application")
    static let serviceProfiles = Phrase(fr: "Profils", en: "Profiles")
    static let serviceProfilesHint = Phrase(
        fr: "Aucun : le service est ouvert à tous.", en: "None: the service is open to everybody.")
    static let serviceIsOpen = Phrase(fr: "Ouvert", en: "Open")
    static let serviceIsClosed = Phrase(fr: "Fermé", en: "Closed")
    static let serviceSecret = Phrase(fr: "Secret du client", en: "Client secret")
    static let serviceSecretLead = Phrase(
        fr: "Notez-le maintenant : il n'est montré qu'une fois.", en: "Write it down now: it is shown this once.")
    static let giveItThese = Phrase(fr: "À donner à l'application", en: "To give to the application")
    static let whatItLearns = Phrase(fr: "Ce qu'elle apprend", en: "What it learns")
    static let attributeName = Phrase(fr: "Nom", en: "Name")
    static let attributeSource = Phrase(fr: "D'où", en: "From")
    static let attributeFormat = Phrase(fr: "Écriture", en: "Written")
    static let previewFor = Phrase(fr: "Aperçu pour une personne", en: "Preview for a person")
    static let previewLogin = Phrase(fr: "Identifiant de la personne", en: "The person's login")
    static let previewLoginHint = Phrase(
        fr: "La réponse exacte que l'application recevrait ; elle n'ouvre rien.",
        en: "The exact answer that the application would get; it opens nothing.")
    static let showPreview = Phrase(fr: "Voir la réponse", en: "Show the answer")
    static let previewClosed = Phrase(
        fr: "Le service n'est pas ouvert à cette personne : il n'apprend rien d'elle.",
        en: "The service is not open to this person: it learns nothing of them.")
    static let previewNobody = Phrase(
        fr: "Personne dont vous avez la charge n'a cet identifiant.", en: "Nobody in your charge has this login.")
    static let overTheWire = Phrase(fr: "La réponse, telle qu'elle part", en: "The answer, as it is sent")
    static let removeService = Phrase(fr: "Ne plus raccorder", en: "Disconnect")
    static let removeServiceLead = Phrase(
        fr: "Plus personne n'y entre d'ici, et ce que l'application a déjà obtenu ne vaut plus rien.",
        en: "Nobody enters it from here any more, and what the application has got is worth nothing.")
    static let serviceUnacceptable = Phrase(
        fr: "Cela ne peut pas être enregistré : adresse illisible ou locale, métadonnées refusées, ou droit absent",
        en: "This cannot be registered: an address unreadable or local, metadata refused, or no right to it")
    static let serviceNameTakenHere = Phrase(
        fr: "Un service de ce protocole porte déjà ce nom", en: "A service of this protocol already has this name")
}
