internal import Tenancy
internal import Web

extension Phrase {
    static let console = Phrase(fr: "Console d'administration", en: "Administration console")
    static let consoleLead = Phrase(
        fr: "Les territoires et établissements dont vous avez la charge.",
        en: "The territories and establishments in your charge.")
    static let overview = Phrase(fr: "Vue d'ensemble", en: "Overview")
    static let establishments = Phrase(fr: "Établissements", en: "Establishments")
    static let accounts = Phrase(fr: "Comptes", en: "Accounts")
    static let neverConnected = Phrase(fr: "Jamais connectés", en: "Never connected")
    static let jobs = Phrase(fr: "Tâches", en: "Jobs")
    static let auditLog = Phrase(fr: "Journal", en: "Audit log")
    static let openNow = Phrase(fr: "Ouverts", en: "Open")
    static let hostNames = Phrase(fr: "Adresses", en: "Host names")
    static let nameColumn = Phrase(fr: "Nom", en: "Name")
    static let city = Phrase(fr: "Commune", en: "City")
    static let shards = Phrase(fr: "Shards", en: "Shards")
    static let nodes = Phrase(fr: "Nœuds", en: "Nodes")
    static let state = Phrase(fr: "État", en: "State")
    static let showThem = Phrase(fr: "Voir les établissements", en: "Show the establishments")

    // Establishments
    static let findEstablishments = Phrase(fr: "Chercher un établissement", en: "Find an establishment")
    static let findEstablishmentsHint = Phrase(
        fr: "Le début d'un nom, d'une commune ou d'un UAI", en: "The beginning of a name, a town or a UAI")
    static let search = Phrase(fr: "Chercher", en: "Search")
    static let nothingFound = Phrase(fr: "Rien ne correspond", en: "Nothing matches")
    static let tryFewerLetters = Phrase(
        fr: "Vérifiez l'orthographe, ou tapez moins de lettres.", en: "Check the spelling, or type fewer letters.")
    static let calendarZone = Phrase(fr: "Zone du calendrier", en: "Calendar zone")
    static let calendarZoneHint = Phrase(
        fr: "Ses vacances et ses jours d'école, partout dans l'espace de travail.",
        en: "Its holidays and school days, everywhere in the workspace.")
    static let noSuchZone = Phrase(
        fr: "Le territoire n'a pas de calendrier pour cette zone", en: "The territory has no calendar for this zone")
    static let servicesOff = Phrase(fr: "Services éteints", en: "Services switched off")
    static let noneOff = Phrase(fr: "Aucun", en: "None")
    static let change = Phrase(fr: "Modifier", en: "Change")
    static let save = Phrase(fr: "Enregistrer", en: "Save")
    static let servicesOffHint = Phrase(
        fr: "Par le mot de leur adresse, séparés par des espaces : timetable homework",
        en: "By the word of their address, with spaces between: timetable homework")
    static let suspend = Phrase(fr: "Suspendre", en: "Suspend")
    static let suspendLead = Phrase(
        fr: "Fermé pour un temps : ses membres en sont avertis, rien n'est perdu.",
        en: "Shut for a while: its people are told so, nothing is lost.")
    static let reopen = Phrase(fr: "Rouvrir", en: "Reopen")
    static let close = Phrase(fr: "Fermer", en: "Close")
    static let closeLead = Phrase(
        fr: "Comme s'il n'existait plus ; ses données restent et il peut être rouvert.",
        en: "As if it were not there; its data stays and it can be reopened.")
    static let newUAI = Phrase(fr: "Nouvel UAI", en: "New UAI")
    static let newUAIHint = Phrase(
        fr: "Sept chiffres et une lettre. L'ancien continue d'y mener, et personne d'autre ne peut l'avoir.",
        en: "Seven digits and a letter. The former one still leads there, and nobody else can have it.")
    static let changeUAI = Phrase(fr: "Changer d'UAI", en: "Change the UAI")
    static let noSuchUAI = Phrase(
        fr: "Aucun établissement à vous n'a ce code, ou sa lettre ne convient pas",
        en: "None of your establishments has this code, or its letter does not fit")
    static let merge = Phrase(fr: "Fusionner", en: "Merge")
    static let mergeInto = Phrase(fr: "Dans l'établissement (UAI)", en: "Into the establishment (UAI)")
    static let mergeIntoHint = Phrase(
        fr:
            "Celui-ci ferme : ses élèves, ses familles et ses personnels rejoignent l'autre. Ce qui y a été écrit reste ici, fermé. Cela ne se défait pas.",
        en:
            "This one closes: its pupils, families and staff join the other. What was written in it stays here, closed. It cannot be undone."
    )
    static let whatNext = Phrase(fr: "Que faire ensuite", en: "What to do next")
    static let itsAccounts = Phrase(fr: "Comptes de l'établissement", en: "Accounts of the establishment")
    static let itsAbsentees = Phrase(fr: "Jamais connectés, par classe", en: "Never connected, by class")
    static let done = Phrase(fr: "C'est fait, sur tous les nœuds.", en: "Done, on every node.")
    static let notAllowed = Phrase(
        fr: "Votre délégation permet de consulter cet établissement, pas de le modifier.",
        en: "Your mandate lets you look at this establishment, not change it.")

