internal import Tenancy
internal import Web

extension Phrase {
    static let moves = Phrase(fr: "Shards", en: "Shards")
    static let movesLead = Phrase(
        fr: "Où sont rangées les données des établissements, et les déplacements d'un shard à l'autre, en service.",
        en: "Where establishments' data lie, and their moves from one shard to another, while in use.")
    static let movesTable = Phrase(fr: "Déplacements", en: "Moves")
    static let moveNumber = Phrase(fr: "Numéro", en: "Number")
    static let movedEstablishment = Phrase(fr: "Établissement", en: "Establishment")
    static let moveOrdered = Phrase(fr: "Demandé le", en: "Ordered on")
    static let fromTo = Phrase(fr: "De → vers", en: "From → to")
    static let databaseSize = Phrase(fr: "Taille", en: "Size")
    static let standbys = Phrase(fr: "Serveurs qui suivent", en: "Servers that follow")
    static let behindBy = Phrase(fr: "Retard", en: "Behind by")
    static let weight = Phrase(fr: "Poids", en: "Weight")
    static let doesNotAnswer = Phrase(fr: "ne répond pas", en: "does not answer")
    static let noMoves = Phrase(fr: "Aucun déplacement", en: "No moves")
    static let noMovesLead = Phrase(
        fr: "La page d'un établissement permet d'en demander un.", en: "The page of an establishment orders one.")
    static let showSpread = Phrase(fr: "Voir une répartition", en: "Show a plan")
    static let planTitle = Phrase(fr: "Répartir les établissements", en: "Spread the establishments")
    static let planLead = Phrase(
        fr:
            "Ce qui serait déplacé maintenant pour que chaque shard ait sa part de personnes, selon son poids ; vingt établissements à la fois.",
        en:
            "What would be moved now so that each shard has its share of people, by its weight; twenty establishments at a time."
    )
    static let planIsEmpty = Phrase(fr: "Rien à déplacer", en: "Nothing to move")
    static let planIsEmptyLead = Phrase(
        fr: "Chaque shard a sa part, à peu de chose près.", en: "Each shard has its share, or nearly so.")
    static let orderPlan = Phrase(fr: "Demander ces déplacements", en: "Order these moves")
    static let orderPlanLead = Phrase(
        fr: "Ils se font l'un après l'autre, sans coupure ; pas entre 7 h 30 et 9 h.",
        en: "They are made one after the other, without an interruption; not between 7:30 and 9:00.")
    static let people = Phrase(fr: "Personnes", en: "People")
    static let moveIt = Phrase(fr: "Déplacer vers un autre shard", en: "Move to another shard")
    static let moveTarget = Phrase(fr: "Shard", en: "Shard")
    static let moveTargetHint = Phrase(
        fr:
            "L'établissement reste ouvert : ses écritures attendent moins d'un dixième de seconde. Le chemin de retour reste ouvert un jour.",
        en:
            "The establishment stays open: its writes wait less than a tenth of a second. The way back stays open for a day."
    )
    static let atTheBell = Phrase(fr: "Aussi entre 7 h 30 et 9 h", en: "Also between 7:30 and 9:00")
    static let noSuchShard = Phrase(
        fr: "Ce shard ne prend pas d'établissement", en: "This shard takes no establishment")
    static let rowsCopied = Phrase(fr: "Lignes copiées", en: "Rows copied")
    static let timeLeft = Phrase(fr: "Temps restant", en: "Time left")
    static let writesWaited = Phrase(fr: "Attente des écritures", en: "Writes waited")
    static let comparison = Phrase(fr: "Comparaison des deux côtés", en: "Comparison of both sides")
    static let wayBackTerm = Phrase(fr: "Chemin de retour", en: "Way back")
    static let stoodInTheWay = Phrase(fr: "Dernier obstacle", en: "What stood in the way last")
    static let cancelMove = Phrase(fr: "Abandonner", en: "Give up")
    static let cancelMoveLead = Phrase(
        fr: "Possible jusqu'à la bascule : l'établissement reste où il est.",
        en: "Possible until the switch: the establishment stays where it is.")
    static let reverseMove = Phrase(fr: "Revenir", en: "Go back")
    static let reverseMoveLead = Phrase(
        fr: "L'établissement retourne d'où il vient, sans rien recopier, avec ce qui a été écrit depuis.",
        en: "The establishment returns to where it was, without a copy, with what was written since.")
    static let completeMove = Phrase(fr: "Terminer", en: "Complete")
    static let completeMoveLead = Phrase(
        fr: "Ferme le chemin de retour et enlève les lignes restées derrière.",
        en: "Closes the way back and removes the rows left behind.")
    static let followMove = Phrase(fr: "Suivre en direct", en: "Follow live")
    static let followMoveStill = Phrase(fr: "Ne plus recharger", en: "Stop reloading")

