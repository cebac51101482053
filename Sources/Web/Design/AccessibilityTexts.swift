extension Phrase {
    static let accessibility = Phrase(fr: "Déclaration d'accessibilité", en: "Accessibility statement")
    static let conformity = Phrase(fr: "État de conformité", en: "State of conformity")
    static let notConforming = Phrase(fr: "Non conforme.", en: "Not compliant.")
    static let whyNotConforming = Phrase(
        fr:
            "Aucun audit au référentiel général d'amélioration de l'accessibilité (RGAA 4.1) n'a encore été mené par une personne qualifiée : la loi veut alors que le service se déclare non conforme.",
        en:
            "No qualified person has audited the service against the French framework (RGAA 4.1) yet: the law then asks it to declare itself not compliant."
    )
    static let whatIsTested = Phrase(fr: "Ce qui est vérifié", en: "What is checked")
    static let testedLead = Phrase(
        fr:
            "À chaque modification, toutes les pages sont ouvertes par un programme, pour chaque profil, sur téléphone et sur ordinateur, en clair et en sombre :",
        en:
            "With each change, a program opens every page, for each profile, on phone and desktop, in light and in dark:"
    )
    static let testedPoints = [
        Phrase(
            fr: "aucune erreur au sens d'axe-core (règles WCAG 2.2, niveaux A et AA) ;",
            en: "no error in the sense of axe-core (WCAG 2.2 rules, levels A and AA);"),
        Phrase(
            fr: "tout s'atteint au clavier, et l'élément actif se voit ;",
            en: "everything is reached by keyboard, and the active element is seen;"),
        Phrase(
            fr: "chaque page a un titre, un contenu principal, un nom pour chaque champ, lien et bouton ;",
            en: "each page has a title, a main content, a name for each field, link and button;"),
        Phrase(
            fr: "rien ne déborde sur un écran de 320 pixels ni à 200 % d'agrandissement ;",
            en: "nothing overflows on a screen of 320 pixels or enlarged to 200 %;"),
        Phrase(
            fr: "les pages fonctionnent sans JavaScript, et les animations s'arrêtent à la demande du système.",
            en: "pages work without JavaScript, and animations stop when the system asks for it."),
    ]
    static let notTested = Phrase(fr: "Ce qui ne l'est pas encore", en: "What is not checked yet")
    static let notTestedPoints = [
        Phrase(
            fr: "l'usage avec un lecteur d'écran par des personnes qui en dépendent ;",
            en: "use with a screen reader by people who depend on one;"),
        Phrase(
            fr: "les fichiers joints par les établissements, dont l'accessibilité dépend de leurs auteurs ;",
            en: "files attached by schools, whose accessibility depends on their authors;"),
        Phrase(
            fr: "les services d'autres éditeurs ouverts depuis cet espace.",
            en: "services of other publishers opened from this site."),
    ]
    static let statementMade = Phrase(fr: "Établissement de cette déclaration", en: "How this statement was made")
    static let statementPoints = [
        Phrase(fr: "Technologies : HTML, CSS, SVG.", en: "Technologies: HTML, CSS, SVG."),
        Phrase(
            fr: "Environnement de test : Chromium sous Linux, axe-core.",
            en: "Test environment: Chromium on Linux, axe-core."),
    ]
    static let feedback = Phrase(fr: "Signaler un problème", en: "Report a problem")
    static let remedies = Phrase(fr: "Voies de recours", en: "Remedies")
    static let remediesText = Phrase(
        fr:
            "Vous avez signalé un défaut qui vous empêche d'accéder à un contenu ou à un service, et vous n'avez pas eu de réponse satisfaisante : vous pouvez saisir le Défenseur des droits.",
        en:
            "A defect that keeps you from a content or a service was reported and not answered well: the French Defender of Rights can be asked."
    )
    static let remedyForm = Phrase(
        fr: "Écrire un message au Défenseur des droits", en: "Write to the Defender of Rights")
    static let remedyDelegate = Phrase(
        fr: "Contacter le délégué de votre région", en: "Contact the delegate of your region")
    static let remedyLetter = Phrase(
        fr: "Par courrier, gratuit et sans timbre : Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07",
        en: "By letter, free of charge: Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07, France")

    static func accessibilityLead(_ owner: String) -> Phrase {
        Phrase(
            fr:
                "\(owner) s'engage à rendre cet espace accessible, conformément à l'article 47 de la loi n° 2005-102 du 11 février 2005.",
            en:
                "\(owner) undertakes to make this site accessible, as article 47 of law 2005-102 of 11 February 2005 asks."
        )
    }

    static func statementDate(_ day: String) -> Phrase {
        Phrase(fr: "Établie le \(day).", en: "Made on \(day).")
    }

    static func feedbackByMail(_ owner: String) -> Phrase {
        Phrase(
            fr:
                "Écrivez à \(owner) : le contenu vous sera donné sous une autre forme, et le défaut sera corrigé.",
            en: "Write to \(owner): the content will be given to you in another form, and the defect mended.")
    }

    static let feedbackAtSchool = Phrase(
        fr: "Vous pouvez aussi le dire au secrétariat de votre établissement, qui transmettra.",
        en: "The office of your school takes it as well, and passes it on.")

    static func feedbackText(_ owner: String) -> Phrase {
        Phrase(
            fr:
                "Dites-le au secrétariat de votre établissement ou à l'assistance de \(owner), qui vous donneront le contenu sous une autre forme et transmettront le défaut.",
            en:
                "Tell the office of your school or the support of \(owner): they give you the content in another form and pass the defect on."
        )
    }
}
