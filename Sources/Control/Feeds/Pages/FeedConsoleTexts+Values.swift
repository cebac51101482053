internal import Web

enum FeedTexts {
    /// Words of the formats that come as an archive.
    static let archives = ["aaf", "oneroster", "siecle"]

    static func format(_ kind: String) -> Phrase {
        switch kind {
        case "aaf": Phrase(fr: "AAF (annuaire académique)", en: "AAF (the academies' directory)")
        case "oneroster": Phrase(verbatim: "OneRoster 1.2")
        case "siecle": Phrase(verbatim: "SIECLE, STS-web")
        default: Phrase(fr: "Tableau (CSV)", en: "Table (CSV)")
        }
    }

    static func separator(_ separator: Character) -> Phrase {
        switch separator {
        case "\t": Phrase(fr: "tabulation", en: "tab")
        case ",": Phrase(fr: "virgule", en: "comma")
        default: Phrase(fr: "point-virgule", en: "semicolon")
        }
    }

    static func alarm(_ alarm: FeedGuard.Alarm) -> Phrase {
        if alarm.withoutKey > 0 {
            let kind = FeedKind(rawValue: alarm.role)?.phrase ?? Phrase(verbatim: alarm.role)
            return Phrase(
                fr:
                    "\(kind[.fr]) : \(alarm.withoutKey) enregistrements refusés ne disent pas de qui ils parlent, et \(alarm.leaving) personnes sur \(alarm.present) partiraient",
                en:
                    "\(kind[.en]): \(alarm.withoutKey) refused records do not tell whom they are about, and \(alarm.leaving) people of \(alarm.present) would leave"
            )
        }
        let role = AccountTexts.role(alarm.role)
        return alarm.klass.isEmpty
            ? Phrase(
                fr: "\(alarm.uai) : \(alarm.leaving) sur \(alarm.present) du profil \(role[.fr]) partiraient",
                en: "\(alarm.uai): \(alarm.leaving) of \(alarm.present) of the profile \(role[.en]) would leave")
            : Phrase(
                fr: "\(alarm.uai) : \(alarm.leaving) sur \(alarm.present) de la classe \(alarm.klass) partiraient",
                en: "\(alarm.uai): \(alarm.leaving) of \(alarm.present) of the class \(alarm.klass) would leave")
    }

    /// Why a file was not taken, with the place of the fault where there is one.
    static func refusal(of error: FeedError) -> Phrase {
        let problem = error.problem
        guard let detail = problem.detail else { return problem.code.title }
        return problem.code.title.followed(by: " (\(detail[.en]))")
    }
}

extension CSVText.Encoding {
    var name: String {
        switch self {
        case .utf8: "UTF-8"
        case .utf16: "UTF-16"
        case .windows1252: "Windows-1252"
        case .macRoman: "Mac Roman"
        }
    }
}

extension FeedKind {
    var phrase: Phrase {
        switch self {
        case .pupil: .pupils
        case .guardian: .guardians
        case .staff: .staffPeople
        }
    }
}

extension FeedImport.State {
    var phrase: Phrase {
        switch self {
        case .receiving: Phrase(fr: "en lecture", en: "being read")
        case .received: Phrase(fr: "lu", en: "read")
        case .planned: Phrase(fr: "prêt", en: "ready")
        case .waiting: Phrase(fr: "attend une réponse", en: "waits for an answer")
        case .applying: Phrase(fr: "en cours", en: "under way")
        case .done: Phrase(fr: "terminé", en: "done")
        case .refused: Phrase(fr: "refusé", en: "refused")
        case .superseded: Phrase(fr: "remplacé", en: "replaced")
        }
    }

    /// What it means for whoever looks at it.
    var lead: Phrase {
        switch self {
        case .receiving, .received:
            Phrase(
                fr: "Le fichier est lu et comparé ; rechargez la page.",
                en: "The file is being read and compared; reload the page.")
        case .planned: Phrase(fr: "Rien n'est encore modifié.", en: "Nothing is changed yet.")
        case .waiting:
            Phrase(
                fr: "Rien n'est modifié : il faut d'abord votre accord.",
                en: "Nothing is changed: your agreement is needed first.")
        case .applying:
            Phrase(
                fr: "Ce qui est fait reste fait ; la suite vient.", en: "What is done stays done; the rest is coming.")
        case .done: Phrase(fr: "C'est fini.", en: "It is done.")
        case .refused:
            Phrase(
                fr: "Le fichier n'a pas pu être lu ; rien n'a été modifié.",
                en: "The file could not be read; nothing was changed.")
        case .superseded: Phrase(fr: "Un import plus récent a pris sa place.", en: "A later import took its place.")
        }
    }

    var kind: Notice.Kind? {
        switch self {
        case .receiving, .received, .applying: .information
        case .planned, .waiting: .warning
        case .done: .success
        case .refused: .error
        case .superseded: nil
        }
    }
}

