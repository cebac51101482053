internal import Runtime
internal import Tenancy
internal import Web

extension Phrase {
    static let homework = Phrase(fr: "Cahier de textes", en: "Homework diary")
    static let homeworkOfSchool = Phrase(
        fr: "Cahiers de textes de l'établissement", en: "The school's homework diaries")
    static let workToDo = Phrase(fr: "Travail à faire", en: "Work to do")
    static let lessonRecords = Phrase(fr: "Séances", en: "Lessons")
    static let noWork = Phrase(fr: "Pas de travail à faire sur cette période", en: "No work to do in these days")
    static let noRecords = Phrase(fr: "Pas de séance sur cette période", en: "No lesson recorded in these days")
    static let noHomeworkYet = Phrase(
        fr: "Le cahier de textes ouvrira avec l'emploi du temps de l'année.",
        en: "The diary will open with this year's timetable.")
    static let markDone = Phrase(fr: "Marquer comme fait", en: "Mark as done")
    static let markStarted = Phrase(fr: "Commencé", en: "Started it")
    static let markToDo = Phrase(fr: "Remettre à faire", en: "Not done after all")
    static let lessonCancelled = Phrase(fr: "Le cours est annulé ce jour-là", en: "The lesson is cancelled on that day")
    static let lessonMoved = Phrase(fr: "Le cours est déplacé", en: "The lesson is moved")
    static let missedDays = Phrase(fr: "Rattraper une absence", en: "Catch up on an absence")
    static let missedAdvice = Phrase(
        fr:
            "Choisissez les jours d'absence : les séances, le travail donné et le travail à rendre ces jours-là s'affichent.",
        en: "Choose the days of absence: what was done, given and due on these days is shown.")
    static let missedSpanDoesNotFit = Phrase(
        fr: "Le dernier jour : pas avant le premier, au plus 31 jours en tout, dans la même année scolaire.",
        en: "The last day: not before the first, at most 31 days in all, in the same school year.")
    static let missedDaysDoNotFit = Phrase(
        fr:
            "De 1 à 31 jours d'une même année scolaire, séparés par des virgules, à moins de deux mois les uns des autres.",
        en: "1 to 31 days of one school year, separated by commas, within two months of each other.")
    static let missedShow = Phrase(fr: "Afficher", en: "Show")
    static let givenThatDay = Phrase(fr: "Travail donné", en: "Work given")
    static let dueThatDay = Phrase(fr: "Travail à rendre", en: "Work due")
    static let homeworkUnavailable = Phrase(
        fr: "Le cahier de textes n'est pas disponible pour le moment ; le reste fonctionne.",
        en: "The homework diary is not available for the moment; everything else works.")

    static func name(of kind: Assignment.Kind) -> Phrase {
        switch kind {
        case .exercise: Phrase(fr: "Exercice", en: "Exercise")
        case .lesson: Phrase(fr: "Leçon", en: "Lesson to learn")
        case .homework: Phrase(fr: "Devoir maison", en: "Homework")
        case .test: Phrase(fr: "Contrôle", en: "Test")
        }
    }

    static func name(of progress: Assignment.Progress) -> Phrase {
        switch progress {
        case .toDo: Phrase(fr: "À faire", en: "To do")
        case .started: Phrase(fr: "Commencé", en: "Started")
        case .done: Phrase(fr: "Fait", en: "Done")
        }
    }

    static func diary(of name: String) -> Phrase {
        Phrase(fr: "Cahier de textes : \(name)", en: "Homework diary: \(name)")
    }

    static func forDay(_ day: String) -> Phrase { Phrase(fr: "Pour \(day)", en: "For \(day)") }

    static func dueOn(_ day: String) -> Phrase { Phrase(fr: "pour le \(day)", en: "for \(day)") }

    static func givenOn(_ day: String) -> Phrase { Phrase(fr: "donné le \(day)", en: "given on \(day)") }

    static func about(minutes: Int) -> Phrase { Phrase(fr: "environ \(minutes) min", en: "about \(minutes) min") }

    static func withoutLesson(_ reason: String) -> Phrase {
        Phrase(fr: "hors cours : \(reason)", en: "without a lesson: \(reason)")
    }
}