    // Accounts
    static let findAccounts = Phrase(fr: "Chercher un compte", en: "Find an account")
    static let findAccountsHint = Phrase(
        fr: "Le début d'un nom, d'un prénom ou d'un identifiant", en: "The beginning of a name or a login")
    static let login = Phrase(fr: "Identifiant", en: "Login")
    static let profiles = Phrase(fr: "Profils", en: "Profiles")
    static let lastVisit = Phrase(fr: "Dernière visite", en: "Last visit")
    static let never = Phrase(fr: "jamais", en: "never")
    static let giveCode = Phrase(fr: "Donner un code", en: "Give a code")
    static let giveCodeLead = Phrase(
        fr: "La personne choisit elle-même son mot de passe, dans la journée, à l'adresse /activate.",
        en: "The person chooses the password, within a day, at /activate.")
    static let codeIs = Phrase(
        fr: "Voici le code, affiché une seule fois. Vérifiez à qui vous le donnez.",
        en: "This is the code, shown once. Make sure whom you give it to.")
    static let lock = Phrase(fr: "Verrouiller", en: "Lock")
    static let lockLead = Phrase(
        fr: "Dans tous ses établissements : les sessions s'arrêtent, personne ne se connecte plus avec ce compte.",
        en: "In all its establishments: sessions end, nobody signs in with this account any more.")
    static let unlock = Phrase(fr: "Déverrouiller", en: "Unlock")
    static let moreToFind = Phrase(
        fr: "Les premiers seulement : tapez une lettre de plus pour trouver moins.",
        en: "The first ones only: type another letter to find less.")
    static let askedForCode = Phrase(fr: "demande un code", en: "asks for a code")
    static let typeTwoLetters = Phrase(
        fr: "Tapez au moins deux lettres, ou ouvrez la page d'un établissement.",
        en: "Type at least two letters, or open the page of an establishment.")

    // Never connected
    static let neverConnectedLead = Phrase(
        fr: "Ceux qui ne sont jamais venus, et ceux que l'on ne voit plus.",
        en: "Those who never came, and those who have not been seen for a while.")
    static let role = Phrase(fr: "Profil", en: "Profile")
    static let all = Phrase(fr: "Comptes", en: "Accounts")
    static let neverCame = Phrase(fr: "Jamais venus", en: "Never came")
    static let className = Phrase(fr: "Classe", en: "Class")
    static let pupils = Phrase(fr: "Élèves", en: "Pupils")
    static let guardians = Phrase(fr: "Responsables", en: "Guardians")
    static let neitherGuardian = Phrase(fr: "Élèves sans aucun responsable venu", en: "Pupils of whom no guardian came")
    static let printLetters = Phrase(fr: "Imprimer les lettres", en: "Print the letters")
    static let printLettersLead = Phrase(
        fr:
            "Un courrier avec un code pour chaque personne jamais venue : un fichier par classe, élèves et responsables à part.",
        en: "A letter with a code for each person who never came: a file for each class, pupils and guardians apart.")
    static let sendMails = Phrase(fr: "Écrire par courriel", en: "Write by mail")
    static let sendMailsLead = Phrase(
        fr:
            "Un courriel avec un code à chaque responsable jamais venu dont l'adresse est connue ; chacun n'en reçoit qu'un. Le code remplace celui d'un courrier.",
        en:
            "A mail with a code to each guardian who never came and whose address is known; each gets only one. The code takes the place of a letter's."
    )
    static let campaigns = Phrase(fr: "Courriers et courriels", en: "Letters and mail")
    static let means = Phrase(fr: "Envoi", en: "Sent as")
    static let byMail = Phrase(fr: "Courriel", en: "Mail")
    static let byLetter = Phrase(fr: "Lettre", en: "Letter")
    static let mailsRefused = Phrase(fr: "Refusés", en: "Refused")
    static let mailsUnsure = Phrase(fr: "Incertains", en: "Unsure")
    static let recipients = Phrase(fr: "Destinataires", en: "Recipients")
    static let cameSince = Phrase(fr: "Venus depuis", en: "Came since")
    static let noClasses = Phrase(fr: "Pas encore de classe", en: "No class yet")
    static let noClassesLead = Phrase(
        fr: "Importez d'abord les élèves et leurs classes.", en: "Import the pupils and their classes first.")