extension CSVFault.Reason {
    var phrase: Phrase {
        switch self {
        case .missing: Phrase(fr: "Ce nom manque", en: "This name is missing")
        case .notADay: Phrase(fr: "Un jour comme 03/09/2015 est attendu", en: "A day such as 03/09/2015 is expected")
        case .notAnAddress: Phrase(fr: "Ce n'est pas une adresse électronique", en: "This is no mail address")
        case .notAKey:
            Phrase(fr: "Des lettres, chiffres, tirets et points seulement", en: "Letters, digits, dashes and dots only")
        case .noChild: Phrase(fr: "Aucun enfant n'est nommé", en: "No child is named")
        case .twice(let line):
            Phrase(fr: "La même personne qu'à la ligne \(line)", en: "The same person as on line \(line)")
        case .unknownChild:
            Phrase(
                fr: "Aucun élève importé par un tableau n'est ainsi désigné",
                en: "No pupil imported by a table is called so")
        case .severalChildren:
            Phrase(
                fr: "Plusieurs élèves de ce nom : il faut la date de naissance",
                en: "Several pupils of that name: the date of birth is needed")
        }
    }
}

extension CSVColumns.Field {
    var phrase: Phrase {
        switch self {
        case .key: Phrase(fr: "Identifiant de la personne", en: "Identifier of the person")
        case .familyName: Phrase(fr: "Nom de famille", en: "Family name")
        case .givenName: Phrase(fr: "Prénom", en: "Given name")
        case .usageName: Phrase(fr: "Nom d'usage", en: "Name that is used")
        case .birthDate: Phrase(fr: "Date de naissance", en: "Date of birth")
        case .klass: Phrase(fr: "Classe", en: "Class")
        case .level: Phrase(fr: "Niveau", en: "Level")
        case .email: Phrase(fr: "Adresse électronique", en: "Mail address")
        case .homePhone: Phrase(fr: "Téléphone du domicile", en: "Phone at home")
        case .workPhone: Phrase(fr: "Téléphone du travail", en: "Phone at work")
        case .mobile: Phrase(fr: "Téléphone portable", en: "Mobile phone")
        case .address: Phrase(fr: "Adresse postale", en: "Postal address")
        case .postalCode: Phrase(fr: "Code postal", en: "Postal code")
        case .city: Phrase(fr: "Commune", en: "Town")
        case .country: Phrase(fr: "Pays", en: "Country")
        case .function: Phrase(fr: "Fonction", en: "Function")
        case .isHead: Phrase(fr: "Direction d'école (oui)", en: "Head of a primary school (oui)")
        case .child: Phrase(fr: "Identifiant d'un enfant", en: "Identifier of a child")
        case .childFamilyName: Phrase(fr: "Nom d'un enfant", en: "Family name of a child")
        case .childGivenName: Phrase(fr: "Prénom d'un enfant", en: "Given name of a child")
        case .childBirthDate: Phrase(fr: "Date de naissance d'un enfant", en: "Date of birth of a child")
        case .title: Phrase(fr: "Civilité", en: "Title")
        case .ine: Phrase(verbatim: "INE")
        case .ignored: .notRead
        }
    }
}

extension FeedAnomaly.Code {
    var phrase: Phrase {
        switch self {
        case .unreadableFile: Phrase(fr: "Fichier illisible ou tronqué", en: "File unreadable or cut short")
        case .missingFile:
            Phrase(fr: "Fichier manquant : personne ne compte comme parti", en: "File missing: nobody counts as gone")
        case .wrongKey: Phrase(fr: "Identifiant incorrect", en: "Wrong identifier")
        case .duplicateKey: Phrase(fr: "Deux fois la même personne", en: "The same person twice")
        case .missingField: Phrase(fr: "Information nécessaire absente", en: "Needed information absent")
        case .badValue: Phrase(fr: "Valeur illisible, laissée de côté", en: "Value that cannot be read, left aside")
        case .unknownReference:
            Phrase(
                fr: "Renvoi à quelqu'un ou quelque chose d'inconnu", en: "Reference to somebody or something unknown")
        case .unknownAttribute:
            Phrase(fr: "Colonne ou attribut qui n'est pas lu", en: "Column or attribute that is not read")
        case .uaiLetter: Phrase(fr: "La lettre de l'UAI ne convient pas", en: "The letter of the UAI does not fit")
        case .badUAI: Phrase(fr: "UAI absent ou illisible", en: "UAI absent or unreadable")
        case .duplicateUAI: Phrase(fr: "Deux structures du même UAI", en: "Two structures with one UAI")
        case .foreignEstablishment:
            Phrase(fr: "Établissement d'un autre territoire", en: "Establishment of another territory")
        case .foreignAcademy: Phrase(fr: "Établissement d'une autre académie", en: "Establishment of another academy")
        case .unknownEstablishment: Phrase(fr: "Établissement inconnu ou fermé", en: "Establishment unknown or closed")
        case .encoding: Phrase(fr: "Encodage autre que celui annoncé", en: "Another encoding than the one declared")
        case .incomplete:
            Phrase(
                fr: "Livraison incomplète : personne ne compte comme parti",
                en: "Incomplete delivery: nobody counts as gone")
        case .kept:
            Phrase(
                fr: "Enregistrement refusé : la personne reste comme elle était",
                en: "Record refused: the person stays as they were")
        case .unknownFunction: Phrase(fr: "Fonction inconnue", en: "Unknown function")
        case .unknownPerson: Phrase(fr: "Personne inconnue", en: "Unknown person")
        case .more: Phrase(fr: "D'autres encore", en: "More of them")
        }
    }
}
