internal import Web

extension Phrase {
    static let mandates = Phrase(fr: "Délégations", en: "Mandates")
    static let mandatesLead = Phrase(
        fr: "Qui administre quoi, parmi ce que vous pouvez déléguer.",
        en: "Who administers what, among what you may hand on.")
    static let noMandates = Phrase(fr: "Aucune délégation", en: "No mandate")
    static let giveMandate = Phrase(fr: "Donner une délégation", en: "Give a mandate")
    static let giveMandateLead = Phrase(
        fr: "À un compte qui existe. Redonner le même rôle au même endroit en change les droits et les dates.",
        en: "To an account that exists. Giving the same role over the same thing again changes its rights and dates.")
    static let mandateLoginHint = Phrase(
        fr: "Tel que la personne le tape pour se connecter", en: "As the person types it to sign in")
    static let loginOrName = Phrase(fr: "Identifiant ou nom", en: "Login or name")
    static let loginOrNameHint = Phrase(fr: "Le début suffit.", en: "The beginning is enough.")
    static let mandatesOfEstablishmentHint = Phrase(
        fr: "Seulement les délégations sur cet établissement", en: "Only the mandates over this establishment")
    static let noTerritoryNamed = Phrase(fr: "Aucun", en: "None")
    static let mandateTerritoryHint = Phrase(
        fr: "Pour administrer un territoire ou une région", en: "To administer a territory or a region")
    static let mandateEstablishment = Phrase(fr: "Établissement (UAI)", en: "Establishment (UAI)")
    static let mandateEstablishmentHint = Phrase(
        fr: "Pour administrer un seul établissement", en: "To administer one establishment")
    static let rights = Phrase(fr: "Droits", en: "Rights")
    static let rightsHint = Phrase(fr: "Sans aucune case : tous ceux du rôle", en: "With no box: all of the role's")
    static let allRights = Phrase(fr: "Tous ceux du rôle", en: "All of the role's")
    static let unknownRight = Phrase(fr: "Ce choix n'existe pas.", en: "There is no such choice.")
    static let roleOfEstablishment = Phrase(
        fr: "Ce rôle vaut dans un établissement : donnez son UAI et aucun territoire.",
        en: "This role holds in an establishment: give its UAI and no territory.")
    static let roleOfTerritory = Phrase(
        fr: "Ce rôle vaut dans un territoire : choisissez-le, sans établissement.",
        en: "This role holds in a territory: choose it, without an establishment.")
    static let roleOfPlatform = Phrase(
        fr: "Ce rôle vaut partout : ni territoire ni établissement.",
        en: "This role holds everywhere: neither territory nor establishment.")
    static let unknownPlace = Phrase(fr: "Ce lieu n'existe pas.", en: "There is no such place.")
    static let wholePlatform = Phrase(fr: "Toute la plateforme", en: "The whole platform")
    static let mandateRole = Phrase(fr: "Rôle", en: "Role")
    static let actionColumn = Phrase(fr: "Action", en: "Action")
    static let over = Phrase(fr: "Sur", en: "Over")
    static let fromDay = Phrase(fr: "À partir du", en: "From")
    static let untilDay = Phrase(fr: "Jusqu'au", en: "Until")
    static let mandateFromHint = Phrase(fr: "Aujourd'hui si rien n'est choisi", en: "Today when nothing is chosen")
    static let mandateUntilHint = Phrase(
        fr: "Ce jour compris ; sans fin si rien n'est choisi",
        en: "That day included; without end when nothing is chosen")
    static let endsBeforeItBegins = Phrase(
        fr: "La fin vient avant le début.", en: "The end comes before the beginning.")
    static let takeAway = Phrase(fr: "Retirer", en: "Take away")
    static let giveUpHere = Phrase(fr: "Renoncer", en: "Give up")

    // Tokens
    static let apiTokens = Phrase(fr: "Jetons d'API", en: "API tokens")
    static let apiTokensLead = Phrase(
        fr: "Ce que des programmes ouvrent, jusqu'à un jour dit. Les secrets ne sont pas gardés.",
        en: "What programs open, until a given day. Their secrets are not kept.")
    static let noTokens = Phrase(fr: "Aucun jeton", en: "No token")
    static let makeToken = Phrase(fr: "Créer un jeton", en: "Make a token")
    static let makeTokenLead = Phrase(
        fr: "Une partie de ce que vous pouvez faire, pour un programme.",
        en: "A part of what you may do, for a program.")
    static let tokenName = Phrase(fr: "Nom du programme", en: "Name of the program")
    static let tokenNameHint = Phrase(
        fr: "Il figure au journal : minuscules, chiffres et tirets, comme scim-orleans",
        en: "It stands in the audit log: lower-case letters, digits and hyphens, such as scim-orleans")
    static let tokenNameFilterHint = Phrase(
        fr: "Le début d'un mot suffit, comme orleans.", en: "The beginning of a word is enough, such as orleans.")
    static let tokenDays = Phrase(fr: "Durée en jours", en: "Days")
    static let tokenDaysHint = Phrase(fr: "De 1 à 400", en: "From 1 to 400")
    static let goodUntil = Phrase(fr: "Valable jusqu'au", en: "Good until")
    static let lastUse = Phrase(fr: "Dernier usage", en: "Last used")
    static let tokenExpired = Phrase(fr: "Expiré", en: "Run out")
    static let revokeToken = Phrase(fr: "Révoquer", en: "Take back")
    static let tokenSecret = Phrase(fr: "Jeton", en: "Token")
    static let tokenSecretLead = Phrase(
        fr: "Copiez-le maintenant : il ne sera plus jamais montré.", en: "Note it now: it is never shown again.")
}
