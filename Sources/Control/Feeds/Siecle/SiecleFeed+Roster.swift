internal import Runtime

/// All that was read, as one delivery.
extension SiecleFeed {
    /// All that was read, once every document is.
    /// - Throws: `FeedError.unreadable` when the documents are of no school or of two, `.tooLarge`.
    package func roster() throws(FeedError) -> Roster {
        guard !isOverfull else { throw .tooLarge("more records than any school has") }
        guard !seen.isEmpty else { throw .unreadable("no document of SIECLE or STS-web in the archive") }
        guard let uai = uais.first else { throw .unreadable("no document says which school it is of (PARAMETRES/UAJ)") }
        guard uais.count == 1 else {
            throw .unreadable("documents of several schools: \(uais.sorted().joined(separator: ", "))")
        }
        result.domain = "siecle-" + uai.lowercased()
        var structure = FeedStructure(key: uai)
        structure.uai = uai
        structure.name = AAFValues.name(String(schoolName.prefix(150))) ?? uai
        structure.type = structure.name
        for (code, each) in labels.sorted(by: { $0.key < $1.key }) {
            structure.groups.append(FeedStructure.Group(kind: each.kind, code: code, label: each.label))
        }
        result.structures = [structure]
        addPupils(uai)
        addGuardians()
        addStaff(uai)
        silence()
        return result
    }

    /// A document that is not there says nothing about its people: they are not gone.
    private func silence() {
        if !seen.contains(.pupils) { result.silentAbout.formUnion([.pupil, .guardian]) }
        if !seen.contains(.guardians) { result.silentAbout.insert(.guardian) }
        if !seen.contains(.staff) { result.silentAbout.insert(.staff) }
        for (kind, file) in [
            (Kind.pupils, "ElevesSansAdresses.xml"), (.guardians, "ResponsablesAvecAdresses.xml"),
            (.staff, "sts_emp.xml"),
        ]
        where !seen.contains(kind) {
            result.report(.missingFile, "missing: whom it is about does not count as gone", file: file)
        }
    }

    private func isWhole(_ person: FeedPerson) -> Bool {
        guard person.familyName.isEmpty || person.givenName.isEmpty else { return true }
        result.report(.missingField, "no name", key: person.key)
        result.reject(person.kind, key: person.key)
        return false
    }

    private func addPupils(_ uai: String) {
        var linksOf: [String: [FeedPerson.Link]] = [:]
        for each in links {
            guard pupils[each.pupil] != nil else {
                if seen.contains(.pupils), !gone.contains(each.pupil) {
                    result.report(
                        .unknownReference, "a guardian of a pupil who is not in the documents", line: each.line,
                        key: each.pupil)
                }
                continue
            }
            linksOf[each.pupil, default: []].append(each.link)
        }
        for id in pupilOrder {
            guard var person = pupils[id], isWhole(person) else { continue }
            person.structure = uai
            person.level = person.details["programme"].flatMap { levels[$0] } ?? ""
            // Whoever has no class any more is in the file of former pupils' year too: "Inactifs".
            for place in structuresOf[id] ?? [] where place.code.lowercased() != "inactifs" {
                let label = labels[place.code]?.label
                person.places.append(
                    FeedPerson.Place(
                        structure: uai, kind: place.kind, code: place.code, label: label == place.code ? nil : label,
                        part: .pupil))
            }
            // The first legal guardian first.
            person.links = (linksOf[id] ?? []).enumerated().sorted {
                ($0.element.level == 1 ? 0 : 1, $0.offset) < ($1.element.level == 1 ? 0 : 1, $1.offset)
            }.map(\.element)
            result.people.append(person)
        }
    }

    private func addGuardians() {
        for id in guardianOrder {
            guard var person = guardians[id], isWhole(person) else { continue }
            if let address = addressOf[id].flatMap({ addresses[$0] }) { person.details.merge(address) { $1 } }
            result.people.append(person)
        }
    }

    private func addStaff(_ uai: String) {
        for id in staffOrder {
            guard var person = staff[id], isWhole(person) else { continue }
            person.functions = person.functions.map {
                FeedPerson.Function(structure: uai, code: $0.code, label: $0.label, discipline: $0.discipline)
            }
            person.structure = uai
            person.otherStructures = [uai]
            if let names = disciplines[id] { detail(&person, "disciplines", names.joined(separator: ", ")) }
            for lesson in lessons where lesson.teacher == id {
                let here = lesson.assignment
                person.assignments.append(
                    FeedPerson.Assignment(structure: uai, kind: here.kind, code: here.code, subject: here.subject))
                if !person.places.contains(where: { $0.code == here.code && $0.kind == here.kind }) {
                    let label = labels[here.code]?.label
                    person.places.append(
                        FeedPerson.Place(
                            structure: uai, kind: here.kind, code: here.code, label: label == here.code ? nil : label,
                            part: .teacher))
                }
            }
            for main in mainTeachers where main.teacher == id {
                person.places.removeAll { $0.code == main.code && $0.kind == .klass }
                let label = labels[main.code]?.label
                person.places.append(
                    FeedPerson.Place(
                        structure: uai, kind: .klass, code: main.code, label: label == main.code ? nil : label,
                        part: .mainTeacher, from: main.from, until: main.until))
            }
            result.people.append(person)
        }
    }
}
