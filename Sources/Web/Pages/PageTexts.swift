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
    static let errorInTitle = Phrase(fr: "Erreur : ", en: "Error: ")
    static let noLessons = Phrase(fr: "Pas de cours", en: "No lessons")
    static let today = Phrase(fr: "Aujourd'hui", en: "Today")
    static let daysOfWeek = Phrase(fr: "Jours de la semaine", en: "Days of the week")
    static let closeDialog = Phrase(fr: "Fermer", en: "Close")
    static let new = Phrase(fr: "Nouveau :", en: "New:")
    static let filters = Phrase(fr: "Filtrer la liste", en: "Filter the list")
    static let applyFilters = Phrase(fr: "Filtrer", en: "Filter")
    static let clearFilters = Phrase(fr: "Tout afficher", en: "Show all")
    static let breadcrumbs = Phrase(fr: "Vous êtes ici", en: "You are here")
    static let accessibilityMention = Phrase(
        fr: "Accessibilité : non conforme", en: "Accessibility: not compliant (no audit yet)")

    /// Followed by the time on the establishment's clocks, and by `sessionEndsThen`.
    static let sessionEndsAt = Phrase(
        fr: "Sans activité, votre session se termine à ", en: "Without activity, your session ends at ")
    static let sessionEndsThen = Phrase(
        fr: " ; un formulaire envoyé après n'est pas perdu.", en: "; a form sent later is not lost.")
}
