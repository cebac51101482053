package import Web

extension ProblemCode {
    package static let homeworkChanged = ProblemCode(
        "preau.homework.changed", 412,
        title: Phrase(fr: "Cela a été modifié entre-temps", en: "This was changed meanwhile"),
        meaning: Phrase(
            fr: "Quelqu'un l'a modifié depuis que vous l'avez lu : relisez, puis refaites la modification.",
            en: "Somebody changed it since you read it: read it again, then make the change again."))
    package static let alreadyRecorded = ProblemCode(
        "preau.homework.already_recorded", 409,
        title: Phrase(fr: "Cette séance est déjà remplie", en: "This lesson is recorded already"),
        meaning: Phrase(
            fr: "Un cours n'a qu'une séance pour chaque classe : modifiez celle qui existe.",
            en: "A lesson has one record for each class: change the one there is."))
    package static let noLessonThatDay = ProblemCode(
        "preau.homework.no_lesson", 422,
        title: Phrase(fr: "Pas de cours de cette matière ce jour-là", en: "No lesson of this subject on that day"),
        meaning: Phrase(
            fr: "Le travail se donne pour un jour où la classe a ce cours ; sinon, indiquez-en la raison.",
            en: "Work is due on a day on which the class has this lesson; otherwise, say why."))
    package static let notTeaching = ProblemCode(
        "preau.homework.not_teaching", 403,
        title: Phrase(fr: "Ce n'est pas votre cours", en: "This is not your lesson"),
        meaning: Phrase(
            fr: "Seuls les professeurs de ce cours, ou leurs remplaçants ce jour-là, remplissent le cahier de textes.",
            en: "Only the teachers of this lesson, or who replaces them on that day, write in the diary."))
    package static let homeworkFrozen = ProblemCode(
        "preau.homework.frozen", 409,
        title: Phrase(fr: "Un visa a figé cette page du cahier", en: "A visa has frozen this page of the diary"),
        meaning: Phrase(
            fr: "La direction a visé cette période : ce qui a été visé ne se modifie plus.",
            en: "The head has signed this period: what was signed can no longer be changed."))
    package static let tooFewLessons = ProblemCode(
        "preau.homework.too_few_lessons", 422,
        title: Phrase(fr: "Pas assez de cours pour cette progression", en: "Not enough lessons for this sequence"),
        meaning: Phrase(
            fr: "La classe a moins de cours de cette matière, d'ici la fin de l'année, que la progression de séances.",
            en: "The class has fewer lessons of this subject left in the year than the sequence has."))
    package static let diaryTooLarge = ProblemCode(
        "preau.homework.too_large", 422,
        title: Phrase(fr: "Cahier de textes trop long", en: "Diary too long"),
        meaning: Phrase(
            fr: "Le document dépasserait ce qui peut être conservé : choisissez une période plus courte.",
            en: "The document would be more than can be kept: choose a shorter period."))
    package static let invalidHomework = ProblemCode(
        "preau.homework.invalid", 422,
        title: Phrase(fr: "Ce n'est pas possible tel quel", en: "This is not possible as it is"),
        meaning: Phrase(
            fr: "Une valeur ne convient pas ; « errors » dit laquelle.",
            en: "A value does not fit; “errors” says which."))

    /// The diary's codes, in the order of `docs/errors.md`.
    package static let homework: [ProblemCode] = [
        .homeworkChanged, .alreadyRecorded, .noLessonThatDay, .notTeaching, .homeworkFrozen, .tooFewLessons,
        .diaryTooLarge, .invalidHomework,
    ]
}

extension HomeworkError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .notFound: Problem(.notFound)
        case .revisionChanged(let revision): Problem(.homeworkChanged).adding(header: "ETag", "\"\(revision)\"")
        case .alreadyRecorded: Problem(.alreadyRecorded)
        case .noLesson: Problem(.noLessonThatDay)
        case .notTeaching: Problem(.notTeaching)
        case .frozen: Problem(.homeworkFrozen)
        case .tooFewLessons: Problem(.tooFewLessons)
        case .tooLarge: Problem(.diaryTooLarge)
        case .invalid(let field):
            Problem(.invalidHomework, errors: [Problem.Detail(.pointer("/" + field), .valueDoesNotFit)])
        }
    }
}
