internal import Runtime

/// What makes a record unusable, or part of it.
package struct AAFDefect: Sendable, Equatable {
    package let code: FeedAnomaly.Code
    package let message: String
    package let attribute: AAFAttribute?
}

extension FeedPerson {
    /// Takes the attributes that an entry names; those that it does not name stay as they are.
    /// - Returns: values that could not be read; the others are taken.
    package mutating func take(_ entry: AAFEntry) -> [AAFDefect] {
        var defects: [AAFDefect] = []
        let hasLinks = entry.values.contains { $0.attribute == .guardians && !$0.value.isEmpty }
        var start = entry.values.startIndex
        var later: [(AAFAttribute, ArraySlice<(attribute: AAFAttribute, value: String)>)] = []
        while start < entry.values.endIndex {
            let attribute = entry.values[start].attribute
            var end = start + 1
            while end < entry.values.endIndex, entry.values[end].attribute == attribute { end += 1 }
            let values = entry.values[start..<end]
            switch attribute {
            // Dates are told of classes that must be there first; old links only count where the new one is absent.
            case .classEntry, .classExit, .structureExit, .parents, .guardian1, .guardian2:
                later.append((attribute, values))
            // AAF1D has no other; AAF also writes it, for readers of before.
            case .parentalAuthority where hasLinks: break
            default: set(attribute, values, &defects)
            }
            start = end
        }
        for (attribute, values) in later { setLater(attribute, values, &defects) }
        return defects
    }

    private typealias Values = ArraySlice<(attribute: AAFAttribute, value: String)>

    private mutating func set(_ attribute: AAFAttribute, _ values: Values, _ defects: inout [AAFDefect]) {
        switch attribute {
        case .familyName, .familyName1D: setName(\.familyName, values)
        case .givenName, .givenName1D: setName(\.givenName, values)
        case .birthDate: setBirthDate(values, &defects)
        case .ine: ine = values.first.flatMap { $0.value.isEmpty ? nil : String($0.value.prefix(20)) }
        case .structure:
            let named = values.map(\.value).filter { !$0.isEmpty }
            structure = named.first
            otherStructures = named
        case .trainingLevel: level = AAFValues.level(values.first?.value ?? "")
        case .level1D: level = AAFValues.level(AAFValues.fields(values.first?.value ?? "").last.map(String.init) ?? "")
        case .pupilClasses: setPlaces(.klass, .pupil, values, &defects)
        case .pupilGroups: setPlaces(.group, .pupil, values, &defects)
        case .classes1D: setPlaces1D(.klass, values, &defects)
        case .groups1D: setPlaces1D(.group, values, &defects)
        case .teacherClasses: setPlaces(.klass, .teacher, values, &defects)
        case .teacherGroups: setPlaces(.group, .teacher, values, &defects)
        case .mainTeacherOf: setPlaces(.klass, .mainTeacher, values, &defects)
        case .classSubjects: setAssignments(.klass, values, &defects)
        case .groupSubjects: setAssignments(.group, values, &defects)
        case .functions: setFunctions(values, &defects)
        case .isTeacher, .facesPupils: if values.first?.value == "O" { teaches = true }
        case .guardians, .parentalAuthority: setLinks(attribute, values, &defects)
        default: if let name = attribute.detail { setDetail(name, attribute, values) }
        }
    }

    private mutating func setName(_ path: WritableKeyPath<FeedPerson, String>, _ values: Values) {
        // An empty value never takes a name away.
        if let name = values.first.flatMap({ AAFValues.name($0.value) }) {
            self[keyPath: path] = name.utf8.count <= 100 ? name : String(name.prefix(60))
        }
    }

    private mutating func setBirthDate(_ values: Values, _ defects: inout [AAFDefect]) {
        guard let text = values.first?.value, !text.isEmpty else { return }
        birthDate = AAFValues.date(text)
        if birthDate == nil { defects.append(AAFDefect(.birthDate, "a date of birth that is no day")) }
    }

    private mutating func setDetail(_ name: String, _ attribute: AAFAttribute, _ values: Values) {
        let kept = values.lazy.map(\.value).filter { !$0.isEmpty }
        let text: String
        switch attribute {
        case .disciplines: text = kept.map { String(AAFValues.fields($0).first ?? "") }.joined(separator: "; ")
        case .address: text = (kept.first ?? "").split(separator: "$").joined(separator: "\n")
        default: text = values.count == 1 ? (kept.first ?? "") : kept.joined(separator: "; ")
        }
        details[name] = text.isEmpty ? nil : (text.utf8.count <= 400 ? text : String(text.prefix(200)))
    }

    private mutating func setPlaces(
        _ kind: Place.Kind, _ part: Place.Part, _ values: Values, _ defects: inout [AAFDefect]
    ) {
        places.removeAll { $0.kind == kind && $0.part == part }
        for (attribute, value) in values where !value.isEmpty {
            let fields = AAFValues.fields(value)
            guard fields.count >= 2, !fields[0].isEmpty, let code = AAFValues.name(String(fields[1])) else {
                defects.append(AAFDefect(attribute, "expected structure$code"))
                continue
            }
            add(Place(structure: String(fields[0]), kind: kind, code: code, part: part))
        }
    }

