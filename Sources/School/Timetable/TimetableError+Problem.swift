internal import Tenancy
package import Web

extension ProblemCode {
    package static let noTimetable = ProblemCode(
        "preau.timetable.none", 404,
        title: Phrase(fr: "Pas encore d'emploi du temps", en: "No timetable yet"),
        meaning: Phrase(
            fr: "L'établissement n'a pas d'emploi du temps pour cette année scolaire.",
            en: "The establishment has no timetable for this school year."))
    package static let lessonChanged = ProblemCode(
        "preau.timetable.lesson_changed", 412,
        title: Phrase(fr: "Ce cours a été modifié entre-temps", en: "This lesson was changed meanwhile"),
        meaning: Phrase(
            fr: "Quelqu'un l'a modifié depuis que vous l'avez lu : relisez-le, puis refaites la modification.",
            en: "Somebody changed it since you read it: read it again, then make the change again."))
    package static let unknownReference = ProblemCode(
        "preau.timetable.unknown_reference", 422,
        title: Phrase(fr: "Référence inconnue dans l'établissement", en: "Unknown reference in the establishment"),
        meaning: Phrase(
            fr: "Une matière, une personne, un groupe ou une salle n'existe pas dans cet établissement.",
            en: "A subject, a person, a group or a room does not exist in this establishment."))
    package static let lessonNotHeld = ProblemCode(
        "preau.timetable.lesson_not_held", 422,
        title: Phrase(fr: "Ce cours n'a pas lieu ce jour-là", en: "This lesson is not held on that day"),
        meaning: Phrase(
            fr: "Jour, semaine A ou B, vacances ou dates de validité : rien à modifier à cette date.",
            en: "Day, week A or B, holidays or dates of validity: nothing to change on that date."))
    package static let invalidLesson = ProblemCode(
        "preau.timetable.invalid", 422,
        title: Phrase(fr: "Ce cours n'est pas possible tel quel", en: "This lesson is not possible as it is"),
        meaning: Phrase(
            fr: "Une valeur ne convient pas ; « errors » dit laquelle.",
            en: "A value does not fit; “errors” says which."))
    package static let idempotencyKeyReused = ProblemCode(
        "preau.school.idempotency_key_reused", 422,
        title: Phrase(fr: "Clé d'idempotence déjà utilisée", en: "Idempotency key already used"),
        meaning: Phrase(
            fr: "Cette clé a déjà servi pour une autre demande : choisissez-en une nouvelle.",
            en: "This key was used for another request: choose a new one."))

    /// The timetable's codes, in the order of `docs/errors.md`.
    package static let timetable: [ProblemCode] = [
        .noTimetable, .lessonChanged, .unknownReference, .lessonNotHeld, .invalidLesson, .idempotencyKeyReused,
    ]
}

extension TimetableError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .notFound: Problem(.notFound)
        case .revisionChanged(let revision): Problem(.lessonChanged).adding(header: "ETag", "\"\(revision)\"")
        case .unknownReference: Problem(.unknownReference)
        case .notHeldThatDay: Problem(.lessonNotHeld)
        case .noTimetable: Problem(.noTimetable)
        case .invalid(let field):
            Problem(.invalidLesson, errors: [Problem.Detail(.pointer("/" + field), .valueDoesNotFit)])
        }
    }
}

extension Phrase {
    static func spanDoesNotFit(days: Int) -> Phrase {
        Phrase(
            fr: "Le dernier jour : pas avant le premier, au plus \(days) jours en tout.",
            en: "The last day: not before the first, at most \(days) days in all.")
    }

    static let valueDoesNotFit = Phrase(fr: "Cette valeur ne convient pas.", en: "This value does not fit.")
}

extension TenancyError {
    /// Whether it is a shard's trouble of the moment, while other shards go on.
    var isPassing: Bool {
        switch self {
        case .shardUnavailable, .shardBehind, .timedOut, .overloaded, .moving, .directoryUnavailable: true
        default: false
        }
    }
}
