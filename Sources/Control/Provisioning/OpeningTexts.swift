internal import Tenancy
internal import Web

extension Phrase {
    static let openEstablishments = Phrase(fr: "Ouvrir des établissements", en: "Open establishments")
    static let openEstablishmentsLead = Phrase(
        fr: "Une tâche les prépare et les ouvre ; ceux qui existent déjà sont laissés tels quels.",
        en: "A job prepares and opens them; those that exist already are left as they are.")
    static let openOne = Phrase(fr: "Un établissement", en: "One establishment")
    static let openList = Phrase(fr: "Une liste", en: "A list")
    static let openIt = Phrase(fr: "Ouvrir l'établissement", en: "Open the establishment")
    static let openThem = Phrase(fr: "Ouvrir la liste", en: "Open the list")
    static let openingUAIHint = Phrase(fr: "Sept chiffres et une lettre", en: "Seven digits and a letter")
    static let kindOfSchool = Phrase(fr: "Type", en: "Kind")
    static let openingZoneHint = Phrase(
        fr: "Celle de son département si rien n'est tapé", en: "Its department's when nothing is typed")
    static let firstAdminGiven = Phrase(
        fr: "Prénom de son premier administrateur", en: "Given name of its first administrator")
    static let firstAdminFamily = Phrase(
        fr: "Nom de son premier administrateur", en: "Family name of its first administrator")
    static let openingFile = Phrase(fr: "Tableau (CSV)", en: "Table (CSV)")
    static let openingFileHint = Phrase(
        fr:
            "Colonnes UAI et nom ; si vous voulez commune, type, zone, prénom et nom de famille (du premier administrateur).",
        en:
            "Columns UAI and name; if you like city, kind, zone, given_name and family_name (of the first administrator)."
    )
    static let openingUAI = Phrase(
        fr: "L'UAI n'est pas juste : sept chiffres et la lettre qui va avec.",
        en: "The UAI is not right: seven digits and the letter that goes with them.")
    static let openingName = Phrase(
        fr: "Il manque un nom de 200 lettres au plus.", en: "A name of 200 letters at most is missing.")
    static let openingKind = Phrase(fr: "Ce type n'existe pas.", en: "There is no such kind.")
    static let openingTooLong = Phrase(fr: "Trop long.", en: "Too long.")
    static let openingBothNames = Phrase(
        fr: "Donnez le prénom et le nom de famille, ou aucun des deux.",
        en: "Give the given name and the family name, or neither.")
    static let openingTwice = Phrase(fr: "Cet UAI est deux fois dans la liste.", en: "This UAI is twice in the list.")
    static let openingUnreadable = Phrase(
        fr: "Ce fichier n'est pas un tableau lisible.", en: "This file is no table that can be read.")

    static func openingColumnMissing(_ name: String) -> Phrase {
        Phrase(fr: "Il manque la colonne « \(name) ».", en: "The column “\(name)” is missing.")
    }
    static func openingCount(_ most: Int) -> Phrase {
        Phrase(fr: "De 1 à \(most) établissements à la fois.", en: "From 1 to \(most) establishments at once.")
    }
    static func openingLine(_ line: Int, _ reason: Phrase) -> Phrase {
        Phrase(fr: "Ligne \(line) : \(reason.fr)", en: "Line \(line): \(reason.en)")
    }
}

extension Establishment.Kind {
    var phrase: Phrase {
        switch self {
        case .college: Phrase(fr: "Collège", en: "Middle school")
        case .lycee: Phrase(fr: "Lycée", en: "High school")
        case .lyceeProfessionnel: Phrase(fr: "Lycée professionnel", en: "Vocational high school")
        case .lyceePolyvalent: Phrase(fr: "Lycée polyvalent", en: "General and vocational high school")
        case .citeScolaire: Phrase(fr: "Cité scolaire", en: "Middle and high school")
        case .other: Phrase(fr: "Autre", en: "Other")
        }
    }
}
