internal import Admission
internal import Web

extension Phrase {
    // People who are connected
    static let whoIsConnected = Phrase(fr: "Qui est connecté", en: "Who is connected")
    static let whoColumn = Phrase(fr: "Qui", en: "Who")
    static let showPeople = Phrase(fr: "Voir la liste", en: "Show the list")
    static let allProfiles = Phrase(fr: "Tous les profils", en: "All profiles")
    static let allLevels = Phrase(fr: "Tous les niveaux", en: "All levels")
    static let lastActivity = Phrase(fr: "Dernière activité", en: "Last activity")
    static let nobodyConnected = Phrase(fr: "Personne n'est connecté ici.", en: "Nobody is connected here.")

    static func peopleConnected(_ count: Int, _ language: Language) -> Phrase {
        let number = language.number(count)
        return count == 1
            ? Phrase(fr: "1 personne connectée", en: "1 person connected")
            : Phrase(fr: "\(number) personnes connectées", en: "\(number) people connected")
    }

    static func ago(seconds: Int) -> Phrase {
        seconds < 60
            ? Phrase(fr: "il y a moins d'une minute", en: "less than a minute ago")
            : Phrase(fr: "il y a \(seconds / 60) min", en: "\(seconds / 60) min ago")
    }

    // Rules
    static let newRule = Phrase(fr: "Nouvelle règle", en: "New rule")
    static let changeRule = Phrase(fr: "Modifier la règle", en: "Change the rule")
    static let copyRule = Phrase(fr: "Copier", en: "Copy")
    static let simulateRemoval = Phrase(fr: "Simuler la suppression", en: "Simulate removing it")
    static let removeRule = Phrase(fr: "Supprimer cette règle", en: "Remove this rule")
    static let removalLead = Phrase(
        fr: "Une règle que déclare un manifeste revient quand les manifestes sont appliqués de nouveau.",
        en: "A rule that a manifest declares comes back when the manifests are applied again.")
    static let ruleFormLead = Phrase(
        fr: "Rien n'est enregistré avant que vous ayez vu qui pourrait se connecter.",
        en: "Nothing is saved before you have seen who could sign in.")
    static let simulateRule = Phrase(fr: "Voir qui pourrait se connecter", en: "See who could sign in")
    static let backToForm = Phrase(fr: "Revenir au formulaire", en: "Back to the form")
    static let ruleName = Phrase(fr: "Nom de la règle", en: "Name of the rule")
    static let ruleNameHint = Phrase(
        fr: "Lettres minuscules, chiffres et tirets : parents-le-soir.",
        en: "Small letters, digits and hyphens: parents-in-the-evening.")
    static let ruleNameTaken = Phrase(fr: "Une règle d'ici a déjà ce nom.", en: "A rule here has this name already.")
    static let ruleAbout = Phrase(fr: "Pourquoi cette règle", en: "Why there is this rule")
    static let ruleEnabled = Phrase(fr: "En vigueur dès l'enregistrement", en: "In force as soon as it is saved")
    static let ruleEnabledHint = Phrase(
        fr: "Sinon elle est gardée en réserve.", en: "Otherwise it is kept ready.")
    static let ruleEffect = Phrase(fr: "Effet", en: "Effect")
    static let ruleRoles = Phrase(fr: "Profils concernés", en: "Profiles it is about")
    static let ruleLevels = Phrase(fr: "Niveaux", en: "Levels")
    static let ruleLevelsHint = Phrase(
        fr: "De l'élève, ou des enfants d'un responsable. Aucun : tous les niveaux.",
        en: "Of the pupil, or of a guardian's children. None: all levels.")
    static let ruleClasses = Phrase(fr: "Classes", en: "Classes")
    static let ruleClassesHint = Phrase(
        fr: "Une par ligne. Aucune : toutes les classes.", en: "One a line. None: all classes.")
    static let ruleWeekdays = Phrase(fr: "Jours de la semaine", en: "Days of the week")
    static let ruleFrom = Phrase(fr: "De", en: "From")
    static let ruleUntil = Phrase(fr: "Jusqu'à", en: "Until")
    static let ruleHoursHint = Phrase(
        fr: "Heure locale de chaque établissement.", en: "Local time of each school.")
    static let ruleUntilHint = Phrase(
        fr: "00:00 est la fin de la journée ; avant l'heure de début, la règle finit le lendemain.",
        en: "00:00 is the end of the day; before the first hour, the rule ends on the next day.")
    static let ruleSchoolDays = Phrase(fr: "Les jours d'école seulement", en: "On school days only")
    static let ruleFirstDay = Phrase(fr: "Premier jour", en: "First day")
    static let ruleLastDay = Phrase(fr: "Dernier jour", en: "Last day")
    static let ruleExceptDays = Phrase(fr: "Sauf ces jours", en: "Except on these days")
    static let ruleExceptDaysHint = Phrase(
        fr: "Un par ligne, tel que 15/06/2027 : les jours d'examen, par exemple.",
        en: "One a line, such as 2027-06-15: days of exams, for example.")
    static let ruleExceptAccounts = Phrase(fr: "Sauf ces personnes", en: "Except these people")
    static let ruleExceptAccountsHint = Phrase(fr: "Un identifiant par ligne.", en: "One login a line.")
    static let ruleShare = Phrase(fr: "Part des places, en %", en: "Share of the places, in %")
    static let ruleShareHint = Phrase(
        fr: "Pour l'effet « passent après les autres ».", en: "For the effect \"come after the others\".")
    static let rulePriority = Phrase(fr: "Priorité", en: "Priority")
    static let rulePriorityHint = Phrase(
        fr: "Entre règles aussi précises l'une que l'autre, la plus grande l'emporte.",
        en: "Between rules that are equally specific, the greater wins.")
    static let ruleReasonFrench = Phrase(fr: "Raison montrée, en français", en: "Reason shown, in French")
    static let ruleReasonEnglish = Phrase(fr: "Raison montrée, en anglais", en: "Reason shown, in English")
    static let ruleMoment = Phrase(fr: "Simuler à ce moment (heure locale)", en: "Simulate at this moment (local time)")

