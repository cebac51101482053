extension Phrase {
    static let skipToContent = Phrase(fr: "Aller au contenu", en: "Skip to content")
    static let mainNavigation = Phrase(fr: "Navigation principale", en: "Main navigation")
    static let menu = Phrase(fr: "Menu", en: "Menu")
    static let languages = Phrase(fr: "Langue", en: "Language")
    static let signOut = Phrase(fr: "Se déconnecter", en: "Sign out")
    static let pages = Phrase(fr: "Pages de la liste", en: "Pages of the list")
    static let nextPage = Phrase(fr: "Suite", en: "More")
    static let firstPage = Phrase(fr: "Début de la liste", en: "Start of the list")
    static let formHasErrors = Phrase(
        fr: "Ce formulaire n'est pas encore complet :", en: "This form is not complete yet:")
    static let noLessons = Phrase(fr: "Pas de cours", en: "No lessons")
    static let today = Phrase(fr: "Aujourd'hui", en: "Today")
    static let daysOfWeek = Phrase(fr: "Jours de la semaine", en: "Days of the week")
}