    private mutating func add(_ place: Place) {
        guard place.code.utf8.count <= 60,
            !places.contains(where: {
                $0.structure == place.structure && $0.kind == place.kind && $0.code == place.code
                    && $0.part == place.part
            })
        else { return }
        places.append(place)
    }

    private mutating func setPlaces1D(_ kind: Place.Kind, _ values: Values, _ defects: inout [AAFDefect]) {
        let part = self.kind == .staff ? Place.Part.teacher : .pupil
        places.removeAll { $0.kind == kind && $0.part == part }
        for (attribute, value) in values where !value.isEmpty {
            let fields = AAFValues.fields(value)
            guard fields.count >= 5, !fields[0].isEmpty, let code = AAFValues.name(String(fields[3])) else {
                defects.append(AAFDefect(attribute, "expected structure$type$name of the type$identifier$name"))
                continue
            }
            let label = AAFValues.name(fields[4...].joined(separator: "$"))
            add(Place(structure: String(fields[0]), kind: kind, code: code, label: label, part: part))
        }
    }

    private mutating func setAssignments(_ kind: Place.Kind, _ values: Values, _ defects: inout [AAFDefect]) {
        assignments.removeAll { $0.kind == kind }
        for (attribute, value) in values where !value.isEmpty {
            let fields = AAFValues.fields(value)
            guard fields.count >= 3, !fields[0].isEmpty, let code = AAFValues.name(String(fields[1])),
                let subject = AAFValues.name(String(fields[2]))
            else {
                defects.append(AAFDefect(attribute, "expected structure$class$subject"))
                continue
            }
            let assignment = Assignment(structure: String(fields[0]), kind: kind, code: code, subject: subject)
            if !assignments.contains(assignment) { assignments.append(assignment) }
        }
    }

    private mutating func setFunctions(_ values: Values, _ defects: inout [AAFDefect]) {
        functions = []
        for (attribute, value) in values where !value.isEmpty {
            let fields = AAFValues.fields(value)
            guard fields.count >= 2, !fields[0].isEmpty else {
                defects.append(AAFDefect(attribute, "expected structure$code$name$discipline$name"))
                continue
            }
            let discipline = fields.count > 4 && fields[3] != "-" ? String(fields[4]) : ""
            functions.append(
                Function(
                    structure: String(fields[0]), code: String(fields[1]),
                    label: fields.count > 2 ? String(fields[2]) : "", discipline: discipline))
        }
    }

    private mutating func setLinks(_ attribute: AAFAttribute, _ values: Values, _ defects: inout [AAFDefect]) {
        links = []
        for (_, value) in values where !value.isEmpty {
            let fields = AAFValues.fields(value)
            let numbers = fields.dropFirst().map { Int($0) ?? 0 }
            guard !fields[0].isEmpty, attribute == .parentalAuthority || numbers.count >= 3 else {
                defects.append(AAFDefect(attribute, "expected person$kinship$financial$level$contact$payment"))
                continue
            }
            let guardian = String(fields[0])
            // Somebody of age who is their own guardian: nobody else's rights.
            guard guardian != key, !links.contains(where: { $0.guardian == guardian }) else { continue }
            links.append(
                attribute == .guardians
                    ? Link(
                        guardian: guardian, kinship: numbers[0], level: numbers[2], financial: numbers[1],
                        contact: numbers.count > 3 ? numbers[3] : 0, payment: numbers.count > 4 ? numbers[4] : 0)
                    : Link(guardian: guardian, kinship: numbers.first ?? 0, level: 1))
        }
    }

    private mutating func setLater(_ attribute: AAFAttribute, _ values: Values, _ defects: inout [AAFDefect]) {
        switch attribute {
        case .parents, .guardian1, .guardian2:
            for (_, value) in values where !value.isEmpty && value != key {
                let guardian = String(AAFValues.fields(value).first ?? "")
                // The present attribute says all there is to say, also of those that these name.
                guard !guardian.isEmpty, links.allSatisfy({ $0.kinship == -1 }),
                    !links.contains(where: { $0.guardian == guardian })
                else { continue }
                links.append(Link(guardian: guardian, kinship: -1, level: 1))
            }
        default: setDates(attribute, values, &defects)
        }
    }

    private mutating func setDates(_ attribute: AAFAttribute, _ values: Values, _ defects: inout [AAFDefect]) {
        for (_, value) in values where !value.isEmpty {
            let fields = AAFValues.fields(value)
            let text = fields.count > 1 ? fields[1] : fields[0]
            guard !text.isEmpty else { continue }
            guard let date = AAFValues.date(text) else {
                defects.append(AAFDefect(attribute, "a date that is no day"))
                continue
            }
            for index in places.indices {
                let place = places[index]
                switch attribute {
                case .structureExit where place.until == nil && (fields.count < 2 || fields[0] == place.structure):
                    places[index].until = date
                case .classEntry where fields.count > 2 && fields[0] == place.structure && fields[2] == place.code:
                    places[index].from = date
                case .classExit where fields.count > 2 && fields[0] == place.structure && fields[2] == place.code:
                    places[index].until = date
                default: break
                }
            }
        }
    }
}

extension AAFDefect {
    init(_ attribute: AAFAttribute, _ message: String) {
        self.init(code: .badValue, message: "\(attribute.rawValue): \(message)", attribute: attribute)
    }
}
