/// Names nobody bears: everyday first names, family names that say they are made up.
enum DemoNames {
    static let given = [
        "Alix", "Basile", "Camille", "Diane", "Élie", "Fanny", "Gaspard", "Hana", "Inès", "Jules", "Kenza", "Léon",
        "Maya",
        "Noé", "Olga", "Paul", "Quitterie", "Rayan", "Salomé", "Timéo", "Ulysse", "Violette", "Wassim", "Xavier",
        "Yasmine",
        "Zoé", "Anatole", "Bérénice", "Côme", "Daphné",
    ]

    static let family = [
        "Exemple", "Fictif", "Inventé", "Imaginaire", "Chimère", "Fable", "Mirage", "Légende", "Conte", "Esquisse",
        "Modèle", "Brouillon", "Maquette", "Figurant", "Pseudonyme", "Prétexte", "Simulacre", "Trompe-l'œil", "Utopie",
        "Quidam",
    ]

    /// The `number`-th combination; 600 before one comes back.
    static func person(_ number: Int) -> (given: String, family: String) {
        (given[number % given.count], family[(number / given.count + number) % family.count])
    }

    /// `lea.fictif`: what a login is made of, in lower-case ASCII.
    static func login(_ given: String, _ family: String) -> String {
        plain(given) + "." + plain(family)
    }

    private static func plain(_ name: String) -> String {
        let replaced: [Character: String] = [
            "é": "e", "è": "e", "ê": "e", "ë": "e", "î": "i", "ï": "i", "ô": "o", "œ": "oe", "ç": "c", "à": "a",
            "â": "a",
        ]
        return name.lowercased().reduce(into: "") { text, letter in
            if let plain = replaced[letter] {
                text += plain
            } else if letter.isASCII, letter.isLetter {
                text.append(letter)
            }
        }
    }
}
