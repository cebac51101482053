extension Phrase {
    static func errorNumber(_ status: Int) -> Phrase { Phrase(fr: "Erreur \(status)", en: "Error \(status)") }
    static let backHome = Phrase(fr: "Revenir à l'accueil", en: "Back to the home page")
    static let aboutThisError = Phrase(fr: "À propos de cette erreur", en: "About this error")
    static let requestNumber = Phrase(
        fr: "Numéro de la demande, à donner à l'assistance :", en: "Request number, to give to support:")

    static func tryAgain(inSeconds seconds: Int) -> Phrase {
        seconds < 90
            ? .count(
                seconds, fr: ("Réessayez dans % seconde.", "Réessayez dans % secondes."),
                en: ("Try again in % second.", "Try again in % seconds."))
            : .count(
                (seconds + 59) / 60, fr: ("Réessayez dans % minute.", "Réessayez dans % minutes."),
                en: ("Try again in % minute.", "Try again in % minutes."))
    }
}
