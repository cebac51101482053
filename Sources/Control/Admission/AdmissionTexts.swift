internal import Web

extension Phrase {
    static let noSuchRule = Phrase(
        fr: "Une règle a des heures HH:MM qui diffèrent et un dernier jour après le premier.",
        en: "A rule has hours HH:MM that differ and a last day after the first.")
    static let badMoment = Phrase(fr: "Un moment tel que 2026-11-30T08:05.", en: "A moment such as 2026-11-30T08:05.")
    static let noSuchCapacity = Phrase(
        fr: "Un nombre de places, et des réserves qui ne dépassent pas 100 %.",
        en: "A number of places, and reserves of no more than 100 %.")

    static let adviceLower = Phrase(
        fr: "Trop de réponses échouent ou tardent : abaissez le plafond.",
        en: "Too many answers fail or are late: lower the cap.")
    static let adviceRaise = Phrase(
        fr: "Des personnes attendent et celles qui sont entrées sont bien servies : le plafond peut être relevé.",
        en: "People wait and those who are in are well served: the cap can be raised.")
    static let adviceNodes = Phrase(
        fr: "Des demandes sont écartées pour protéger les autres, ou ne trouvent pas de nœud : ajoutez des nœuds.",
        en: "Requests are turned away to protect the others, or find no node: add nodes.")
    static let adviceWatch = Phrase(
        fr: "Presque toutes les places sont prises.", en: "Nearly all places are taken.")

    static func thresholds(_ limits: AlertThresholds) -> Phrase {
        func percent(_ thousandths: Int, _ language: Language) -> String {
            let (whole, tenth) = thousandths.quotientAndRemainder(dividingBy: 10)
            return tenth == 0 ? "\(whole)" : language.decimal("\(whole).\(tenth)")
        }
        return Phrase(
            fr:
                "Alerte quand moins de \(percent(limits.good, .fr)) % des réponses des \(limits.minutes) dernières minutes sont bonnes et rendues en trois secondes, ou quand \(percent(limits.places, .fr)) % des places sont prises.",
            en:
                "An alert when fewer than \(percent(limits.good, .en)) % of the last \(limits.minutes) minutes' answers are good and given within three seconds, or when \(percent(limits.places, .en)) % of the places are taken."
        )
    }

    static let frontAlone = Phrase(fr: "Ce que le frontal a répondu seul", en: "What the front answered by itself")
    static let frontAloneLead = Phrase(
        fr:
            "Les erreurs qu'aucun nœud n'a vues : pas de nœud, pas de place à temps, un nœud qui s'est arrêté. Le frontal ne sait pas de quel territoire elles sont : ces chiffres sont ceux de toute la plateforme, et ne sont pas dans les taux du territoire.",
        en:
            "Errors that no node has seen: no node, no place in time, a node that stopped. The front does not know of which territory they are: these figures are the whole platform's, and are not in the territory's rates."
    )
    static let frontUnknown = Phrase(
        fr: "Ce service n'interroge pas le frontal.", en: "This service does not ask the front.")
    static let requestsAtFront = Phrase(fr: "Demandes reçues", en: "Requests received")
    static let failedAtFront = Phrase(fr: "Erreurs sans nœud", en: "Errors without a node")
    static let capInForce = Phrase(fr: "Plafond en vigueur", en: "Cap in force")
    static let nodesTogether = Phrase(fr: "Ce que les nœuds peuvent porter", en: "What the nodes can carry")
    static let loadOfNodes = Phrase(fr: "Charge", en: "Load")
    static let carriedPeople = Phrase(fr: "Personnes qu'ils peuvent porter", en: "People they can carry")
    static let tooQuiet = Phrase(fr: "trop calme pour le mesurer", en: "too quiet to tell")
    static let passwordsPerSecond = Phrase(fr: "Connexions par seconde", en: "Sign-ins a second")

    static func attendanceSummary(connected: String, waiting: String) -> Phrase {
        Phrase(
            fr: "Courbes de la fréquentation : au plus \(connected) connectés et \(waiting) en attente.",
            en: "Curves of attendance: at most \(connected) connected and \(waiting) waiting.")
    }

