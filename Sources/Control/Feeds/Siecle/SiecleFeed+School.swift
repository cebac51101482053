internal import Runtime

/// Classes, subjects, staff.
extension SiecleFeed {
    // MARK: Classes and subjects

    func takeStructure(_ record: SiecleDocument.Record) {
        guard record.name == "DIVISION" || record.name == "GROUPE" else { return }
        guard let code = AAFValues.name(record.attributes["CODE_STRUCTURE"] ?? record.attributes["CODE"] ?? "") else {
            return
        }
        label(code, record.name == "DIVISION" ? .klass : .group, record["LIBELLE_LONG"])
    }

    func takeNomenclature(_ record: SiecleDocument.Record) {
        switch record.name {
        case "MATIERE":
            guard let code = record.attributes["CODE_MATIERE"] ?? record.attributes["CODE"], isCode(code) else {
                return
            }
            subject(code, record)
        case "MEF":
            guard let code = record.attributes["CODE_MEF"] ?? record.attributes["CODE"] else { return }
            let level = AAFValues.level(
                record["LIBELLE_LONG"].isEmpty ? record["LIBELLE_COURT"] : record["LIBELLE_LONG"])
            if !level.isEmpty { levels[code] = level }
        default: break
        }
    }

    func subject(_ code: String, _ record: SiecleDocument.Record) {
        let name = ["LIBELLE_EDITION", "LIBELLE_LONG", "LIBELLE_COURT", "CODE_GESTION"].map { record[$0] }
            .first { !$0.isEmpty }
        guard let name = name.flatMap({ AAFValues.name(String($0.prefix(200))) }) else { return }
        guard !result.subjects.contains(where: { $0.code == code }) else { return }
        result.subjects.append(FeedSubject(code: code, name: name))
    }

    func label(_ code: String, _ kind: FeedPerson.Place.Kind, _ text: String) {
        guard code.utf8.count <= 60 else { return }
        let name = AAFValues.name(String(text.prefix(60))) ?? code
        if labels[code] == nil || labels[code]?.label == code { labels[code] = (kind, name) }
    }

    // MARK: Staff

    func takeStaff(
        _ record: SiecleDocument.Record, _ outer: [SiecleDocument.Record], _ file: String
    ) {
        switch record.name {
        case "INDIVIDU":
            let id = record.attributes["ID"] ?? ""
            guard isID(id, of: .staff, record, file) else { return }
            var person = staff[id] ?? FeedPerson(kind: .staff, key: "i-" + id)
            name(&person, record, ["NOM_USAGE", "NOM_PATRONYMIQUE"])
            person.birthDate = date(record["DATE_NAISSANCE"])
            detail(&person, "title", civility(record["CIVILITE"]))
            detail(&person, "birth_name", record["NOM_PATRONYMIQUE"])
            let function = record["FONCTION"].isEmpty ? "ADM" : record["FONCTION"]
            person.functions = [FeedPerson.Function(structure: "", code: function, label: function, discipline: "")]
            if staff.updateValue(person, forKey: id) == nil { staffOrder.append(id) }
        case "DISCIPLINE":
            guard let id = individual(outer) else { return }
            let name = record["LIBELLE_COURT"]
            guard !name.isEmpty else { return }
            disciplines[id, default: []].append(name)
        case "PROF_PRINC":
            guard let id = individual(outer), let code = AAFValues.name(record["CODE_STRUCTURE"]) else { return }
            mainTeachers.append((id, code, date(record["DATE_DEBUT"]), date(record["DATE_FIN"])))
        case "DIVISION", "GROUPE":
            guard outer.contains(where: { $0.name == "STRUCTURE" }), let code = record.attributes["CODE"] else {
                return
            }
            label(code, record.name == "DIVISION" ? .klass : .group, record["LIBELLE_LONG"])
        case "ENSEIGNANT":
            guard let id = record.attributes["ID"],
                let place = outer.last(where: { $0.name == "DIVISION" || $0.name == "GROUPE" }),
                let code = place.attributes["CODE"], code.utf8.count <= 60,
                let subject = outer.last(where: { $0.name == "SERVICE" })?.attributes["CODE_MATIERE"], isCode(subject)
            else { return }
            lessons.append(
                (
                    id,
                    FeedPerson.Assignment(
                        structure: "", kind: place.name == "DIVISION" ? .klass : .group, code: code, subject: subject)
                ))
        case "MATIERE":
            if let code = record.attributes["CODE"], isCode(code) { subject(code, record) }
        case "MEF":
            if let code = record.attributes["CODE"] {
                let level = AAFValues.level(record["LIBELLE_LONG"])
                if !level.isEmpty { levels[code] = level }
            }
        default: break
        }
    }

    func individual(_ outer: [SiecleDocument.Record]) -> String? {
        outer.last { $0.name == "INDIVIDU" }?.attributes["ID"]
    }
}
