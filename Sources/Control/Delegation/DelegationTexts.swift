internal import Web

extension AdminRight {
    var name: Phrase {
        switch self {
        case .accounts: Phrase(fr: "Comptes", en: "Accounts")
        case .establishments: Phrase(fr: "Établissements", en: "Establishments")
        case .imports: Phrase(fr: "Imports", en: "Imports")
        case .quotas: Phrase(fr: "Débits", en: "Bandwidth")
        case .rules: Phrase(fr: "Règles d'accès", en: "Access rules")
        case .services: Phrase(fr: "Services partenaires", en: "Partner services")
        case .moves: Phrase(fr: "Déplacements", en: "Moves")
        case .backups: Phrase(fr: "Sauvegardes", en: "Backups")
        case .news: Phrase(fr: "Actualités", en: "News")
        case .audit: Phrase(fr: "Journal", en: "Audit log")
        case .delegation: Phrase(fr: "Délégation", en: "Delegation")
        }
    }

    var missing: Phrase {
        Phrase(
            fr: "Il manque à votre délégation le droit « \(name.fr) ».",
            en: "Your mandate lacks the right “\(name.en)”.")
    }
}
