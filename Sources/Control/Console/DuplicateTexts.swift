internal import Web

extension Phrase {
    static let duplicates = Phrase(fr: "Doublons", en: "Duplicates")
    static let duplicatesLead = Phrase(
        fr: "Ces comptes portent le même nom : une personne, ou deux ? Rien n'est réuni sans vous, et cela se défait.",
        en:
            "These accounts have the same name: one person, or two? Nothing is merged without you, and it can be undone."
    )
    static let noDuplicates = Phrase(fr: "Aucun doublon", en: "No duplicates")
    static let noDuplicatesLead = Phrase(
        fr: "Aucun compte de l'établissement ne porte le nom d'un autre.",
        en: "No account of the establishment has the name of another one.")
    static let likelihood = Phrase(fr: "Vraisemblance", en: "Likelihood")
    static let twoPeople = Phrase(fr: "Deux personnes", en: "Two people")
    static let mergedAccounts = Phrase(fr: "Comptes réunis", en: "Merged accounts")
    static let mergedLogin = Phrase(fr: "Compte réuni", en: "Merged account")
    static let keptLogin = Phrase(fr: "Compte gardé", en: "Account kept")
    static let mergedOn = Phrase(fr: "Le", en: "On")
    static let unmerge = Phrase(fr: "Séparer", en: "Separate")
    static let firstAccount = Phrase(fr: "Premier compte", en: "First account")
    static let secondAccount = Phrase(fr: "Second compte", en: "Second account")
    static let keepFirst = Phrase(fr: "Réunir dans le premier", en: "Merge into the first")
    static let keepSecond = Phrase(fr: "Réunir dans le second", en: "Merge into the second")
}
