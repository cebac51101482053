internal import Runtime
internal import Tenancy
package import Web

extension ProblemCode {
    package static let closedHours = ProblemCode(
        "preau.admission.closed", 403,
        title: Phrase(fr: "L'espace vous est fermé à cette heure", en: "The workspace is closed to you at this hour"),
        meaning: Phrase(
            fr:
                "Une règle du territoire ou de l'établissement réserve ces heures à d'autres ; le message dit laquelle et quand revenir.",
            en:
                "A rule of the territory or the school keeps these hours for others; the message says which and when to come back."
        ))
    package static let waitingRoom = ProblemCode(
        "preau.admission.waiting", 503,
        title: Phrase(fr: "Beaucoup de monde arrive en même temps", en: "Many people are coming at once"),
        meaning: Phrase(
            fr:
                "Toutes les places sont prises. Votre tour est gardé par le cookie preau_ticket : demandez /api/v1/waiting, pas plus tôt que Retry-After.",
            en:
                "All places are taken. The cookie preau_ticket keeps the turn: ask /api/v1/waiting, not sooner than Retry-After."
        ))

    /// All codes of this module, in the order of `docs/errors.md`.
    package static let admission: [ProblemCode] = [.closedHours, .waitingRoom]
}

extension Closure {
    /// Tells the reason as the rule words it, and when to come back.
    package var problem: Problem {
        let french = reason.french
        let english = reason.english ?? reason.french
        guard let opensAt, let zone = try? SchoolTimeZone.named(timeZone) else {
            return Problem(.closedHours, detail: Phrase(fr: french, en: english))
        }
        let local = zone.local(microseconds: opensAt)
        let french2 = Language.fr.dateAndTime(local.date, minutes: local.minuteOfDay)
        let english2 = Language.en.dateAndTime(local.date, minutes: local.minuteOfDay)
        let seconds = max(1, (opensAt - WallClock.microseconds) / 1_000_000)
        return Problem(
            .closedHours,
            detail: Phrase(
                fr: "\(french) Vous pourrez revenir : \(french2).", en: "\(english) Open to you again: \(english2)."),
            retryAfter: .seconds(min(86_400, seconds)))
    }
}
