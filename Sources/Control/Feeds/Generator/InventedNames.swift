/// Names that nobody bears and everybody sees to be made up: an everyday first name, a family name of the land of fables.
enum InventedNames {
    static let given = [
        "Alix", "Basile", "Camille", "Diane", "Élie", "Fanny", "Gaspard", "Hana", "Inès", "Jules", "Kenza", "Léon",
        "Maya", "Noé", "Olga", "Paul", "Quitterie", "Rayan", "Salomé", "Timéo", "Ulysse", "Violette", "Wassim",
        "Xavier", "Yasmine", "Zoé", "Anatole", "Bérénice", "Côme", "Daphné", "Marie-Lou", "Jean-Noël", "Chloé",
        "Éléonore", "François", "Gaëlle", "Hélène", "Ismaël", "Joël", "Loïs",
    ]
    private static let first = [
        "EXEMPLE", "FICTIF", "INVENTÉ", "IMAGINAIRE", "CHIMÈRE", "FABLE", "MIRAGE", "LÉGENDE", "CONTE", "ESQUISSE",
        "MODÈLE", "BROUILLON", "MAQUETTE", "FIGURANT", "PSEUDONYME", "PRÉTEXTE", "SIMULACRE", "TROMPE-L'OEIL", "UTOPIE",
        "QUIDAM", "ROMAN", "RÊVE", "SONGE", "LICORNE", "GRIFFON", "LUTIN",
    ]
    private static let second = [
        "", "", "", " D'ENCRE", " DE PAPIER", " DES NUAGES", " DU LIVRE", " L'ABSENT", " DE NULLE PART", " SANS OMBRE",
        " DE CARTON", " DU THÉÂTRE", " DES BOIS", " D'AILLEURS", " DU MATIN", " LE BREF",
    ]
    static let towns = [
        "BRUMEVILLE", "SONGEVILLE", "MIRAGEVAL", "FABLEVILLE", "CONTEBOURG", "IMAGINAY", "RITOURNELLE",
        "UTOPIE LE HAUT",
        "CHIMÉRAC", "AILLEURS LA FORÊT",
    ]
    static let streets = [
        "RUE DES LICORNES", "IMPASSE DU SONGE", "PLACE DE NULLE PART", "AVENUE DES CHIMÈRES", "CHEMIN DU CONTE",
    ]

    static func family(_ draw: inout Draw) -> String { draw.pick(first) + draw.pick(second) }
    static func school(_ draw: inout Draw) -> String {
        draw.pick(["DU GRIFFON", "DE LA LICORNE", "DU DRAGON", "DE LA CHIMÈRE", "DU LUTIN"])
            + " " + draw.pick(["DISTRAIT", "PRESSÉ", "BAVARD", "INVISIBLE", "TRANSPARENT", "RÊVEUR"])
    }
}
