internal import Runtime

/// Pupils, and the people around them.
extension SiecleFeed {
    // MARK: Pupils

    func takePupil(
        _ record: SiecleDocument.Record, _ outer: [SiecleDocument.Record], _ file: String
    ) {
        switch record.name {
        case "ELEVE":
            let id = record.attributes["ELEVE_ID"] ?? ""
            guard isID(id, of: .pupil, record, file) else { return }
            // Who has left is still in the document.
            guard AAFValues.date(record["DATE_SORTIE"]) == nil else {
                gone.insert(id)
                return
            }
            var person = FeedPerson(kind: .pupil, key: "e-" + id)
            name(&person, record, ["NOM_USAGE", "NOM_DE_FAMILLE", "NOM"])
            person.birthDate = AAFValues.date(record["DATE_NAISS"])
            let ine = record["INE_RNIE"].isEmpty ? record["ID_NATIONAL"] : record["INE_RNIE"]
            if !ine.isEmpty { person.ine = String(ine.prefix(20)) }
            detail(&person, "birth_name", record["NOM_DE_FAMILLE"])
            detail(
                &person, "other_names",
                [record["PRENOM2"], record["PRENOM3"]].filter { !$0.isEmpty }.joined(separator: ", "))
            detail(&person, "email", record["MEL"])
            detail(&person, "mobile", record["TEL_PORTABLE"])
            detail(&person, "home_phone", record["TEL_PERSONNEL"])
            detail(&person, "regime", record["CODE_REGIME"])
            detail(&person, "programme", record["CODE_MEF"])
            if pupils.updateValue(person, forKey: id) == nil { pupilOrder.append(id) } else { twice(id, record, file) }
        case "STRUCTURE":
            guard let owner = outer.last(where: { $0.name == "STRUCTURES_ELEVE" })?.attributes["ELEVE_ID"],
                let code = AAFValues.name(record["CODE_STRUCTURE"]), code.utf8.count <= 60
            else { return }
            structuresOf[owner, default: []].append(
                (record["TYPE_STRUCTURE"] == "D" ? .klass : .group, code))
        case "ADRESSE": takeAddress(record)
        default: break
        }
    }

    // MARK: Families

    func takeGuardian(_ record: SiecleDocument.Record, _ file: String) {
        switch record.name {
        case "PERSONNE":
            let id = record.attributes["PERSONNE_ID"] ?? ""
            guard isID(id, of: .guardian, record, file) else { return }
            var person = FeedPerson(kind: .guardian, key: "r-" + id)
            name(&person, record, ["NOM_USAGE", "NOM_DE_FAMILLE", "NOM"])
            detail(&person, "title", record["LC_CIVILITE"])
            detail(&person, "email", record["MEL"])
            detail(&person, "home_phone", record["TEL_PERSONNEL"])
            detail(&person, "work_phone", record["TEL_PROFESSIONNEL"])
            detail(&person, "mobile", record["TEL_PORTABLE"])
            if record["ACCEPTE_SMS"] == "1" { detail(&person, "mobile_for_texts", record["TEL_PORTABLE"]) }
            if !record["COMMUNICATION_ADRESSE"].isEmpty {
                detail(&person, "address_may_be_shared", record["COMMUNICATION_ADRESSE"] == "1" ? "O" : "N")
            }
            if !record["ADRESSE_ID"].isEmpty { addressOf[id] = record["ADRESSE_ID"] }
            if guardians.updateValue(person, forKey: id) == nil {
                guardianOrder.append(id)
            } else {
                twice(id, record, file)
            }
        case "RESPONSABLE_ELEVE", "RESPONSABLE":
            let (pupil, person) = (record["ELEVE_ID"], record["PERSONNE_ID"])
            guard !pupil.isEmpty, !person.isEmpty else { return }
            func number(_ name: String) -> Int { Int(record[name]) ?? 0 }
            // 1 and 2 are legal guardians in the documents of before; 0 is a contact. Those of now say
            // NIVEAU_RESPONSABILITE: 1 legal, 2 in charge, 3 contact.
            let level: Int
            switch record["NIVEAU_RESPONSABILITE"] {
            case "1": level = 1
            case "2": level = 2
            case "": level = [1, 2].contains(number("RESP_LEGAL")) ? 1 : 0
            default: level = 0
            }
            let paying =
                record["PAIE_FRAIS_SCOLAIRES"].isEmpty ? record["RESP_FINANCIER"] : record["PAIE_FRAIS_SCOLAIRES"]
            links.append(
                (
                    pupil,
                    FeedPerson.Link(
                        guardian: "r-" + person, kinship: number("CODE_PARENTE"), level: level,
                        financial: ["1", "true"].contains(paying) ? 1 : 0, contact: number("PERS_CONTACT"),
                        payment: number("PERS_PAIMENT")), record.line
                ))
        case "ADRESSE": takeAddress(record)
        default: break
        }
    }

    func takeAddress(_ record: SiecleDocument.Record) {
        guard let id = record.attributes["ADRESSE_ID"] else { return }
        let lines = (1...4).map { record["LIGNE\($0)_ADRESSE"] }.filter { !$0.isEmpty }
        addresses[id] = [
            "address": lines.joined(separator: "\n"), "postal_code": record["CODE_POSTAL"],
            "city": record["LIBELLE_POSTAL"].isEmpty ? record["COMMUNE_ETRANGERE"] : record["LIBELLE_POSTAL"],
            "country": record["LL_PAYS"],
        ].filter { !$0.value.isEmpty }.mapValues { String($0.prefix(200)) }
    }
}
