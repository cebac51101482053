/// What people write, and the files they join to it.
extension DesignSample {
    var writing: HTML {
        let text =
            language == .fr
            ? """
            ### Séance inventée

            Lire **p. 12** du manuel *fictif*, puis ~~l'exercice 2~~ l'exercice 3 : [aide](https://aide.example/fractions).

            1. Calculer $\\frac{3}{4} + \\frac{1}{8}$.
            2. Résoudre $x^2 - 5x + 6 = 0$.

            | n | $u_n$ |
            |--:|------:|
            | 0 | 1,5 |
            | 1 | 3 |

            $$\\sum_{k=0}^{n} q^k = \\frac{1 - q^{n+1}}{1 - q}$$
            """
            : """
            ### An invented lesson

            Read **p. 12** of the *fictitious* book, then ~~exercise 2~~ exercise 3: [help](https://help.example/fractions).

            1. Compute $\\frac{3}{4} + \\frac{1}{8}$.
            2. Solve $x^2 - 5x + 6 = 0$.

            | n | $u_n$ |
            |--:|------:|
            | 0 | 1.5 |
            | 1 | 3 |

            $$\\sum_{k=0}^{n} q^k = \\frac{1 - q^{n+1}}{1 - q}$$
            """
        let field = RichTextField("instructions", Phrase.sampleInstructions[language], value: text, isRequired: false)
        return "\(RichText.html(text))<div class=\"form\">\(field.html(language))</div>"
    }

    var files: HTML {
        FilePicker(
            name: "upload", keptName: "file", label: Phrase.sampleFiles[language],
            hint: Phrase.sampleFilesHint[language],
            kept: [("a", "consigne-inventee.pdf", "1,2 Mo"), ("b", "carte-fictive.png", "340 ko")],
            error: Phrase.sampleFilesError[language]
        ).html(language)
    }
}

extension Phrase {
    static let designWriting = Phrase(fr: "Textes mis en forme", en: "Formatted texts")
    static let designFiles = Phrase(fr: "Fichiers", en: "Files")
    static let sampleInstructions = Phrase(fr: "Consigne mise en forme", en: "Formatted instructions")
    static let sampleFiles = Phrase(fr: "Ajouter des fichiers", en: "Add files")
    static let sampleFilesHint = Phrase(
        fr: "Au plus 10 fichiers, de 100 Mo chacun au plus.", en: "At most 10 files, of at most 100 MB each.")
    static let sampleFilesError = Phrase(
        fr: "jeu.exe : ce type de fichier n'est pas accepté.", en: "game.exe: this type of file is not accepted.")
}
