internal import Runtime
internal import Tenancy
internal import Web

extension Phrase {
    static let writeRecord = Phrase(fr: "Remplir la séance", en: "Record the lesson")
    static let editRecord = Phrase(fr: "Modifier la séance", en: "Change the lesson's record")
    static let removeRecord = Phrase(fr: "Supprimer la séance", en: "Remove the record")
    static let giveWork = Phrase(fr: "Donner du travail", en: "Give work")
    static let editWork = Phrase(fr: "Modifier le travail", en: "Change the work")
    static let removeWork = Phrase(fr: "Supprimer ce travail", en: "Remove this work")
    static let removeEntryAdvice = Phrase(
        fr: "La classe ne le verra plus. Les pointages des élèves sont supprimés avec.",
        en: "The class will not see it any more. What pupils noted of it goes with it.")
    static let recordTitle = Phrase(fr: "Titre", en: "Title")
    static let recordContent = Phrase(fr: "Contenu", en: "Content")
    static let privateAnnotation = Phrase(fr: "Annotation personnelle", en: "Private note")
    static let privateAnnotationHint = Phrase(
        fr: "Vous seul la lisez : ni la classe, ni la direction, ni un remplaçant.",
        en: "Read by you alone: neither the class, nor the head, nor a substitute.")
    static let attachedFiles = Phrase(fr: "Fichiers joints", en: "Files")
    static let publication = Phrase(fr: "Visible par la classe", en: "Shown to the class")
    static let publishNow = Phrase(fr: "Tout de suite", en: "Now")
    static let publishAtEnd = Phrase(fr: "À la fin du cours", en: "At the end of the lesson")
    static let publishKeep = Phrase(fr: "Comme prévu jusqu'ici", en: "As planned so far")
    static let publishLater = Phrase(fr: "À partir d'une date", en: "From a date on")
    static let publishDate = Phrase(fr: "Date de publication", en: "Date of publication")
    static let publishLaterHint = Phrase(
        fr: "Seulement pour une publication à une date choisie.", en: "Only to publish on a day of your choice.")
    static let publishTime = Phrase(fr: "Heure de publication", en: "Time of publication")
    static let classAndSubject = Phrase(fr: "Classe et matière", en: "Class and subject")
    static let workKind = Phrase(fr: "Type", en: "Kind")
    static let dueDay = Phrase(fr: "Pour le", en: "Due on")
    static let dueDayHint = Phrase(
        fr: "Un jour où la classe a ce cours : les prochains sont dans le tableau.",
        en: "A day on which the class has this lesson: the next ones are in the table.")
    static let estimatedMinutes = Phrase(fr: "Durée estimée, en minutes", en: "Estimated time, in minutes")
    static let overrideReason = Phrase(
        fr: "Raison, si ce n'est pas un jour de cours", en: "Reason, if there is no lesson that day")
    static let overrideHint = Phrase(
        fr: "Elle est conservée avec votre nom et la date.", en: "It is kept with your name and the date.")
    static let noLessonField = Phrase(
        fr: "La classe n'a pas ce cours ce jour-là : choisissez un autre jour ou donnez une raison.",
        en: "The class does not have this lesson on that day: choose another day or give a reason.")
    static let classLoad = Phrase(fr: "Charge de travail de la classe", en: "The class's work load")
    static let classLoadAdvice = Phrase(
        fr: "Tous professeurs confondus : le maximum pour un même élève.",
        en: "From all teachers together: the most that one pupil has.")
    static let loadDay = Phrase(fr: "Jour", en: "Day")
    static let loadWork = Phrase(fr: "Travaux", en: "Pieces of work")
    static let loadTests = Phrase(fr: "Contrôles", en: "Tests")
    static let loadMinutes = Phrase(fr: "Minutes", en: "Minutes")
    static let loadLesson = Phrase(fr: "Cours de la matière", en: "Lesson of the subject")
    static let chooseDay = Phrase(fr: "Choisir ce jour", en: "Choose this day")
    static let nothingToTeach = Phrase(
        fr: "Vous n'avez pas de cours sur cette période", en: "You have no lessons in these days")
    static let frozenByVisa = Phrase(fr: "Visé", en: "Signed")
    static let frozenAdvice = Phrase(
        fr: "La direction a visé cette période : cette page du cahier ne se modifie plus.",
        en: "The head has signed this period: this page of the diary can no longer be changed.")
    static let notPublishedYet = Phrase(fr: "Pas encore visible", en: "Not shown yet")

    static func doneBy(_ totals: ProgressTotals) -> Phrase {
        Phrase(
            fr: "fait par \(totals.done) sur \(totals.pupils), commencé par \(totals.started)",
            en: "done by \(totals.done) of \(totals.pupils), started by \(totals.started)")
    }
}
