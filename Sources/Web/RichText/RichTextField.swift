/// The field in which people type Markdown: help beside it, and a preview without script: a second button of its form sends
/// `preview`, and the page shows the form again with what it would become.
package struct RichTextField: Sendable {
    /// The name of the button that asks for the preview.
    package static let preview = "preview"

    package var field: Field
    /// Shows what the text becomes, above the field.
    package var showsPreview: Bool

    package init(
        _ name: String, _ label: String, value: String? = nil, hint: String? = nil, error: String? = nil,
        isRequired: Bool = true, rows: Int = 8, showsPreview: Bool = false
    ) {
        field = Field(
            name, label, .area(rows: rows), value: value, hint: hint, error: error, isRequired: isRequired,
            maxLength: RichText.longest / 2)
        self.showsPreview = showsPreview
    }

    package func html(_ language: Language) -> HTML {
        let text = field.value ?? ""
        let preview: HTML? =
            showsPreview && !text.isEmpty
            ? """
            <section class="preview" aria-label="\(Phrase.preview[language])"><p>\(Phrase.preview[language])</p>\
            \(RichText.html(text, heading: 4))</section>
            """ : nil
        return "\(preview)\(field.html(language))\(help(language))"
    }

    /// Beside the form's main button.
    package static func previewButton(_ language: Language) -> HTML {
        """
        <button class="button" type="submit" name="\(preview)" value="1" formnovalidate>\(Phrase.showPreview[language])</button>
        """
    }

    private func help(_ language: Language) -> HTML {
        let lines = Phrase.markdownHelp.html { sign, meaning in
            "<dt><code>\(sign)</code></dt><dd>\(meaning[language])</dd>"
        }
        return """
            <details class="writing-help"><summary>\(Phrase.writingHelp[language])</summary><dl>\(lines)</dl></details>
            """
    }
}

extension Phrase {
    static let preview = Phrase(fr: "Aperçu", en: "Preview")
    static let showPreview = Phrase(fr: "Voir l'aperçu", en: "Show the preview")
    static let writingHelp = Phrase(fr: "Mettre en forme", en: "Formatting")

    static let markdownHelp: [(sign: String, meaning: Phrase)] = [
        ("**mot**", Phrase(fr: "gras", en: "bold")), ("*mot*", Phrase(fr: "italique", en: "italic")),
        ("- …", Phrase(fr: "liste", en: "list")), ("1. …", Phrase(fr: "liste numérotée", en: "numbered list")),
        ("## Titre", Phrase(fr: "titre", en: "heading")),
        ("[texte](https://…)", Phrase(fr: "lien", en: "link")),
        (
            "| a | b |",
            Phrase(
                fr: "tableau, avec |---|---| sous sa première ligne", en: "table, with |---|---| below its first line")
        ),
        ("$\\frac{1}{2}$", Phrase(fr: "formule, écrite en TeX", en: "formula, written in TeX")),
    ]
}
