extension Phrase {
    static let missing = Phrase(fr: "Ce champ est obligatoire.", en: "This field is required.")
    static let blank = Phrase(fr: "Ce champ est vide.", en: "This field is empty.")
    static let unknownMember = Phrase(fr: "Ce champ n'existe pas ici.", en: "There is no such field here.")
    static let expectedNull = Phrase(fr: "La valeur null est attendue.", en: "The value null is expected.")
    static let expectedBoolean = Phrase(fr: "Vrai ou faux est attendu.", en: "True or false is expected.")
    static let expectedInteger = Phrase(fr: "Un nombre entier est attendu.", en: "A whole number is expected.")
    static let expectedNumber = Phrase(fr: "Un nombre est attendu.", en: "A number is expected.")
    static let numberOutOfRange = Phrase(fr: "Ce nombre est hors des limites.", en: "This number is out of range.")
    static let expectedText = Phrase(fr: "Un texte est attendu.", en: "A text is expected.")
    static let expectedArray = Phrase(fr: "Une liste est attendue.", en: "A list is expected.")
    static let expectedObject = Phrase(fr: "Un objet est attendu.", en: "An object is expected.")
    static let noneFits = Phrase(fr: "Aucune des formes permises ne convient.", en: "None of the allowed forms fits.")
    static let givenTwice = Phrase(fr: "Ce champ est donné deux fois.", en: "This field is given twice.")

    static func yearOutOfCalendar(_ years: ClosedRange<Int>) -> Phrase {
        Phrase(
            fr: "Une date des années \(years.lowerBound) à \(years.upperBound).",
            en: "A date of the years \(years.lowerBound) to \(years.upperBound).")
    }

    static func outOfRange(_ range: ClosedRange<Int>) -> Phrase {
        switch (range.lowerBound, range.upperBound) {
        case (let low, .max): Phrase(fr: "Au moins \(low).", en: "At least \(low).")
        case (.min, let high): Phrase(fr: "Au plus \(high).", en: "At most \(high).")
        case (let low, let high): Phrase(fr: "Entre \(low) et \(high).", en: "Between \(low) and \(high).")
        }
    }

    static func tooShort(_ least: Int) -> Phrase {
        .count(
            least, fr: ("Au moins % caractère.", "Au moins % caractères."),
            en: ("At least % character.", "At least % characters."))
    }

    static func tooLong(_ most: Int) -> Phrase {
        .count(
            most, fr: ("Au plus % caractère.", "Au plus % caractères."),
            en: ("At most % character.", "At most % characters."))
    }

    static func wrongCount(_ counts: ClosedRange<Int>) -> Phrase {
        Phrase(
            fr: "De \(counts.lowerBound) à \(counts.upperBound) éléments.",
            en: "From \(counts.lowerBound) to \(counts.upperBound) elements.")
    }

    static func expectedOneOf(_ values: [String]) -> Phrase {
        let list = values.prefix(20).joined(separator: ", ")
        return Phrase(fr: "Une de ces valeurs est attendue : \(list).", en: "One of these values is expected: \(list).")
    }

    static func badFormat(_ format: Schema.Format) -> Phrase {
        switch format {
        case .plain:
            Phrase(fr: "Ce texte contient un caractère interdit.", en: "This text contains a forbidden character.")
        case .uuid: Phrase(fr: "Un identifiant (UUID) est attendu.", en: "An identifier (UUID) is expected.")
        case .date:
            Phrase(
                fr: "Une date qui existe est attendue (AAAA-MM-JJ).", en: "An existing date is expected (YYYY-MM-DD).")
        case .dateTime:
            Phrase(fr: "Une date et une heure RFC 3339 sont attendues.", en: "An RFC 3339 date and time is expected.")
        case .timeOfDay: Phrase(fr: "Une heure est attendue (HH:MM).", en: "A time of day is expected (HH:MM).")
        case .uri: Phrase(fr: "Une adresse web est attendue.", en: "A web address is expected.")
        case .email: Phrase(fr: "Une adresse électronique est attendue.", en: "An e-mail address is expected.")
        case .uai:
            Phrase(
                fr: "Un code UAI est attendu (7 chiffres et 1 lettre).",
                en: "A UAI code is expected (7 digits and 1 letter).")
        case .languageTag: Phrase(fr: "Une langue est attendue : fr ou en.", en: "A language is expected: fr or en.")
        case .slug:
            Phrase(
                fr: "Des minuscules, des chiffres et des tirets seulement.",
                en: "Lower-case letters, digits and hyphens only.")
        case .byte: Phrase(fr: "Du base64url est attendu.", en: "Base64url is expected.")
        }
    }
}
