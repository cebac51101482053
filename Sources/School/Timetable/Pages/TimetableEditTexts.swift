internal import Web

extension Phrase {
    static let addLesson = Phrase(fr: "Ajouter un cours", en: "Add a lesson")
    static let addExceptional = Phrase(fr: "Ajouter un cours exceptionnel", en: "Add a one-off lesson")
    static let editWeeks = Phrase(fr: "Semaines A et B", en: "Weeks A and B")
    static let editLesson = Phrase(
        fr: "Modifier le cours pour toute l'année", en: "Change the lesson for the whole year")
    static let removeLesson = Phrase(fr: "Supprimer ce cours", en: "Remove this lesson")
    static let removeAdvice = Phrase(
        fr: "Le cours disparaît de toutes les semaines, avec ses modifications.",
        en: "The lesson disappears from every week, with its changes.")
    static let subject = Phrase(fr: "Matière", en: "Subject")
    static let weekday = Phrase(fr: "Jour", en: "Day")
    static let startsAt = Phrase(fr: "Début", en: "Start")
    static let endsAt = Phrase(fr: "Fin", en: "End")
    static let weeks = Phrase(fr: "Semaines", en: "Weeks")
    static let everyWeek = Phrase(fr: "Toutes", en: "Every week")
    static let firstDay = Phrase(fr: "Premier jour", en: "First day")
    static let lastDay = Phrase(fr: "Dernier jour", en: "Last day")
    static let classesAndGroups = Phrase(fr: "Classes et groupes", en: "Classes and groups")
    static let save = Phrase(fr: "Enregistrer", en: "Save")
    static let cancel = Phrase(fr: "Annuler la saisie", en: "Leave without saving")
    static let conflictsFound = Phrase(
        fr: "Ce cours en chevauche d'autres. Vous pouvez l'enregistrer quand même.",
        en: "This lesson overlaps others. You may save it all the same.")
    static let saveAnyway = Phrase(fr: "Enregistrer malgré les chevauchements", en: "Save in spite of the overlaps")
    static let whatHappens = Phrase(fr: "Que se passe-t-il ce jour-là ?", en: "What happens that day?")
    static let newDate = Phrase(fr: "Nouveau jour", en: "New day")
    static let newStart = Phrase(fr: "Nouvelle heure de début", en: "New start")
    static let newEnd = Phrase(fr: "Nouvelle heure de fin", en: "New end")
    static let forMoved = Phrase(fr: "Pour un cours déplacé.", en: "For a lesson that is moved.")
    static let publicNote = Phrase(fr: "Message à tous", en: "Message to all")
    static let publicNoteHint = Phrase(
        fr: "Visible par les élèves et les familles : n'indiquez jamais le motif d'une absence.",
        en: "Read by pupils and families: never why somebody is absent.")
    static let privateReason = Phrase(fr: "Motif interne", en: "Internal reason")
    static let privateReasonHint = Phrase(
        fr: "Visible par la vie scolaire et la direction seulement.", en: "Read by school life and the head only.")
    static let restore = Phrase(fr: "Rétablir le cours comme prévu", en: "Put the lesson back as planned")
    static let present = Phrase(fr: "Situation actuelle", en: "As it stands")
    static let newRooms = Phrase(fr: "Salles (si vide : celles du cours)", en: "Rooms (none: the lesson's own)")
    static let newTeachers = Phrase(
        fr: "Remplaçants ou surveillants", en: "Replacements or supervisors")
    static let weeksAdvice = Phrase(
        fr: "Choisissez pour chaque semaine : A, B ou sans cours. Les cours d'une semaine sur deux suivent aussitôt.",
        en: "Choose what each week is. Lessons of every other week follow at once.")
    static let saved = Phrase(fr: "Enregistré.", en: "Saved.")

    static func name(of kind: LessonChange.Kind) -> Phrase {
        switch kind {
        case .cancelled: Phrase(fr: "Le cours est annulé", en: "The lesson is cancelled")
        case .moved: Phrase(fr: "Le cours est déplacé", en: "The lesson is moved")
        case .replaced: Phrase(fr: "Un remplaçant assure le cours", en: "Somebody else takes the lesson")
        case .roomChanged: Phrase(fr: "Le cours change de salle", en: "The lesson is in another room")
        case .supervised: Phrase(fr: "Les élèves sont en permanence", en: "Pupils are in supervised study")
        case .exceptional: Phrase(fr: "Cours exceptionnel", en: "One-off lesson")
        }
    }

    static func name(of cycle: WeekCycle) -> Phrase {
        switch cycle {
        case .every: .everyWeek
        case .a: .weekA
        case .b: .weekB
        }
    }

    static func conflict(_ who: String, _ subject: String, _ date: String) -> Phrase {
        Phrase(
            fr: "\(who) : déjà pris par « \(subject) », dès le \(date)",
            en: "\(who): already taken by “\(subject)”, from \(date) on")
    }
}
