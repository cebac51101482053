internal import Runtime

/// What the page of components shows in them. Invented, and visibly so.
struct DesignSample {
    let language: Language
    let token: String?

    static let kinds = ["homework", "revision", "assessment"]
    static let audiences = ["class", "group", "pupils"]
    static let states: [(value: String, name: Phrase)] = [
        ("todo", Phrase(fr: "À faire", en: "To do")), ("done", Phrase(fr: "Fait", en: "Done")),
    ]

    static func typed(_ language: Language) -> [Form.Field] {
        [
            Form.Field(name: "title", value: Phrase(fr: "Exercices 3 et 4", en: "Exercises 3 and 4")[language]),
            Form.Field(name: "day", value: "2026-11-30"), Form.Field(name: "kind", value: "homework"),
            Form.Field(name: "audience", value: "class"), Form.Field(name: "classes", value: "6a"),
        ]
    }

    private func say(_ fr: String, _ en: String) -> String { Phrase(fr: fr, en: en)[language] }

    // MARK: Forms

    func fields(_ reader: FormReader) -> [Field] {
        func field(
            _ name: String, _ label: String, _ control: Field.Control, hint: String? = nil, required: Bool = true
        )
            -> Field
        {
            Field(
                name, label, control, value: reader.form[name], hint: hint, error: reader.error(name)?[language],
                isRequired: required)
        }
        let kinds = [
            ("", ""), ("homework", say("Travail à faire", "Homework")), ("revision", say("Révision", "Revision")),
            ("assessment", say("Évaluation", "Assessment")),
        ]
        let audiences = [
            ("class", say("Toute la classe", "The whole class")), ("group", say("Un groupe", "A group")),
            ("pupils", say("Certains élèves", "Some pupils")),
        ]
        let classes = ["6a", "6b", "6c", "5a", "5b"].map { ($0, $0.uppercased()) }
        return [
            field(
                "title", say("Titre", "Title"), .input(type: "text"),
                hint: say("Ce que liront les élèves et leurs responsables", "What pupils and guardians will read")),
            field("day", say("Pour le", "Due on"), .input(type: "date")),
            field("kind", say("Type", "Kind"), .select(kinds)),
            field("audience", say("Pour qui", "For whom"), .radios(audiences)),
            field(
                "classes", say("Classes", "Classes"),
                .boxes(classes, chosen: Set(reader.form.all("classes")))),
            field("text", say("Consigne", "Instructions"), .area(rows: 4), required: false),
            field(
                "visible", say("Visible dès maintenant par les familles", "Families can see it from now on"), .box,
                required: false),
        ]
    }

    /// Files that are there, on their way, and refused, as the script shows them.
    var files: HTML {
        var picker = FilePicker(
            name: "files", keptName: "file", label: say("Fichiers joints", "Attached files"),
            hint: say("Au plus 10 fichiers, de 100 Mo chacun au plus.", "At most 10 files, of at most 100 MB each."),
            kept: [
                (
                    "sample", say("Fiche de l'élève imaginaire.pdf", "Sheet of the invented pupil.pdf"),
                    say("1,2 Mo", "1.2 MB")
                )
            ])
        picker.sending = [
            (say("Expérience filmée.mp4", "Filmed experiment.mp4"), 40, nil),
            (
                say("Logiciel.exe", "Software.exe"), nil,
                say("Ce type de fichier n'est pas accepté ici.", "This type of file is not accepted here.")
            ),
        ]
        return "<form class=\"form\">\(picker.html(language))</form>"
    }

    func form(_ reader: FormReader) -> HTML {
        var form = PostForm(
            "/design", fields(reader), submit: say("Enregistrer", "Save"),
            cancel: Component.button(say("Annuler", "Cancel"), to: "/design"), forgeryToken: token)
        form.showsSummary = false
        return form.html(language)
    }

    // MARK: Words

    var notices: HTML {
        let notices = [
            Notice(
                .information, say("L'établissement ferme vendredi à 16 h.", "The school closes on Friday at 4 p.m.")),
            Notice(.success, say("Le devoir est publié.", "The homework is published.")),
            Notice(
                .warning, say("Deux évaluations le même jour pour la 6A.", "Two assessments on the same day for 6A.")),
            Notice(.error, say("Le fichier dépasse 20 Mo.", "The file is larger than 20 MB.")),
        ]
        return """
            <div class="stack">\(notices.html { $0.html(language) })</div>\
            <p>\(Component.tag(say("Annulé", "Cancelled"), .error)) \(Component.tag(say("Déplacé", "Moved"), .warning)) \
            \(Component.tag(say("Fait", "Done"), .success)) \(Component.tag(say("Exceptionnel", "Exceptional"), .information)) \
            \(Component.tag("6A"))</p>
            """
    }

    var questionTitle: String { say("Supprimer ce devoir ?", "Delete this homework?") }

    var questionText: HTML {
        "<p>\(say("Les élèves ne le verront plus. Ceux qui l'ont coché fait le gardent dans leur liste.", "Pupils will no longer see it. Those who ticked it keep it in their list."))</p>"
    }

    var buttons: HTML {
        let dialog = Dialog(
            id: "question", title: questionTitle, opener: say("Supprimer…", "Delete…"), fallback: "/design/question",
            content: questionText,
            actions: Component.button(say("Supprimer", "Delete"), to: "/design#buttons", isMain: true))
        return """
            <div class="actions">\(Component.button(say("Action principale", "Main action"), to: "#buttons", isMain: true))\
            \(Component.button(say("Autre action", "Other action"), to: "#buttons"))\(dialog.html(language))</div>
            """
    }

