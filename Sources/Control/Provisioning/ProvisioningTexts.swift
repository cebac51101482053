internal import Web

extension Phrase {
    static let foreignDepartment = Phrase(
        fr: "Ce département n'est pas de ce territoire.", en: "This department is not one of the territory's.")
    static let unknownZone = Phrase(
        fr: "Le territoire n'a pas de calendrier scolaire pour cette zone.",
        en: "The territory has no school calendar for this zone.")
    static let notALogin = Phrase(
        fr: "Ce n'est pas un identifiant : lettres sans accent, chiffres et . _ - + @.",
        en: "This is not a login: letters without accents, digits and . _ - + @.")
    static let loginOfAnother = Phrase(
        fr: "Cet identifiant est celui d'un compte dont vous n'avez pas la charge.",
        en: "This login is that of an account that is not in your charge.")
    static let appointingTakesMore = Phrase(
        fr: "Ce compte existe : lui confier l'établissement demande le droit de déléguer, et tous les droits confiés.",
        en: "This account exists: handing it the establishment takes the right to delegate, and all rights handed on.")
}