    // Jobs
    static let noJobs = Phrase(fr: "Aucune tâche", en: "No job")
    static let noJobsLead = Phrase(
        fr: "Les imports, les lettres et les ouvertures d'établissements apparaissent ici.",
        en: "Imports, letters and openings of establishments show here.")
    static let kind = Phrase(fr: "Nature", en: "Kind")
    static let jobProvision = Phrase(fr: "Ouverture d'établissements", en: "Opening establishments")
    static let jobMerger = Phrase(fr: "Fusion d'établissements", en: "Merging establishments")
    static let jobLetters = Phrase(fr: "Lettres d'activation", en: "Activation letters")
    static let jobMails = Phrase(fr: "Courriels d'activation", en: "Activation mails")
    static let jobImport = Phrase(fr: "Import de comptes", en: "Import of accounts")
    static let progress = Phrase(fr: "Avancement", en: "Progress")
    static let begun = Phrase(fr: "Demandée le", en: "Asked for on")
    static let stop = Phrase(fr: "Arrêter", en: "Stop")
    static let retry = Phrase(fr: "Reprendre", en: "Take up again")
    static let files = Phrase(fr: "Fichiers", en: "Files")
    static let lines = Phrase(fr: "Déroulement", en: "What it said")
    static let failure = Phrase(fr: "Échec", en: "Failure")

    // Audit
    static let auditLead = Phrase(
        fr: "Qui a fait quoi, quand et d'où. Rien n'y est jamais modifié ni retiré.",
        en: "Who did what, when and from where. Nothing in it is ever changed or removed.")
    static let actor = Phrase(fr: "Par", en: "By")
    static let address = Phrase(fr: "Depuis", en: "From")
    static let act = Phrase(fr: "Acte", en: "Act")
    static let target = Phrase(fr: "Sur", en: "On")
    static let when = Phrase(fr: "Quand", en: "When")
    static let filterAudit = Phrase(fr: "Acte ou début d'acte", en: "Act or its beginning")
    static let filterAuditHint = Phrase(
        fr: "Par exemple establishment. ou account.", en: "Such as establishment. or account.")
    static let filterActorHint = Phrase(
        fr: "Le numéro d'un compte ou le nom d'un jeton.", en: "An account's number or a token's name.")
    static let establishmentCode = Phrase(fr: "UAI de l'établissement", en: "UAI of the establishment")
    static let changedValues = Phrase(fr: "Valeurs", en: "Values")
    static let beforeAndAfter = Phrase(fr: "Avant → après", en: "Before → after")
    static let exportCSV = Phrase(fr: "Exporter en CSV", en: "Export as CSV")
}

extension Establishment.State {
    var phrase: Phrase {
        switch self {
        case .provisioning: Phrase(fr: "en ouverture", en: "opening")
        case .active: Phrase(fr: "ouvert", en: "open")
        case .suspended: Phrase(fr: "suspendu", en: "suspended")
        case .closed: Phrase(fr: "fermé", en: "closed")
        }
    }

    var kind: Notice.Kind? {
        switch self {
        case .active: .success
        case .suspended: .warning
        case .closed: .error
        case .provisioning: nil
        }
    }
}

extension Job.State {
    var phrase: Phrase {
        switch self {
        case .queued: Phrase(fr: "en attente", en: "waiting")
        case .running: Phrase(fr: "en cours", en: "running")
        case .succeeded: Phrase(fr: "terminée", en: "done")
        case .failed: Phrase(fr: "en échec", en: "failed")
        case .cancelled: Phrase(fr: "arrêtée", en: "stopped")
        }
    }

    var kind: Notice.Kind? {
        switch self {
        case .queued: nil
        case .running: .information
        case .succeeded: .success
        case .failed: .error
        case .cancelled: .warning
        }
    }
}

enum AccountTexts {
    static func state(_ name: String) -> Phrase {
        switch name {
        case "pending": Phrase(fr: "à activer", en: "to activate")
        case "active": Phrase(fr: "actif", en: "active")
        case "locked": Phrase(fr: "verrouillé", en: "locked")
        default: Phrase(fr: "fermé", en: "closed")
        }
    }

    static func role(_ name: String) -> Phrase {
        switch name {
        case "pupil": Phrase(fr: "Élève", en: "Pupil")
        case "guardian": Phrase(fr: "Responsable", en: "Guardian")
        case "teacher": Phrase(fr: "Enseignant", en: "Teacher")
        case "school_life": Phrase(fr: "Vie scolaire", en: "School life")
        case "head": Phrase(fr: "Direction", en: "Head")
        default: Phrase(fr: "Personnel", en: "Staff")
        }
    }
}
