/// One request of a file: whom it is about and the attributes it names.
package struct AAFEntry: Sendable, Equatable {
    package enum Category: String, Sendable {
        case pupil = "Eleve"
        case guardian = "PersRelEleve"
        case staff = "PersEducNat"
        case structure = "EtabEducNat"
        case subject = "MatEducNat"
        case programme = "MefEducNat"
    }

    package var operation = FeedOperation.whole
    package var category: Category?
    package var id = ""
    /// In the order of the file; several values of one attribute follow each other. An attribute that is named with an empty
    /// value is there with an empty text.
    package var values: [(attribute: AAFAttribute, value: String)] = []
    package var line = 0

    package static func == (left: AAFEntry, right: AAFEntry) -> Bool {
        left.operation == right.operation && left.category == right.category && left.id == right.id
            && left.values.elementsEqual(right.values) { $0 == $1 }
    }

    /// The first value of an attribute that is not empty.
    package func first(_ attributes: AAFAttribute...) -> String? {
        for attribute in attributes {
            if let found = values.first(where: { $0.attribute == attribute && !$0.value.isEmpty }) {
                return found.value
            }
        }
        return nil
    }
}

/// What the comments at the head of a file tell.
package struct AAFHeader: Sendable, Equatable {
    /// `24`.
    package var academy: String?
    /// `1D` or `2D`.
    package var degree: String?
    package var version: String?

    /// Takes what a comment says in the form `name="value"`.
    package mutating func read(_ comment: String) {
        if let value = AAFHeader.value(of: "codeAcademieExport", in: comment) { academy = AAFHeader.number(value) }
        if let value = AAFHeader.value(of: "degre", in: comment) { degree = value.uppercased() }
        if let value = AAFHeader.value(of: "versionAF", in: comment) { version = value }
    }

    /// Academies are written `24`, `024` or `2`.
    package static func number(_ text: String) -> String? {
        guard let number = Int(text.filter { $0 != " " }), (1...999).contains(number) else { return nil }
        return number < 10 ? "0\(number)" : String(number)
    }

    private static func value(of name: String, in text: String) -> String? {
        guard let found = text.firstRange(of: name) else { return nil }
        let rest = text[found.upperBound...].drop { $0 == " " || $0 == "=" || $0 == ":" }
        let quote = rest.first
        let value =
            quote == "\"" || quote == "'"
            ? rest.dropFirst().prefix { $0 != quote } : rest.prefix { !$0.isWhitespace && $0 != ";" }
        let trimmed = value.trimmedOfSpaces
        return trimmed.isEmpty || trimmed.utf8.count > 40 ? nil : trimmed
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmedOfSpaces: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return String(rest)
    }
}
