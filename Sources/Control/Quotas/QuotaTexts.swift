internal import Web

extension Phrase {
    static let ceilBelowRate = Phrase(
        fr: "Le plafond est inférieur au débit garanti.", en: "The ceiling is below the guaranteed rate.")
    static let badRate = Phrase(
        fr: "Un débit en Mbit/s, de 0,001 à un milliard, par exemple 200 ou 1,5.",
        en: "A rate in Mbit/s, from 0.001 to a thousand million, such as 200 or 1.5.")
    static let badQuotaDay = Phrase(fr: "Un jour tel que 2026-11-30.", en: "A day such as 2026-11-30.")
    static let quotasTitle = Phrase(fr: "Débits", en: "Bandwidth")
    static let quotasLead = Phrase(
        fr: "Ce que chaque territoire peut faire passer sur la ligne, et ce qui y passe.",
        en: "What each territory may send over the line, and what goes over it.")
    static let guaranteed = Phrase(fr: "Débit garanti", en: "Guaranteed rate")
    static let ceiling = Phrase(fr: "Plafond de débit", en: "Ceiling")
    static let lineSent = Phrase(fr: "Envoyé", en: "Sent")
    static let lineReceived = Phrase(fr: "Reçu", en: "Received")
    static let lineNow = Phrase(fr: "Envoyé en ce moment", en: "Sent now")
    static let noQuota = Phrase(fr: "sans limite", en: "no limit")
    static let nothingMetered = Phrase(fr: "Rien n'est passé sur la ligne.", en: "Nothing went over the line.")
    static let lastDay = Phrase(fr: "Les dernières vingt-quatre heures", en: "The last twenty-four hours")
    static let byHour = Phrase(fr: "Les mêmes valeurs, heure par heure", en: "The same values, hour by hour")
    static let hourColumn = Phrase(fr: "Heure", en: "Hour")
    static let setQuota = Phrase(fr: "Fixer le débit", en: "Set the bandwidth")
    static let doubleQuota = Phrase(fr: "Doubler", en: "Double")
    static let halveQuota = Phrase(fr: "Réduire de moitié", en: "Halve")
    static let quotaOfManifest = Phrase(fr: "Revenir à ce qui est déclaré", en: "Return to what is declared")
    static let rateField = Phrase(fr: "Débit garanti, en Mbit/s", en: "Guaranteed rate, in Mbit/s")
    static let ceilField = Phrase(fr: "Plafond, en Mbit/s", en: "Ceiling, in Mbit/s")
    static let ceilHint = Phrase(
        fr: "Avec ce que les autres laissent ; le débit garanti, si rien n'est indiqué.",
        en: "With what others leave; the guaranteed rate when nothing is given.")
    static let fromField = Phrase(fr: "À partir du", en: "From")
    static let fromHint = Phrase(fr: "Dès maintenant, si rien n'est indiqué.", en: "At once when nothing is given.")
    static let quotaSteps = Phrase(fr: "Débits prévus", en: "Planned bandwidth")
    static let fromBeginning = Phrase(fr: "depuis le début", en: "from the beginning")
    static let quotaChanged = Phrase(
        fr: "C'est fait : en vigueur aussi pour les téléchargements en cours.",
        en: "Done: in force for running downloads as well.")

    /// What a graph of the meter shows, for those who do not see it.
    static func meterSummary(most: String, received: String) -> Phrase {
        Phrase(
            fr: "Courbes du débit sur vingt-quatre heures : au plus \(most) envoyés et \(received) reçus.",
            en: "Curves of the rate over twenty-four hours: at most \(most) sent and \(received) received.")
    }
}

extension Language {
    /// Bits per second in the largest unit that leaves a whole part: `12,4 Mbit/s`.
    func rate(_ bits: Int) -> String {
        for (factor, unit) in [(1_000_000_000, "Gbit/s"), (1_000_000, "Mbit/s"), (1000, "kbit/s")] where bits >= factor
        {
            let tenths = bits / (factor / 10)
            let text = tenths % 10 == 0 ? number(tenths / 10) : decimal("\(tenths / 10).\(tenths % 10)")
            return "\(text) \(unit)"
        }
        return "\(number(bits)) bit/s"
    }
}
