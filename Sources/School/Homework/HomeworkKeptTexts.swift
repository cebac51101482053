internal import Runtime
internal import Tenancy
internal import Web

extension Phrase {
    static let sequences = Phrase(fr: "Progressions", en: "Sequences")
    static let newSequence = Phrase(fr: "Nouvelle progression", en: "New sequence")
    static let noSequences = Phrase(fr: "Pas encore de progression", en: "No sequence yet")
    static let sequenceAdvice = Phrase(
        fr: "Préparez des séances une fois, puis posez-les sur les cours de plusieurs classes, d'une année à l'autre.",
        en: "Prepare lessons once, then lay them on the lessons of several classes, year after year.")
    static let sequenceTitle = Phrase(fr: "Titre de la progression", en: "Title of the sequence")
    static let sequenceText = Phrase(fr: "Séances", en: "Lessons")
    static let sequenceTextHint = Phrase(
        fr:
            "Une séance par bloc, précédée de « # titre ». Pour donner du travail pour le cours suivant, ajoutez une ligne « > titre du travail ». Une ligne « @ nom.pdf » joint ce fichier à la séance, « > @ nom.pdf » au travail.",
        en:
            "One block a lesson, headed by “# title”. For work due for the next lesson, add a line “> title of the work”. A line “@ name.pdf” attaches that file to the lesson, “> @ name.pdf” to the work."
    )
    static func sequenceFileUnknown(_ name: String) -> Phrase {
        Phrase(
            fr: "Aucun fichier joint ne s'appelle « \(name) ».", en: "No attached file is called “\(name)”.")
    }
    static let sequenceEmpty = Phrase(
        fr: "Écrivez au moins une séance, qui commence par « # ».",
        en: "Write at least one lesson, which begins with \"#\".")
    static let sequenceTooLong = Phrase(
        fr: "Une progression a au plus 60 séances.", en: "A sequence has at most 60 lessons.")
    static let laySequence = Phrase(fr: "Poser sur des classes", en: "Lay on classes")
    static let layFrom = Phrase(fr: "À partir du", en: "From")
    static let layClasses = Phrase(fr: "Classes et matières", en: "Classes and subjects")
    static let layTooFew = Phrase(
        fr: "Une classe n'a plus assez de cours libres d'ici la fin de l'année.",
        en: "A class has too few free lessons left in the year.")
    static let removeSequence = Phrase(fr: "Supprimer la progression", en: "Remove the sequence")
    static let removeSequenceAdvice = Phrase(
        fr: "Ce qui a déjà été posé dans les cahiers y reste.", en: "What was laid in diaries stays there.")
    static let sequenceLesson = Phrase(fr: "Séances", en: "Lessons")

    static let visas = Phrase(fr: "Visas", en: "Visas")
    static let newVisa = Phrase(fr: "Viser un cahier de textes", en: "Sign a diary")
    static let noVisas = Phrase(fr: "Pas encore de visa", en: "No visa yet")
    static let visaTeacher = Phrase(fr: "Professeur", en: "Teacher")
    static let visaFrom = Phrase(fr: "Du", en: "From")
    static let visaTo = Phrase(fr: "Au", en: "To")
    static let visaComment = Phrase(fr: "Commentaire", en: "Comment")
    static let visaSign = Phrase(fr: "Viser et figer", en: "Sign and freeze")
    static let visaAdvice = Phrase(
        fr:
            "Les séances de cette période et le travail à rendre pendant cette période sont conservés tels quels, et ne se modifient plus.",
        en: "The lessons of this period and the work due in it are kept as they are, and can no longer be changed.")
    static let visaPeriodOver = Phrase(
        fr: "La période doit être passée et tenir dans une année scolaire.",
        en: "The period must be over, and within one school year.")
    static func visaSigned(_ day: String) -> Phrase { Phrase(fr: "visé le \(day)", en: "signed on \(day)") }

    static let archives = Phrase(fr: "Archives", en: "Archives")
    static let noArchives = Phrase(fr: "Pas encore d'archive", en: "No archive yet")
    static let archiveAdvice = Phrase(
        fr: "Le cahier d'une classe, en PDF et en données, conservé pour les années suivantes.",
        en: "The diary of a class, as PDF and as data, kept for the years after.")
    static let keepArchive = Phrase(fr: "Archiver maintenant", en: "Keep it now")
    static let keptDocument = Phrase(fr: "Document", en: "Document")
    static let keptYear = Phrase(fr: "Année", en: "Year")
    static let keptClass = Phrase(fr: "Classe", en: "Class")
    static let keptCounts = Phrase(fr: "Contenu", en: "Content")

    static func attached(_ names: String) -> Phrase {
        Phrase(fr: "Fichiers joints : \(names)", en: "Files attached: \(names)")
    }

    static func diaryOf(_ teacher: String) -> Phrase {
        Phrase(fr: "Cahier de textes de \(teacher)", en: "Homework diary of \(teacher)")
    }

    static func documentMade(_ day: String, _ records: Int, _ assignments: Int) -> Phrase {
        Phrase(
            fr: "Document établi le \(day) : séances : \(records) ; travaux : \(assignments).",
            en: "Made on \(day). Lessons: \(records). Pieces of work: \(assignments).")
    }

    static func counts(_ records: Int, _ assignments: Int) -> Phrase {
        Phrase(fr: "Séances : \(records) · Travaux : \(assignments)", en: "Lessons: \(records) · Work: \(assignments)")
    }

    static func laid(_ records: Int, _ assignments: Int) -> Phrase {
        Phrase(
            fr: "La progression est posée. Séances : \(records), travaux : \(assignments).",
            en: "The sequence is laid. Lessons: \(records), pieces of work: \(assignments).")
    }
}
