internal import Web

extension ProblemCode {
    static let onePupilAtATime = ProblemCode(
        "preau.pupil_codes.one_at_a_time", 403,
        title: Phrase(fr: "Un élève à la fois", en: "One pupil at a time"),
        meaning: Phrase(
            fr: "Seule la direction donne des codes à toute une classe.",
            en: "Only the head gives codes to a whole class."))
    static let tooManyCodes = ProblemCode(
        "preau.pupil_codes.too_many", 429,
        title: Phrase(fr: "Trop de codes aujourd'hui", en: "Too many codes today"),
        meaning: Phrase(
            fr: "Vous avez donné beaucoup de codes depuis hier : attendez demain, ou adressez-vous à l'administration.",
            en: "You have given many codes since yesterday: wait until tomorrow, or ask the administration."))

    static let pupilCodes: [ProblemCode] = [.onePupilAtATime, .tooManyCodes]
}
