internal import Web

extension Phrase {
    static let waitTitle = Phrase(fr: "Beaucoup de monde arrive en même temps", en: "Many people are coming at once")
    static let waitLead = Phrase(
        fr: "Vous êtes dans la file d'attente ; ceux qui sont déjà connectés le restent.",
        en: "You are in the waiting line; those already signed in stay so.")
    static let waitPosition = Phrase(fr: "Votre place dans la file", en: "Your place in the line")
    static let waitEstimate = Phrase(fr: "Attente estimée", en: "Estimated wait")
    static let waitNow = Phrase(fr: "Actualiser maintenant", en: "Refresh now")
    static let yourTurn = Phrase(
        fr: "C'est votre tour : connectez-vous dans les trois minutes.",
        en: "It is your turn: sign in within three minutes.")

    static func waitRefresh(seconds: Int) -> Phrase {
        Phrase(
            fr:
                "Cette page se met à jour toute seule dans \(seconds) secondes. Gardez-la ouverte : la recharger ne fait pas avancer.",
            en:
                "This page updates itself in \(seconds) seconds. Keep it open: loading it again does not move it forward."
        )
    }

    static func about(seconds: Int) -> Phrase {
        if seconds < 60 { return Phrase(fr: "moins d'une minute", en: "less than a minute") }
        return .count(
            (seconds + 59) / 60, fr: ("environ % minute", "environ % minutes"),
            en: ("about % minute", "about % minutes"))
    }
}
