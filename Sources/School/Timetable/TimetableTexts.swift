internal import Tenancy
internal import Web

extension Phrase {
    static let timetable = Phrase(fr: "Emploi du temps", en: "Timetable")
    static let myTimetable = Phrase(fr: "Mon emploi du temps", en: "My timetable")
    static let timetablesOfSchool = Phrase(fr: "Emplois du temps de l'établissement", en: "The school's timetables")
    static let week = Phrase(fr: "Semaine", en: "Week")
    static let day = Phrase(fr: "Jour", en: "Day")
    static let views = Phrase(fr: "Affichage", en: "View")
    static let whose = Phrase(fr: "Personne affichée", en: "Person shown")
    static let previousWeek = Phrase(fr: "Semaine précédente", en: "Previous week")
    static let nextWeek = Phrase(fr: "Semaine suivante", en: "Next week")
    static let previousDay = Phrase(fr: "Jour précédent", en: "Previous day")
    static let nextDay = Phrase(fr: "Jour suivant", en: "Next day")
    static let thisWeek = Phrase(fr: "Cette semaine", en: "This week")
    static let moveInTime = Phrase(fr: "Autres dates", en: "Other dates")
    static let weekA = Phrase(fr: "Semaine A", en: "Week A")
    static let weekB = Phrase(fr: "Semaine B", en: "Week B")
    static let weekOff = Phrase(fr: "Semaine sans cours", en: "Week without lessons")
    static let noLessonsThisWeek = Phrase(fr: "Pas de cours sur cette période", en: "No lessons in these days")
    static let noTimetableYet = Phrase(
        fr: "L'emploi du temps de cette année scolaire n'est pas encore publié.",
        en: "The timetable of this school year is not published yet.")
    static let noChildren = Phrase(
        fr: "Aucun élève n'est rattaché à votre compte.", en: "No pupil is linked to your account.")
    static let noChildrenAdvice = Phrase(
        fr: "L'établissement rattache les élèves aux responsables : adressez-vous à son secrétariat.",
        en: "The school links pupils to guardians: ask its office.")
    static let someChildrenMissing = Phrase(
        fr: "Un des établissements ne répond pas pour le moment : un enfant peut manquer dans cette liste.",
        en: "One of the schools does not answer for the moment: a child may be missing from this list.")
    static let classes = Phrase(fr: "Classes", en: "Classes")
    static let groups = Phrase(fr: "Groupes", en: "Groups")
    static let teachers = Phrase(fr: "Professeurs et personnels", en: "Teachers and staff")
    static let rooms = Phrase(fr: "Salles", en: "Rooms")
    static let calendarAddress = Phrase(
        fr: "Recevoir l'emploi du temps dans mon agenda", en: "Have the timetable in my calendar")
    static let calendarAdvice = Phrase(
        fr:
            "Cette adresse est personnelle : toute personne qui la possède peut lire l'emploi du temps. En créer une nouvelle désactive l'ancienne.",
        en:
            "This address is personal: whoever has it can read the timetable. Making a new one switches the old one off."
    )
    static let calendarOnce = Phrase(
        fr: "Copiez cette adresse maintenant : elle ne sera plus affichée.",
        en: "Keep this address now: it will not be shown again.")
    static let createAddress = Phrase(fr: "Créer une adresse", en: "Make an address")
    static let revokeAddress = Phrase(fr: "Désactiver l'adresse", en: "Switch the address off")
    static let addressRevoked = Phrase(fr: "L'adresse est désactivée.", en: "The address is switched off.")
    static let addressLabel = Phrase(fr: "Adresse de l'agenda", en: "Calendar address")
    static let printAdvice = Phrase(
        fr: "Pour imprimer : Ctrl+P, la page s'adapte au papier.", en: "To print: Ctrl+P, the page fits the paper.")

    static func name(of status: Occurrence.Status) -> Phrase {
        switch status {
        case .planned: Phrase(fr: "Prévu", en: "Planned")
        case .cancelled: Phrase(fr: "Annulé", en: "Cancelled")
        case .movedAway: Phrase(fr: "Déplacé", en: "Moved")
        case .moved: Phrase(fr: "Déplacé ici", en: "Moved here")
        case .replaced: Phrase(fr: "Remplacement", en: "Replacement")
        case .roomChanged: Phrase(fr: "Autre salle", en: "Other room")
        case .supervised: Phrase(fr: "Permanence", en: "Supervised study")
        case .exceptional: Phrase(fr: "Exceptionnel", en: "Exceptional")
        }
    }

    static func movedTo(_ day: String) -> Phrase {
        Phrase(fr: "Déplacé au \(day)", en: "Moved to \(day)")
    }

    static func name(of kind: WeekKind) -> Phrase {
        switch kind {
        case .a: .weekA
        case .b: .weekB
        case .off: .weekOff
        }
    }

    static func timetable(of name: String) -> Phrase { Phrase.timetableOf.followed(by: name) }

    private static let timetableOf = Phrase(fr: "Emploi du temps : ", en: "Timetable: ")
}
