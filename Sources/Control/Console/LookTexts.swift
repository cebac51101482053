internal import Web

extension Phrase {
    static let look = Phrase(fr: "Couleurs et adresses", en: "Colours and host names")
    static let lookLead = Phrase(
        fr:
            "Sans couleurs, celles du territoire. Sur ses propres adresses, la page de connexion porte le nom de l'établissement.",
        en:
            "Without colours, those of the territory. On its own host names, the sign-in page has the establishment's name."
    )
    static let themeColour = Phrase(fr: "Bandeau", en: "Band")
    static let themeOnColour = Phrase(fr: "Texte du bandeau", en: "Text on the band")
    static let themeAccent = Phrase(fr: "Liens et boutons, fond clair", en: "Links and buttons, light")
    static let themeAccentOnDark = Phrase(fr: "Liens et boutons, fond sombre", en: "Links and buttons, dark")
    static let themeColourHint = Phrase(fr: "Comme #1f4e79", en: "Such as #1f4e79")
    static let ownHosts = Phrase(fr: "Adresses de l'établissement", en: "The establishment's host names")
    static let ownHostsHint = Phrase(
        fr: "Sous un domaine, séparées par des espaces : college-des-tilleuls.ent77.fr",
        en: "Below a domain, with spaces between: college-des-tilleuls.ent77.fr")
    static let saveLook = Phrase(fr: "Enregistrer l'apparence", en: "Save the look")
    static let tooManyHosts = Phrase(fr: "Dix adresses au plus.", en: "Ten host names at most.")

    static func hostIsTaken(_ host: String) -> Phrase {
        host.isEmpty
            ? Phrase(fr: "Une de ces adresses est déjà prise.", en: "One of these host names is taken.")
            : Phrase(fr: "\(host) est déjà pris.", en: "\(host) is taken.")
    }
}

extension Phrase {
    static let outOfSightDays = Phrase(fr: "Sans visite depuis (jours)", en: "No visit for (days)")
    static let outOfSightDaysHint = Phrase(fr: "De 1 à 400", en: "From 1 to 400")

    static func unseenFor(_ days: Int) -> Phrase {
        days == 1
            ? Phrase(fr: "Sans visite depuis 1 jour", en: "No visit for 1 day")
            : Phrase(fr: "Sans visite depuis \(days) jours", en: "No visit for \(days) days")
    }
}