    static let lastMinutes = Phrase(fr: "Les dernières minutes", en: "The last minutes")
    static let minuteColumn = Phrase(fr: "Heure", en: "Time")
    static let requestsColumn = Phrase(fr: "Demandes", en: "Requests")
    static let goodColumn = Phrase(fr: "Bien servies en 3 s", en: "Well served in 3 s")
    static let refusedColumn = Phrase(fr: "Refus par règle", en: "Refused, by rule")

    static let admissionTitle = Phrase(fr: "Fréquentation et accès", en: "Attendance and access")
    static let admissionLead = Phrase(
        fr: "Qui est connecté, combien de places il reste, qui peut venir quand.",
        en: "Who is connected, how many places are left, who may come when.")
    static let admissionLive = Phrase(
        fr: "Mettre cette page à jour toutes les dix secondes", en: "Update this page every ten seconds")
    static let admissionStill = Phrase(fr: "Ne plus mettre à jour cette page", en: "Stop updating this page")
    static let connected = Phrase(fr: "Connectés", en: "Connected")
    static let placesTaken = Phrase(fr: "Places prises", en: "Places taken")
    static let placesInAll = Phrase(fr: "Plafond déclaré", en: "Declared cap")
    static let waitingNow = Phrase(fr: "En attente", en: "Waiting")
    static let admittedPerMinute = Phrase(fr: "Entrées par minute", en: "Admitted a minute")
    static let noCap = Phrase(fr: "aucun", en: "none")
    static let notKnownNow = Phrase(fr: "inconnu pour l'instant", en: "not known for now")
    static let territoryColumn = Phrase(fr: "Territoire", en: "Territory")
    static let profileColumn = Phrase(fr: "Profil", en: "Profile")
    static let levelColumn = Phrase(fr: "Niveau", en: "Level")
    static let setCap = Phrase(fr: "Fixer le plafond", en: "Set the cap")
    static let raiseCap = Phrase(fr: "Relever de 10 %", en: "Raise by 10 %")
    static let lowerCap = Phrase(fr: "Abaisser de 10 %", en: "Lower by 10 %")
    static let capField = Phrase(fr: "Personnes en même temps", en: "People at once")
    static let rulesTitle = Phrase(fr: "Règles d'accès", en: "Access rules")
    static let noRule = Phrase(fr: "Aucune règle ici.", en: "No rule here.")
    static let ruleOn = Phrase(fr: "en vigueur", en: "in force")
    static let ruleOff = Phrase(fr: "en réserve", en: "kept ready")
    static let simulateOn = Phrase(fr: "Simuler la mise en vigueur", en: "Simulate putting it in force")
    static let simulateOff = Phrase(fr: "Simuler le retrait", en: "Simulate taking it out")
    static let simulationTitle = Phrase(fr: "Qui pourrait se connecter ?", en: "Who could sign in?")
    static let moment = Phrase(fr: "Moment (heure locale)", en: "Moment (local time)")
    static let simulateAgain = Phrase(fr: "Simuler à ce moment", en: "Simulate at this moment")
    static let applyRule = Phrase(fr: "Appliquer ce changement", en: "Make this change")
    static let today = Phrase(fr: "Aujourd'hui", en: "As it is")
    static let afterChange = Phrase(fr: "Après le changement", en: "After the change")
    static let establishmentsColumn = Phrase(fr: "Établissements", en: "Schools")
    static let outcomeOpen = Phrase(fr: "peut entrer", en: "may come in")
    static let outcomeQueued = Phrase(fr: "attend son tour", en: "waits for a turn")
    static let outcomeClosed = Phrase(fr: "fermé", en: "closed")
    static let outcomeColumn = Phrase(fr: "Réponse", en: "Answer")
    static let ruleColumn = Phrase(fr: "Règle", en: "Rule")
    static let changeMade = Phrase(
        fr: "C'est fait : en vigueur partout en deux secondes.", en: "Done: in force everywhere within two seconds.")
    static let cannotLower = Phrase(
        fr: "Indiquez un nombre de 0 à 10 000 000.", en: "Give a number from 0 to 10,000,000.")
    static let withoutClass = Phrase(fr: "sans classe", en: "without a class")
}
