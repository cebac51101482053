import HTTP
import Runtime

@testable import Web

/// Pages that show every component, as a school would fill them: looked at by people, and checked by `PageTests`.
enum PreviewPages {
    static let theme = Theme(
        name: "seine-et-marne", band: "#0b3d66", onBand: "#ffffff", accent: "#00558c", accentOnDark: "#8cc8f0")

    static func frame() -> PageFrame {
        var frame = PageFrame()
        frame.siteName = "ENT 77"
        frame.siteOwner = "Seine-et-Marne"
        frame.home = "/home"
        frame.theme = theme?.link
        frame.navigation = [
            .init(Phrase(fr: "Accueil", en: "Home"), "/home"),
            .init(Phrase(fr: "Emploi du temps", en: "Timetable"), "/timetable"),
            .init(Phrase(fr: "Cahier de textes", en: "Homework"), "/homework"),
            .init(Phrase(fr: "Notes", en: "Marks"), "/marks"),
            .init(
                Phrase(fr: "Messagerie", en: "Messages"), "/messages",
                badge: (3, Phrase(fr: "messages non lus", en: "unread messages"))),
            .init(Phrase(fr: "Carnet de liaison", en: "Liaison notebook"), "/liaison"),
            .init(Phrase(fr: "Casier", en: "Drop box"), "/dropbox"),
            .init(Phrase(fr: "Actualités", en: "News"), "/news"),
        ]
        frame.person = PageFrame.Person(
            name: "Camille Martin", profile: "Élève de 4e B · Collège des Tilleuls",
            items: [.init(Phrase(fr: "Mon compte", en: "My account"), "/account")])
        frame.forgeryToken = "preview"
        frame.footer = [
            .init(Phrase(fr: "Accessibilité", en: "Accessibility"), "/accessibility"),
            .init(Phrase(fr: "Données personnelles", en: "Privacy"), "/privacy"),
        ]
        return frame
    }

    static func all(_ language: Language) -> [(name: String, page: Page, isSignedIn: Bool)] {
        [
            ("timetable", week(language), true), ("components", components(language), true),
            ("login", login(language), false),
            (
                "error",
                ProblemPage.page(
                    Problem(.unavailable, retryAfter: .seconds(30)), requestID: "5f0c9a61e2b74d38-1c",
                    language: language), true
            ),
        ]
    }

    // MARK: A week

    private static let subjects: [(title: String, where: [String])] = [
        ("Mathématiques", ["Salle 204 · M. Lefèvre"]), ("Français", ["Salle 112 · Mme Aubry"]),
        ("Anglais LV1", ["Salle 108 · Mme Jones"]), ("Histoire-géographie", ["Salle 115 · M. Diallo"]),
        ("Physique-chimie", ["Labo 2 · Mme Nguyen"]), ("Éducation physique et sportive", ["Gymnase · M. Roux"]),
        ("Espagnol LV2", ["Salle 106 · Mme García"]), ("Sciences de la vie et de la Terre", ["Labo 1 · M. Petit"]),
        ("Technologie", ["Atelier · M. Bernard"]), ("Arts plastiques", ["Salle d'arts · Mme Morel"]),
        ("Éducation musicale", ["Salle de musique · M. Faure"]), ("Latin", ["CDI · Mme Aubry"]),
    ]

    static func weekDays() -> [WeekGrid.Day] {
        guard let monday = CivilDate("2026-11-23") else { return [] }
        let starts = [485, 540, 605, 660, 805, 860, 925]
        let plan = [[0, 1, 2, 3, 5, 5], [4, 0, 1, 6, 7, 8], [2, 3, 9], [1, 0, 6, 10, 4, 11], [3, 5, 0, 1, 2]]
        return plan.enumerated().map { day, subjectsOfDay in
            var items = subjectsOfDay.enumerated().map { index, subject in
                WeekGrid.Item(
                    starts[index]..<(starts[index] + 55), subjects[subject].title, details: subjects[subject].where,
                    link: "/timetable/lessons/\(day * 10 + index)")
            }
            if day == 1 { items[3].mark = ("Annulé", .error) }
            if day == 1 { items[3].isOff = true }
            if day == 3 { items[4].mark = ("Déplacé", .warning) }
            if day == 4 {
                items.insert(
                    WeekGrid.Item(
                        605..<660, "Physique-chimie, groupe 2", details: ["Labo 2"], colorKey: "Physique-chimie"), at: 3
                )
            }
            return WeekGrid.Day(
                monday + day, items, note: day == 2 ? "Mercredi après-midi : association sportive" : nil)
        }
    }

