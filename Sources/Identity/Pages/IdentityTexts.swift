package import Tenancy
package import Web

extension Phrase {
    static let unacceptable = Phrase(
        fr: "Cette valeur n'est pas acceptable ici.", en: "This value is not acceptable here.")
    static let myAccount = Phrase(fr: "Mon compte", en: "My account")
    static let signIn = Phrase(fr: "Se connecter", en: "Sign in")
    static let signInTitle = Phrase(fr: "Connexion", en: "Sign in")
    static let login = Phrase(fr: "Identifiant", en: "Login")
    static let loginHint = Phrase(
        fr: "Celui que l'établissement vous a donné, par exemple camille.durand",
        en: "The one the school gave, such as camille.durand")
    static let password = Phrase(fr: "Mot de passe", en: "Password")
    static let fieldNeeded = Phrase(fr: "Ce champ est obligatoire", en: "This field is needed")
    static let formExpired = Phrase(
        fr: "La page est restée ouverte trop longtemps, ou votre navigateur refuse les cookies : recommencez.",
        en: "The page was open for too long, or the browser refuses cookies: start again.")
    static let formIsKept = Phrase(
        fr:
            "Votre session était terminée : rien n'a été envoyé. Connectez-vous avec le même compte, et ce que vous avez saisi vous sera rendu.",
        en:
            "Your session was over: nothing was sent. Sign in with the same account, and what you typed is given back.")
    static let formTooLongToKeep = Phrase(
        fr:
            "Votre session était terminée : rien n'a été envoyé, et le texte est trop long pour être gardé ici. Connectez-vous dans un autre onglet, puis revenez au formulaire avec le bouton « Précédent » et renvoyez-le.",
        en:
            "Your session was over: nothing was sent, and the text is too long to be kept here. Sign in in another tab, then go back to the form and send it again."
    )
    static let notSentYet = Phrase(fr: "Votre formulaire attend d'être envoyé", en: "Your form is waiting to be sent")
    static let notSentYetLead = Phrase(
        fr: "Il venait d'une session terminée. Rien n'est perdu, et rien n'a encore été envoyé.",
        en: "It came from a session that is over. Nothing is lost, and nothing was sent yet.")
    static let whatYouWrote = Phrase(fr: "Ce que vous avez écrit", en: "What you wrote")
    static let filesAgain = Phrase(
        fr: "Les fichiers joints sont à choisir à nouveau.", en: "Attached files have to be chosen again.")
    static let sendAgain = Phrase(fr: "Envoyer maintenant", en: "Send now")
    static let giveUp = Phrase(fr: "Ne pas envoyer", en: "Do not send")
    static let justSignedOut = Phrase(fr: "Vous êtes déconnecté.", en: "You are signed out.")
    static let sharedComputer = Phrase(
        fr: "Sur un ordinateur partagé, déconnectez-vous en partant.",
        en: "On a shared computer, sign out when leaving.")
    static let news = Phrase(fr: "Informations", en: "News")
    static let noNews = Phrase(fr: "Pas d'information particulière aujourd'hui.", en: "No particular news today.")

    static let chooseTerritory = Phrase(fr: "Choisissez votre territoire", en: "Choose your territory")
    static let chooseTerritoryLead = Phrase(
        fr: "Chaque région et chaque département a son espace numérique de travail.",
        en: "Each region and each department has its digital workspace.")
    static let regions = Phrase(fr: "Régions (lycées)", en: "Regions (upper secondary schools)")
    static let departments = Phrase(fr: "Départements (collèges)", en: "Departments (lower secondary schools)")
    static let noTerritory = Phrase(fr: "Aucun territoire n'est encore ouvert.", en: "No territory is open yet.")
    static let signInHere = Phrase(fr: "Se connecter sans choisir", en: "Sign in without choosing")

