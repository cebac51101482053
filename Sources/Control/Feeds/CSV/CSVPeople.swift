package import Runtime

/// Rows of a school's own file as people; what is wrong is told by line and column. Pure.
package struct CSVPeople: Sendable {
    /// A guardian with the keys of their children, or somebody else without any.
    package struct Entry: Sendable, Equatable {
        package let person: FeedPerson
        package fileprivate(set) var children: [String]
        /// Children whom the file names, as the keys of people without an identifier begin.
        package fileprivate(set) var namedChildren: [String] = []
        package let line: Int
    }

    package private(set) var entries: [Entry] = []
    package private(set) var anomalies = FeedAnomalies()
    /// The first of what has to be put right, in the order of the file.
    package private(set) var faults: [CSVFault] = []
    package private(set) var rejected = 0
    /// The keys of lines that cannot be taken, where they can be read: those people stay as they are.
    package private(set) var kept: [String] = []
    /// Lines that do not tell whom they are about, or not by the key that they had before.
    package private(set) var withoutKey = 0

    package static let mostFaults = 1000

    /// - Parameter structure: the key of the establishment: its UAI.
    package init(_ text: CSVText, _ columns: CSVColumns, kind: FeedKind, structure: String) {
        // Where in `entries`.
        var seen: [String: Int] = [:]
        for row in text.rows {
            guard let entry = read(row, text, columns, kind, structure) else {
                rejected += 1
                continue
            }
            if let first = seen[entry.person.key] {
                // One line a child: the same guardian again.
                if kind == .guardian, entries[first].person == entry.person {
                    entries[first].children += entry.children
                    entries[first].namedChildren += entry.namedChildren
                    continue
                }
                let line = entries[first].line
                report(.duplicateKey, "the same person as on line \(line)", row.line, nil, entry.person.key)
                fault(.twice(line: line), row.line, columns, .key)
                rejected += 1
                continue
            }
            seen[entry.person.key] = entries.count
            entries.append(entry)
        }
    }

    private mutating func report(
        _ code: FeedAnomaly.Code, _ message: String, _ line: Int, _ column: String?, _ key: String? = nil
    ) {
        anomalies.add(FeedAnomaly(code, message, line: line, column: column, key: key))
    }

    private mutating func fault(_ reason: CSVFault.Reason, _ line: Int, column: Int?) {
        guard faults.count < CSVPeople.mostFaults else { return }
        faults.append(CSVFault(line: line, column: column, reason: reason))
    }

    private mutating func fault(
        _ reason: CSVFault.Reason, _ line: Int, _ columns: CSVColumns, _ field: CSVColumns.Field
    ) {
        fault(reason, line, column: columns.fields.firstIndex(of: field))
    }

    private mutating func read(
        _ row: CSVText.Row, _ text: CSVText, _ columns: CSVColumns, _ kind: FeedKind, _ structure: String
    ) -> Entry? {
        var person = FeedPerson(kind: kind, key: "")
        var key: String?
        var children: [String] = []
        var usageName: String?
        var child = FeedPerson(kind: .pupil, key: "")
        var hasUnreadableBirth = false
        for (index, field) in columns.fields.enumerated() {
            guard let field, index < row.fields.count else { continue }
            let value = CSVPeople.withoutGuard(row.fields[index].trimmedOfSpaces)
            guard !value.isEmpty else { continue }
            let column = text.header[index]
            switch field {
            case .key: key = value
            case .familyName: person.familyName = AAFValues.name(String(value.prefix(60))) ?? ""
            case .givenName: person.givenName = AAFValues.name(String(value.prefix(60))) ?? ""
            case .birthDate:
                person.birthDate = CSVPeople.date(value)
                if person.birthDate == nil {
                    hasUnreadableBirth = true
                    report(.badValue, "no day: expected dd/mm/yyyy", row.line, column)
                    fault(.notADay, row.line, column: index)
                }
            case .klass:
                for code in value.split(separator: "|").compactMap({ AAFValues.name(String($0)) })
                where code.utf8.count <= 60 {
                    person.places.append(
                        FeedPerson.Place(
                            structure: structure, kind: .klass, code: code, part: kind == .pupil ? .pupil : .teacher))
                }
            case .child: children.append(value)
            case .function:
                person.functions.append(
                    FeedPerson.Function(
                        structure: structure, code: CSVPeople.function(value), label: String(value.prefix(80)),
                        discipline: ""))
            case .email where !value.contains("@") || value.utf8.count > 200:
                report(.badValue, "no address of mail", row.line, column)
                fault(.notAnAddress, row.line, column: index)
            case .ine: person.ine = String(value.prefix(20))
            case .level: person.level = AAFValues.level(value)
            case .usageName: usageName = AAFValues.name(String(value.prefix(60)))
            case .isHead:
                if value.lowercased().hasPrefix("o") || value == "1" {
                    person.functions.append(
                        FeedPerson.Function(structure: structure, code: "DIR", label: column, discipline: ""))
                }
            case .childFamilyName: child.familyName = AAFValues.name(String(value.prefix(60))) ?? ""
            case .childGivenName: child.givenName = AAFValues.name(String(value.prefix(60))) ?? ""
            case .childBirthDate:
                child.birthDate = CSVPeople.date(value)
                if child.birthDate == nil {
                    report(.badValue, "no day: expected dd/mm/yyyy", row.line, column)
                    fault(.notADay, row.line, column: index)
                }
            case .ignored: break
            default: person.details[field.rawValue] = String(value.prefix(200))
            }
        }
        if let usageName, usageName != person.familyName {
            if !person.familyName.isEmpty { person.details["birth_name"] = person.familyName }
            person.familyName = usageName
        }
        let named = child.familyName.isEmpty || child.givenName.isEmpty ? [] : [CSVPeople.key(of: child)]
        for (name, field) in [(person.familyName, CSVColumns.Field.familyName), (person.givenName, .givenName)]
        where name.isEmpty {
            report(.missingField, "\(field.rawValue) is missing", row.line, field.rawValue)
            fault(.missing, row.line, columns, field)
            refuse(person, key)
            return nil
        }
        if kind == .guardian, children.isEmpty, named.isEmpty {
            report(.missingField, "no child is named", row.line, CSVColumns.Field.child.rawValue)
            let isNamed = columns.fields.contains(.childFamilyName)
            fault(.noChild, row.line, columns, columns.fields.contains(.child) || !isNamed ? .child : .childFamilyName)
            refuse(person, key)
            return nil
        }
        if let key, !AAFInterpreter.isKey(key) {
            report(
                .wrongKey, "an identifier of letters, digits, dashes and dots is expected", row.line,
                CSVColumns.Field.key.rawValue)
            fault(.notAKey, row.line, columns, .key)
            refuse(person, key)
            return nil
        }
        // The date is a part of the key: without it the line is about somebody new, and who they were seems to be gone.
        if key == nil, hasUnreadableBirth { withoutKey += 1 }
        let made = key ?? CSVPeople.key(of: person)
        return Entry(
            person: person.with(key: made, structure: structure, teaches: kind == .staff && person.functions.isEmpty),
            children: children, namedChildren: named, line: row.line)
    }

    private mutating func refuse(_ person: FeedPerson, _ key: String?) {
        if let key, AAFInterpreter.isKey(key) {
            kept.append(key)
        } else if key == nil, !person.familyName.isEmpty, !person.givenName.isEmpty {
            kept.append(CSVPeople.key(of: person))
        } else {
            withoutKey += 1
        }
    }

    /// Somebody without an identifier is known by name and date of birth.
    private static func key(of person: FeedPerson) -> String {
        let base = LoginRule.base(given: person.givenName, family: person.familyName).prefix(45)
        return "n-\(base)" + (person.birthDate.map { "-\($0)" } ?? "")
    }

    /// A cell that an export of ours has made harmless.
    package static func withoutGuard(_ text: String) -> String {
        guard text.first == "'", let second = text.dropFirst().first, CSVWriter.isFormula(second) else { return text }
        return String(text.dropFirst())
    }

    /// `jj/mm/aaaa`, `aaaa-mm-jj`, `jjmmaaaa`, also with dots and dashes; two digits of a year are of this century or the last.
    package static func date(_ text: String) -> CivilDate? {
        let parts = text.split { !$0.isNumber }
        if parts.count == 1, text.utf8.count == 8, text.allSatisfy(\.isNumber) {
            let digits = Array(text)
            return date(String(digits[0...1]) + "/" + String(digits[2...3]) + "/" + String(digits[4...7]))
        }
        guard parts.count >= 3, let one = Int(parts[0]), let month = Int(parts[1]), let three = Int(parts[2]) else {
            return nil
        }
        let year = parts[0].count == 4 ? one : three
        let day = parts[0].count == 4 ? three : one
        let full = year >= 100 ? year : year + (year > 40 ? 1900 : 2000)
        guard (1900...2100).contains(full) else { return nil }
        return CivilDate(year: full, month: month, day: day)
    }

    private static func function(_ text: String) -> String {
        let plain = LoginRule.base(given: text, family: "")
        let known: [(String, String)] = [
            ("ens", "ENS"), ("prof", "ENS"), ("doc", "DOC"), ("dir", "DIR"), ("princip", "DIR"), ("provis", "DIR"),
            ("cpe", "EDU"),
            ("conseiller", "EDU"), ("vie", "EDU"), ("aed", "AED"), ("assistant", "AED"), ("surveill", "AED"),
        ]
        return known.first { plain.hasPrefix($0.0) }?.1 ?? "ADM"
    }
}

extension FeedPerson {
    fileprivate func with(key: String, structure: String, teaches: Bool) -> FeedPerson {
        var person = FeedPerson(kind: kind, key: key)
        person.familyName = familyName
        person.givenName = givenName
        person.birthDate = birthDate
        person.ine = ine
        person.structure = kind == .guardian ? nil : structure
        person.otherStructures = kind == .staff ? [structure] : []
        person.details = details
        person.places = places
        person.level = level
        person.functions = functions
        person.teaches = teaches
        return person
    }
}
