internal import Web

extension Phrase {
    static let linksTitle = Phrase(fr: "Autres façons de me connecter", en: "Other ways to sign in")
    static let linksLead = Phrase(
        fr: "Associez votre compte d'un autre portail à celui-ci : vous entrerez ensuite par l'un ou l'autre.",
        en: "Link your account of another portal to this one: you can then come in by either.")
    static let linkProvider = Phrase(fr: "Associer", en: "Link")
    static let unlinkProvider = Phrase(fr: "Ne plus associer", en: "Unlink")
    static let noProvider = Phrase(fr: "Aucun autre portail n'est proposé ici.", en: "No other portal is offered here.")
    static func signInThrough(_ name: String) -> Phrase {
        Phrase(fr: "Se connecter avec \(name)", en: "Sign in with \(name)")
    }
}
