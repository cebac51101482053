extension Phrase {
    static let design = Phrase(fr: "Composants des pages", en: "Components of pages")
    static let designLead = Phrase(
        fr: "Ce dont toutes les pages sont faites, une fois chacun. Tout est inventé ; le formulaire ne change rien.",
        en: "What all pages are made of, each once. Everything is invented; the form changes nothing.")
    static let designSent = Phrase(fr: "Le formulaire est complet.", en: "The form is complete.")
    static let designForm = Phrase(fr: "Formulaire", en: "Form")
    static let designFiles = Phrase(fr: "Fichiers", en: "Files")
    static let designNotices = Phrase(fr: "Messages et étiquettes", en: "Notices and tags")
    static let designButtons = Phrase(fr: "Boutons et questions", en: "Buttons and questions")
    static let designLists = Phrase(fr: "Liste et filtres", en: "List and filters")
    static let designTables = Phrase(fr: "Tableau, faits, avancement", en: "Table, facts, progress")
    static let designMoving = Phrase(fr: "Se déplacer", en: "Moving about")
    static let designEmpty = Phrase(fr: "Quand il n'y a rien", en: "Where there is nothing")
    static let designWeek = Phrase(fr: "Semaine", en: "Week")
    static let contents = Phrase(fr: "Sur cette page", en: "On this page")
    static let chooseOne = Phrase(fr: "Choisissez au moins une classe.", en: "Choose at least one class.")

    static func found(_ count: Int) -> Phrase {
        .count(count, fr: ("% résultat", "% résultats"), en: ("% result", "% results"))
    }
}