    static func moveTitle(_ number: Int64) -> Phrase {
        Phrase(fr: "Déplacement \(number)", en: "Move \(number)")
    }

    static func seconds(_ seconds: Double) -> Phrase {
        .count(
            Int(seconds.rounded(.up)), fr: ("% seconde environ", "% secondes environ"),
            en: ("about % second", "about % seconds"))
    }

    static func milliseconds(_ milliseconds: Double) -> Phrase {
        .count(Int(milliseconds.rounded()), fr: ("% ms", "% ms"), en: ("% ms", "% ms"))
    }

    static func megabytes(_ bytes: Int) -> Phrase {
        .count((bytes + 999_999) / 1_000_000, fr: ("% Mo", "% Mo"), en: ("% MB", "% MB"))
    }

    static func ordered(_ moves: Int, refused: [String]) -> Phrase {
        let ordered = Phrase.count(
            moves, fr: ("% déplacement demandé.", "% déplacements demandés."),
            en: ("% move ordered.", "% moves ordered."))
        guard !refused.isEmpty else { return ordered }
        let why = refused.prefix(5).joined(separator: "; ")
        return Phrase(fr: "\(ordered[.fr]) Refusés : \(why)", en: "\(ordered[.en]) Refused: \(why)")
    }
}

extension Shard.State {
    var phrase: Phrase {
        switch self {
        case .registered: Phrase(fr: "connu", en: "known")
        case .active: Phrase(fr: "en service", en: "in use")
        case .draining: Phrase(fr: "se vide", en: "draining")
        case .retired: Phrase(fr: "retiré", en: "retired")
        }
    }
}

extension Move.State {
    var phrase: Phrase {
        switch self {
        case .planned: Phrase(fr: "demandé", en: "ordered")
        case .slot, .copying: Phrase(fr: "copie", en: "copying")
        case .catchingUp: Phrase(fr: "rattrapage", en: "catching up")
        case .frozen, .verifying: Phrase(fr: "bascule", en: "switching")
        case .flipped, .draining: Phrase(fr: "basculé", en: "switched")
        case .done: Phrase(fr: "fait", en: "done")
        case .aborting: Phrase(fr: "abandon", en: "being given up")
        case .aborted: Phrase(fr: "abandonné", en: "given up")
        }
    }

    var kind: Notice.Kind? {
        switch self {
        case .planned: nil
        case .slot, .copying, .catchingUp, .frozen, .verifying, .flipped, .draining: .information
        case .done: .success
        case .aborting, .aborted: .warning
        }
    }
}

extension Move.WayBack {
    var phrase: Phrase {
        switch self {
        case .none: Phrase(fr: "aucun", en: "none")
        case .open: Phrase(fr: "ouvert", en: "open")
        case .taken: Phrase(fr: "pris", en: "taken")
        case .closing: Phrase(fr: "se ferme", en: "closing")
        case .closed: Phrase(fr: "fermé", en: "closed")
        case .lost:
            Phrase(fr: "perdu : le shard d'avant n'a pas pu suivre", en: "lost: the former shard could not follow")
        }
    }
}

extension Move.Verification {
    var phrase: Phrase {
        switch self {
        case .pending: Phrase(fr: "à venir", en: "to come")
        case .equal: Phrase(fr: "identiques", en: "equal")
        case .different: Phrase(fr: "différents", en: "different")
        case .skipped: Phrase(fr: "impossible après une interruption", en: "impossible after an interruption")
        }
    }
}