    static let signOutTitle = Phrase(fr: "Déconnexion", en: "Sign out")
    static let signOutQuestion = Phrase(
        fr: "Mettre fin à la session sur cet appareil ?", en: "End the session on this device?")
    static let signOutHere = Phrase(fr: "Se déconnecter", en: "Sign out")
    static let stay = Phrase(fr: "Rester connecté", en: "Stay signed in")

    static let myProfiles = Phrase(fr: "Mes profils", en: "My profiles")
    static let noProfile = Phrase(
        fr: "Aucun établissement ne vous a encore donné de profil.", en: "No school has given you a profile yet.")
    static let mySessions = Phrase(fr: "Mes sessions", en: "My sessions")
    static let mySessionsLead = Phrase(
        fr:
            "Les appareils où ce compte est connecté. Une session vous est inconnue ? Mettez-y fin et prévenez votre établissement.",
        en: "The devices where this account is signed in. An unknown session? End it and tell your school.")
    static let device = Phrase(fr: "Appareil", en: "Device")
    static let unknownDevice = Phrase(fr: "Appareil inconnu", en: "Unknown device")
    static let since = Phrase(fr: "Connecté depuis", en: "Signed in since")
    static let lastSeen = Phrase(fr: "Dernière activité", en: "Last activity")
    static let action = Phrase(fr: "Action", en: "Action")
    static let thisDevice = Phrase(fr: "cet appareil", en: "this device")
    static let endSession = Phrase(fr: "Déconnecter", en: "Sign out")
    static let endAllSessions = Phrase(fr: "Déconnecter tous les appareils", en: "Sign out everywhere")
    static let endAllLead = Phrase(
        fr: "Cet appareil aussi : il faudra se connecter à nouveau.",
        en: "This device too: you will have to sign in again.")
    static let sessionsUnavailable = Phrase(
        fr: "La liste des sessions n'est pas disponible pour l'instant.",
        en: "The list of sessions is not available for now.")
    static let sessionEnded = Phrase(fr: "La session est terminée.", en: "The session is over.")
    static let language = Phrase(fr: "Langue", en: "Language")
    static let languageLead = Phrase(
        fr: "Pour ce compte, sur tous les appareils.", en: "For this account, on all devices.")
    static let save = Phrase(fr: "Enregistrer", en: "Save")
    static let saved = Phrase(fr: "C'est enregistré.", en: "Saved.")

    static func schools(_ count: Int) -> Phrase {
        .count(count, fr: ("% établissement", "% établissements"), en: ("% school", "% schools"))
    }

    /// How long to wait before the next attempt.
    static func waitBeforeRetry(seconds: Int) -> Phrase {
        seconds < 90
            ? .count(
                seconds, fr: ("Réessayez dans % seconde.", "Réessayez dans % secondes."),
                en: ("Try again in % second.", "Try again in % seconds."))
            : .count(
                (seconds + 59) / 60, fr: ("Réessayez dans % minute.", "Réessayez dans % minutes."),
                en: ("Try again in % minute.", "Try again in % minutes."))
    }
}

extension Role {
    /// The role in words.
    package var phrase: Phrase {
        switch self {
        case .pupil: Phrase(fr: "Élève", en: "Pupil")
        case .guardian: Phrase(fr: "Responsable", en: "Guardian")
        case .teacher: Phrase(fr: "Personnel enseignant", en: "Teacher")
        case .schoolLife: Phrase(fr: "Vie scolaire", en: "School life")
        case .head: Phrase(fr: "Direction", en: "Head of school")
        case .staff: Phrase(fr: "Personnel", en: "Staff")
        case .territoryAdmin: Phrase(fr: "Administration du territoire", en: "Territory administrator")
        case .regionAdmin: Phrase(fr: "Administration de la région", en: "Region administrator")
        case .platformAdmin: Phrase(fr: "Administration de la plateforme", en: "Platform administrator")
        case .establishmentAdmin: Phrase(fr: "Administration de l'établissement", en: "Establishment administrator")
        }
    }
}
