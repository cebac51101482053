internal import Web

extension Phrase {
    static let haveCode = Phrase(fr: "J'ai reçu un code", en: "I have a code")
    static let lostPassword = Phrase(fr: "Mot de passe oublié", en: "Forgotten password")
    static let activateTitle = Phrase(fr: "Choisir un mot de passe", en: "Choose a password")
    static let activateLead = Phrase(
        fr: "Avec le code de votre lettre, ou celui que votre établissement vous a donné.",
        en: "With the code of your letter, or the one that your school gave you.")
    static let code = Phrase(fr: "Code", en: "Code")
    static let codeHint = Phrase(
        fr: "Douze lettres et chiffres, par exemple ACDE-FGHJ-KMNP. Il ne sert qu'une fois.",
        en: "Twelve letters and digits, such as ACDE-FGHJ-KMNP. It works once.")
    static let newPassword = Phrase(fr: "Nouveau mot de passe", en: "New password")
    static let newPasswordHint = Phrase(
        fr:
            "Au moins 10 caractères (14 pour l'administration), avec des lettres, des chiffres et un autre signe, ou une phrase de 18 caractères.",
        en:
            "At least 10 characters (14 for administrators), with letters, digits and another sign, or a phrase of 18 characters."
    )
    static let passwordAgain = Phrase(fr: "Le même, encore une fois", en: "The same, once more")
    static let passwordsDiffer = Phrase(fr: "Les deux ne sont pas pareils", en: "The two are not the same")
    static let choosePassword = Phrase(fr: "Enregistrer", en: "Save")
    static let wrongCode = Phrase(
        fr:
            "Identifiant ou code inexact, ou code déjà utilisé ou trop ancien. Demandez-en un autre à votre établissement.",
        en: "The login or the code is wrong, or the code was used or is too old. Ask your school for another.")
    static let passwordChosen = Phrase(
        fr: "Votre mot de passe est enregistré : connectez-vous.", en: "Your password is saved: sign in.")
    static let forgotLead = Phrase(
        fr:
            "Votre établissement vous donnera un code : un enseignant pour ses élèves, l'établissement pour les autres.",
        en: "Your school will give you a code: a teacher for their pupils, the school for the others.")
    static let askForCode = Phrase(fr: "Demander un code", en: "Ask for a code")
    static let askedForCode = Phrase(
        fr:
            "Si cet identifiant existe, votre établissement voit votre demande. Adressez-vous à lui pour recevoir le code.",
        en: "If this login exists, your school sees your request. Turn to it for the code.")
    static let backToSignIn = Phrase(fr: "Se connecter", en: "Sign in")

    static func passwordTooShort(_ count: Int) -> Phrase {
        Phrase(fr: "Au moins \(count) caractères", en: "At least \(count) characters")
    }
    static let passwordTooLong = Phrase(fr: "Trop long", en: "Too long")
    static let passwordHoldsLogin = Phrase(
        fr: "Votre nom ou votre identifiant n'y a pas sa place", en: "Your name or login has no place in it")
    static let passwordTooCommon = Phrase(
        fr: "Trop facile à deviner", en: "Too easy to guess")
    static let passwordTooPlain = Phrase(
        fr: "Mélangez minuscules, majuscules, chiffres ou autres signes",
        en: "Mix small and capital letters, digits or other signs")
}
