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
        case city, country, function, child, title, ine, ignored
    }

    /// For each column of the file; nil where nobody knows.
    package let fields: [Field?]

    /// - Parameter remembered: what was said of columns before, by their name in lower case.
    package init(header: [String], remembered: [String: Field]) {
        var taken: Set<Field> = []
        fields = header.map { name in
            let plain = CSVColumns.plain(name)
            guard let field = remembered[name.lowercased()] ?? CSVColumns.known[plain] ?? CSVColumns.child(plain) else {
                return nil
            }
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
        if kind == .guardian { needed.append(.child) }
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
    ]
}