    // MARK: Lists

    func list(_ query: QueryValues) -> HTML {
        let wanted = query.text("search") ?? ""
        let state = query.text("state") ?? ""
        let filters = FilterBar(
            "/design",
            [
                Field("search", say("Rechercher", "Search"), .input(type: "search"), value: wanted),
                Field(
                    "state", say("État", "State"),
                    .select([("", say("Tous", "All"))] + DesignSample.states.map { ($0.value, $0.name[language]) }),
                    value: state),
            ])
        let all = [
            ItemList.Item(
                say("Exercices 3 et 4", "Exercises 3 and 4"), link: "#lists",
                details: [say("Mathématiques", "Mathematics"), "6A", language.fullDate(day)],
                marks: [(say("À faire", "To do"), .warning)], isNew: true),
            ItemList.Item(
                say("Lire le chapitre 2", "Read chapter 2"), link: "#lists",
                details: [say("Français", "French"), "6A", language.fullDate(day + 1)],
                marks: [(say("Fait", "Done"), .success)],
                content: Component.prose(say("Relever trois mots inconnus.", "Note three unknown words."))),
        ]
        let shown = all.filter { item in
            (wanted.isEmpty || item.title.lowercased().contains(wanted.lowercased()))
                && (state.isEmpty || (item.marks.first?.kind == .success) == (state == "done"))
        }
        let found: HTML =
            shown.isEmpty
            ? Component.emptyState(
                say("Rien ne correspond à ces filtres", "Nothing fits these filters"),
                action: Component.button(say("Tout afficher", "Show all"), to: "/design"))
            : "<p class=\"found\" role=\"status\">\(Phrase.found(shown.count)[language])</p>\(ItemList(shown).html(language))"
        return """
            \(filters.html(language))\(found)\
            \(Component.pagination(first: "/design#lists", next: "/design#lists", language))
            """
    }

    var tables: HTML {
        var table = Table(
            say("Moyennes par matière", "Averages by subject"), id: "averages",
            [.text(say("Matière", "Subject")), .text(say("Enseignant", "Teacher")), .number(say("Moyenne", "Average"))])
        table.add([
            HTML(text: say("Mathématiques", "Mathematics")), "M. Esquisse", HTML(text: language.decimal("14.5")),
        ])
        table.add([HTML(text: say("Français", "French")), "Mme Mirage", HTML(text: language.decimal("12.25"))])
        return """
            \(table.html)\(Component.facts([
                (say("Classe", "Class"), "6A"), (say("Professeur principal", "Form teacher"), "Mme Mirage"),
                (say("Élèves", "Pupils"), HTML(text: language.number(1250))),
            ]))\(Component.progress(say("Copies rendues", "Work handed in"), 18, of: 26, language))
            """
    }

    // MARK: Moving about

    var moving: HTML {
        """
        \(Component.breadcrumbs([(say("Accueil", "Home"), "/home"), (say("Composants", "Components"), "/design")], here: say("Se déplacer", "Moving about"), language))\
        \(Component.tabs(say("Affichage", "View"), [(say("Jour", "Day"), "#moving", false), (say("Semaine", "Week"), "#week", true)]))\
        \(Component.stepper(
            say("Autres semaines", "Other weeks"), previous: (say("Semaine précédente", "Previous week"), "#moving"),
            next: (say("Semaine suivante", "Next week"), "#moving")))\
        \(Component.disclosure(say("Ce qui est montré à la demande", "What is shown on demand"), "<p>\(say("Ouvert par le navigateur, sans script.", "Opened by the browser, without a script."))</p>"))
        """
    }

    var empty: HTML {
        Component.emptyState(
            say("Pas encore de devoir", "No homework yet"),
            HTML(
                text: say("Le prochain apparaîtra ici dès sa publication.", "The next one appears here once published.")
            ),
            action: Component.button(say("Ajouter un devoir", "Add homework"), to: "#form"))
    }

    // MARK: A week

    private var day: CivilDate { CivilDate("2026-11-30") ?? CivilDate(daysSince1970: 0) }

    func week(now: Int64) -> WeekGrid {
        func item(_ start: Int, _ length: Int, _ title: String, _ details: String...) -> WeekGrid.Item {
            WeekGrid.Item(start..<start + length, title, details: details)
        }
        let mathematics = say("Mathématiques", "Mathematics")
        var cancelled = item(600, 55, say("Anglais", "English"), "B12")
        cancelled.isOff = true
        cancelled.mark = (say("Annulé", "Cancelled"), .error)
        var moved = item(840, 110, say("Sciences de la vie et de la Terre", "Biology and geology"), "Labo 2")
        moved.mark = (say("Autre salle", "Other room"), .warning)
        moved.link = "#week"
        let days: [[WeekGrid.Item]] = [
            [item(480, 55, mathematics, "A101"), item(540, 55, say("Français", "French"), "A204"), cancelled],
            [item(480, 110, say("Histoire-géographie", "History and geography"), "A110"), moved],
            [], [item(545, 55, mathematics, "A101"), item(545, 55, say("Latin", "Latin"), "A007")],
            [item(480, 55, say("Arts plastiques", "Art"), "Atelier"), item(540, 55, mathematics, "A101")],
        ]
        return WeekGrid(
            days.enumerated().map { offset, items in
                WeekGrid.Day(
                    day + offset, items,
                    note: items.isEmpty ? say("Journée pédagogique : pas de cours", "Training day: no lessons") : nil)
            }, today: day + 1)
    }
}