    // What is wrong
    static let chooseAtLeastOne = Phrase(fr: "Choisissez-en au moins un.", en: "Choose at least one.")
    static let hoursMustDiffer = Phrase(
        fr: "L'heure de fin est celle du début.", en: "The last hour is the first one.")
    static let lastBeforeFirst = Phrase(
        fr: "Le dernier jour est avant le premier.", en: "The last day is before the first.")
    static let notADay = Phrase(fr: "Une date telle que 15/06/2027, et non ", en: "A date such as 2027-06-15, not ")
    static let noSuchLoginHere = Phrase(
        fr: "Personne ici n'a cet identifiant : ", en: "Nobody here has this login: ")
    static let tooManyLines = Phrase(
        fr: "Trop de lignes, ou une ligne trop longue.", en: "Too many lines, or too long a line.")
    static let shareIsForQueues = Phrase(
        fr: "Seulement pour l'effet « passent après les autres ».",
        en: "Only for the effect \"come after the others\".")
}

extension CalendarRule.Effect {
    var phrase: Phrase {
        switch self {
        case .allow:
            Phrase(
                fr: "peuvent entrer, quoi que dise une règle plus large", en: "may come in, whatever a wider rule says")
        case .refuse: Phrase(fr: "ne peuvent pas entrer à ces heures", en: "may not come in at these hours")
        case .only:
            Phrase(
                fr: "ne peuvent entrer qu'à ces heures, ces jours-là",
                en: "may come in at these hours only, on these days")
        case .queue: Phrase(fr: "passent après les autres", en: "come after the others")
        }
    }
}
