/// Which column of a school's own file is what. Pure.
package struct CSVColumns: Sendable, Equatable {
    package enum Field: String, CaseIterable, Sendable {
        case key
        case familyName = "family_name"
        case givenName = "given_name"
        case birthDate = "birth_date"
        case klass = "class"
        case email
        case homePhone = "home_phone"
        case workPhone = "work_phone"
        case mobile, address
        case postalCode = "postal_code"
        case city, country, function, child, title, ine, level, ignored
        /// The name that somebody goes by, where it is not the family name.
        case usageName = "usage_name"
        /// `oui` for the head of a primary school.
        case isHead = "is_head"
        /// Of a guardian's child, where the file has no identifiers.
        case childFamilyName = "child_family_name"
        case childGivenName = "child_given_name"
        case childBirthDate = "child_birth_date"
    }

    /// For each column of the file; nil where nobody knows.
    package let fields: [Field?]

    /// - Parameter remembered: what was said of columns before, by their name in lower case.
    package init(header: [String], remembered: [String: Field]) {
        var taken: Set<Field> = []
        fields = header.map { name in
            let plain = CSVColumns.plain(name)
            // `Adresse1` and `Adresse2` are two things to ONDE.
            let numbered = name.trimmedOfSpaces.last.flatMap(\.wholeNumberValue).map { plain + String($0) }
            guard
                let field = remembered[name.lowercased()] ?? numbered.flatMap({ CSVColumns.onde[$0] })
                    ?? CSVColumns.known[plain] ?? CSVColumns.child(plain)
            else { return nil }
            // A parent has several children, a teacher several classes; of everything else the first column counts.
            guard field == .child || field == .klass || field == .ignored || taken.insert(field).inserted else {
                return nil
            }
            return field
        }
    }

    /// Those without which nobody can be taken.
    package func missing(for kind: FeedKind) -> [Field] {
        var needed: [Field] = [.familyName, .givenName]
        if kind == .guardian, !fields.contains(.childFamilyName) || !fields.contains(.childGivenName) {
            needed.append(.child)
        }
        return needed.filter { !fields.contains($0) }
    }

    private static func child(_ name: String) -> Field? {
        name.hasPrefix("childexternalid") || name.hasPrefix("enfant") ? .child : nil
    }

    /// Letters and digits in lower case, without accents.
    private static func plain(_ name: String) -> String {
        LoginRule.base(given: name.filter { $0 != "*" }, family: "").filter { $0 != "-" && $0 != "." }
    }

    private static let known: [String: Field] = [
        "externalid": .key, "identifiant": .key, "id": .key, "identifiantexterne": .key,
        "prenom": .givenName, "firstname": .givenName, "givenname": .givenName, "prenomusuel": .givenName,
        "nom": .familyName, "lastname": .familyName, "familyname": .familyName, "nomusuel": .familyName,
        "nomdefamille": .familyName,
        "datedenaissance": .birthDate, "neele": .birthDate, "nele": .birthDate, "naissance": .birthDate,
        "birthdate": .birthDate,
        "classe": .klass, "classes": .klass, "class": .klass, "division": .klass,
        "email": .email, "mail": .email, "courriel": .email, "adressemail": .email,
        "telephone": .homePhone, "tel": .homePhone, "telephonedomicile": .homePhone, "homephone": .homePhone,
        "telephonetravail": .workPhone, "workphone": .workPhone, "portable": .mobile, "mobile": .mobile,
        "telephoneportable": .mobile,
        "adresse": .address, "address": .address, "cp": .postalCode, "codepostal": .postalCode, "ville": .city,
        "city": .city,
        "pays": .country, "country": .country, "fonction": .function, "function": .function, "civilite": .title,
        "ine": .ine,
    ].merging(onde) { $1 }

    /// The tables that ONDE writes: pupils, guardians, teachers.
    private static let onde: [String: Field] = [
        "nomeleve": .familyName, "nomdefamilleeleve": .familyName, "nomdusageeleve": .usageName,
        "prenomeleve": .givenName, "prenom1": .givenName, "prenom1eleve": .givenName, "datenaissance": .birthDate,
        "datedenaissanceeleve": .birthDate, "datenaissanceeleve": .birthDate, "ineeleve": .ine,
        "adresse1": .address, "cp1": .postalCode, "commune1": .city, "pays1": .country, "commune": .city,
        "niveau": .level, "nomusage": .usageName, "nomdusage": .usageName, "directeur": .isHead,
        "nomresponsable": .familyName, "nomdefamilleresponsable": .familyName, "nomusageresponsable": .usageName,
        "nomdusageresponsable": .usageName, "prenomresponsable": .givenName, "civiliteresponsable": .title,
        "adresseresponsable": .address, "cpresponsable": .postalCode, "communeresponsable": .city,
        "paysresponsable": .country, "courrielresponsable": .email, "nomenfant": .childFamilyName,
        "nomdefamilleenfant": .childFamilyName, "prenomenfant": .childGivenName, "datenaissanceenfant": .childBirthDate,
        "datedenaissanceenfant": .childBirthDate,
        // What the school's workspace has no use for.
        "sexe": .ignored, "adresse2": .ignored, "cp2": .ignored, "commune2": .ignored, "pays2": .ignored,
        "cycle": .ignored, "attestationfournie": .ignored, "autorisationsassociations": .ignored,
        "autorisationsphotos": .ignored, "decisiondepassage": .ignored, "numerodesecours": .ignored,
        "classeenfant": .ignored, "classesenfant": .ignored, "nomdusageenfant": .ignored,
    ]
}