    static func week(_ language: Language) -> Page {
        let grid = WeekGrid(weekDays(), today: CivilDate("2026-11-24")).html(language)
        let stepper = Component.stepper(
            "Semaines", previous: ("Semaine précédente", "/timetable?week=2026-11-16"),
            next: ("Semaine suivante", "/timetable?week=2026-11-30"))
        let main: HTML = """
            \(Component.heading(
                "Emploi du temps",
                lead: "Semaine A, \(CivilDate("2026-11-23").map { language.period($0, $0 + 4) } ?? "")"))\
            <div class="toolbar">\(Component.tabs("Vue", [("Semaine", "/timetable", true), ("Jour", "/timetable/day", false)]))\
            \(stepper)</div>\(grid)
            """
        return Page(title: Phrase(fr: "Emploi du temps", en: "Timetable"), main: main, width: .wide)
    }

    // MARK: Everything else

    static func components(_ language: Language) -> Page {
        var table = Table(
            "Mes sessions ouvertes", id: "sessions",
            [.text("Appareil"), .text("Dernière activité"), .number("Visites")])
        table.add(["Firefox sur Windows \(Component.tag("Cet appareil", .success))", "À l'instant", "12"])
        table.add(["Safari sur iPhone", "Hier à 18 h 42", "48"])
        table.add(["Chrome sur Chromebook", "Lundi 16 novembre 2026 à 8 h 05", "1 204"])
        let form = PostForm(
            "/x",
            [
                Field("title", "Titre", value: "", error: "Ce champ est obligatoire.", maxLength: 80),
                Field("day", "Jour", .input(type: "date"), value: "2026-11-24", hint: "Un jour de cours de la classe."),
                Field("room", "Salle", .select([("204", "Salle 204"), ("205", "Salle 205")]), value: "205"),
                Field("note", "Message aux familles", .area(rows: 3), isRequired: false),
                Field("tell", "Prévenir la classe par une notification", .box, value: "1", isRequired: false),
            ], submit: "Enregistrer", cancel: Component.button("Annuler", to: "/x"), forgeryToken: "preview")
        let main: HTML = """
            \(Component.heading("Composants", lead: "Ce dont les pages sont faites.", actions: Component.button("Ajouter un cours", to: "/x", isMain: true)))\
            \(Notice(.success, "Le cours du mardi 24 novembre est déplacé en salle 205.").html(language))\
            \(Notice(.information, "Le collège est fermé vendredi après-midi.").html(language))\
            \(Notice(.warning, "Deux cours se chevauchent dans la salle 204.").html(language))\
            \(table.html)\
            \(Component.card("Modifier le cours", form.html(language)))\
            \(Component.card("Ma classe", Component.facts([("Établissement", "Collège des Tilleuls, Melun"), ("Classe", "4e B"), ("Professeure principale", "Mme Aubry")])))\
            \(Component.emptyState("Aucun devoir pour cette semaine", "Ils apparaîtront ici dès que vos professeurs en donneront.", action: Component.button("Voir la semaine suivante", to: "/x")))\
            \(Component.pagination(first: "/x", next: "/x?cursor=abc", language))
            """
        return Page(title: Phrase(fr: "Composants", en: "Components"), main: main)
    }

    // MARK: The door

    static func login(_ language: Language) -> Page {
        let form = PostForm(
            "/login",
            [
                Field("username", "Identifiant", value: "", autocomplete: "username"),
                Field("password", "Mot de passe", .input(type: "password"), autocomplete: "current-password"),
            ], submit: "Se connecter", forgeryToken: "preview")
        let news = Component.news(
            [
                (
                    "Fermeture des collèges vendredi 27 novembre après-midi", CivilDate(daysSince1970: 20_779),
                    "<p>Les transports scolaires sont avancés à 12 h 15. Les cours du matin ont lieu normalement.</p>"
                ),
                (
                    "Prêt de tablettes : les demandes sont ouvertes", CivilDate(daysSince1970: 20_776),
                    "<p>Les familles qui n'ont pas d'ordinateur peuvent demander une tablette jusqu'au 4 décembre.</p>"
                ),
            ], language)
        let card: HTML = """
            <h2>Connexion</h2>\(form.html(language))\
            <p class="small muted">Sur un ordinateur partagé, pensez à vous déconnecter en partant.</p>
            """
        let heading = Component.heading(
            "Bienvenue sur l’ENT 77", lead: "L’espace numérique des collèges de Seine-et-Marne.")
        let side: HTML = "<h2>Aujourd’hui</h2>\(news)"
        return Page(
            title: Phrase(fr: "Connexion", en: "Sign in"),
            main: Component.door(heading: heading, card: card, side: side), isEntrance: true)
    }
}
