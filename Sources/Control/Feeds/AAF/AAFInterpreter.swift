internal import Tenancy

/// What the requests of a file mean: people, establishments, subjects, and what is wrong with them. Pure.
package struct AAFInterpreter: Sendable {
    package enum Meaning: Sendable, Equatable {
        case person(FeedPerson, FeedOperation)
        case structure(FeedStructure, FeedOperation)
        case subject(FeedSubject)
        /// Nothing that is kept.
        case nothing
        /// Somebody who cannot be taken, with the keys that the record may be of: none that can be read, mostly one.
        case rejected(FeedKind?, keys: [String])
    }

    /// What one request means. - Parameter report: gets what is wrong with it.
    package static func meaning(of entry: AAFEntry, report: (AAFDefect) -> Void) -> Meaning {
        guard let category = entry.category else {
            report(AAFDefect(code: .missingField, message: "a request without a category", attribute: nil))
            return .rejected(nil, keys: keys(of: entry))
        }
        switch category {
        case .programme: return .nothing
        case .subject: return subject(entry, report)
        case .structure: return structure(entry, report)
        case .pupil: return person(entry, .pupil, report)
        case .guardian: return person(entry, .guardian, report)
        case .staff: return person(entry, .staff, report)
        }
    }

    /// Join keys are numbers; test systems write letters and dashes too.
    package static func isKey(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ($0 >= 48 && $0 <= 57) || ($0 | 0x20 >= 97 && $0 | 0x20 <= 122) || $0 == 45 || $0 == 95 || $0 == 46
            }
    }

    /// Whom a record may be about that names two people, or nobody properly.
    private static func keys(of entry: AAFEntry) -> [String] {
        var keys = [entry.id]
        if let inside = entry.first(.joinKey), inside != entry.id { keys.append(inside) }
        return keys.filter(isKey)
    }

    private static func key(
        of entry: AAFEntry, _ attribute: AAFAttribute, _ report: (AAFDefect) -> Void
    ) -> String? {
        guard isKey(entry.id) else {
            report(AAFDefect(code: .wrongKey, message: "the identifier is no key", attribute: attribute))
            return nil
        }
        if let inside = entry.first(attribute), inside != entry.id {
            report(
                AAFDefect(
                    code: .wrongKey, message: "the identifier is not the \(attribute.rawValue) of the record",
                    attribute: attribute))
            return nil
        }
        return entry.id
    }

    private static func person(
        _ entry: AAFEntry, _ kind: FeedKind, _ report: (AAFDefect) -> Void
    ) -> Meaning {
        guard let key = key(of: entry, .joinKey, report) else { return .rejected(kind, keys: keys(of: entry)) }
        var person = FeedPerson(kind: kind, key: key)
        guard entry.operation != .remove else { return .person(person, .remove) }
        // A change is laid over what is known later, by whoever knows it.
        guard entry.operation == .whole else { return .person(person, .change) }
        for defect in person.take(entry) { report(defect) }
        return checked(person, report)
    }

    /// A whole person with what nobody can be without.
    package static func checked(_ person: FeedPerson, _ report: (AAFDefect) -> Void) -> Meaning {
        for (text, attribute) in [(person.familyName, AAFAttribute.familyName), (person.givenName, .givenName)]
        where text.isEmpty {
            report(AAFDefect(code: .missingField, message: "\(attribute.rawValue) is missing", attribute: attribute))
            return .rejected(person.kind, keys: [person.key])
        }
        if person.kind == .pupil, person.structure == nil {
            report(
                AAFDefect(code: .missingField, message: "ENTPersonStructRattach is missing", attribute: .structure))
            return .rejected(.pupil, keys: [person.key])
        }
        return .person(person, .whole)
    }

    private static func subject(_ entry: AAFEntry, _ report: (AAFDefect) -> Void) -> Meaning {
        guard let code = key(of: entry, .subjectKey, report) else { return .nothing }
        guard entry.operation != .remove, let name = entry.first(.subjectName).flatMap(AAFValues.name) else {
            return .nothing
        }
        return .subject(FeedSubject(code: code, name: String(name.prefix(200))))
    }

    private static func structure(_ entry: AAFEntry, _ report: (AAFDefect) -> Void) -> Meaning {
        guard let key = key(of: entry, .structureKey, report) else { return .nothing }
        var structure = FeedStructure(key: key)
        guard entry.operation != .remove else { return .structure(structure, .remove) }
        // A change that does not name the UAI is about what is not kept.
        if entry.operation == .change, entry.first(.structureUAI, .establishmentUAI) == nil { return .nothing }
        structure.uai = (entry.first(.structureUAI, .establishmentUAI) ?? "").uppercased()
        guard let uai = UAI(rawValue: structure.uai) else {
            report(AAFDefect(code: .badUAI, message: "no UAI, or none that can be read", attribute: .structureUAI))
            return .nothing
        }
        if !uai.hasValidLetter {
            report(
                AAFDefect(
                    code: .uaiLetter, message: "the letter of \(uai) does not fit its digits", attribute: .structureUAI)
            )
        }
        structure.academy = entry.first(.structureAcademyCode, .academyCode).flatMap(AAFHeader.number)
        structure.city = entry.first(.structureCity, .structureCity1D).flatMap(AAFValues.name) ?? ""
        structure.type = entry.first(.structureType, .structureTypeCode) ?? ""
        setName(of: &structure, entry.first(.structureName) ?? "")
        for (attribute, value) in entry.values where !value.isEmpty {
            guard attribute == .structureClasses || attribute == .structureGroups else { continue }
            let fields = AAFValues.fields(value)
            guard let code = AAFValues.name(String(fields[0])), code.utf8.count <= 60 else { continue }
            structure.groups.append(
                FeedStructure.Group(
                    kind: attribute == .structureClasses ? .klass : .group, code: code, label: code))
        }
        return .structure(structure, entry.operation)
    }

    /// `COLLEGE$JEAN FICTIF$BRUMEVILLE`, `CLG-JEAN FICTIF-ac-CRETEIL`.
    private static func setName(of structure: inout FeedStructure, _ text: String) {
        let parts =
            text.contains("$")
            ? AAFValues.fields(text).map(String.init)
            : text.split(separator: "-").map(String.init).prefix { $0 != "ac" }.map { $0 }
        let words = parts.prefix(2).compactMap(AAFValues.name)
        structure.name = words.isEmpty ? structure.uai : String(words.joined(separator: " ").prefix(150))
        if structure.type.isEmpty { structure.type = parts.first ?? "" }
        if structure.city.isEmpty, parts.count > 2 { structure.city = AAFValues.name(parts[2]) ?? "" }
    }

    /// What kind of establishment the words of a feed mean.
    static func kind(ofType type: String, name: String) -> Establishment.Kind {
        let words = (type + " " + name).uppercased()
        if words.contains("CITE SCOLAIRE") { return .citeScolaire }
        if words.contains("LYCEE PROFESSIONNEL") || words.hasPrefix("LP ") || words.hasPrefix("LP-") {
            return .lyceeProfessionnel
        }
        if words.contains("LYCEE POLYVALENT") || words.hasPrefix("LPO") { return .lyceePolyvalent }
        if words.contains("LYCEE") || words.hasPrefix("LYC") { return .lycee }
        if words.contains("COLLEGE") || words.hasPrefix("CLG") { return .college }
        return .other
    }
}
