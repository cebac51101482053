import Foundation
import Runtime
import Tenancy
import Testing
import XML

@testable import Control

/// SIECLE, STS-web and ONDE: pure, without servers.
struct SiecleTests {
    static let pupils = """
        <?xml version="1.0" encoding="ISO-8859-15"?>
        <BEE_ELEVES VERSION="2.1"><PARAMETRES><UAJ>0770001H</UAJ><ANNEE_SCOLAIRE>2026</ANNEE_SCOLAIRE></PARAMETRES><DONNEES>
        <ELEVES>
        <ELEVE ELEVE_ID="11" ELENOET="1"><ID_NATIONAL>1111111111A</ID_NATIONAL><NOM_DE_FAMILLE>INVENTE</NOM_DE_FAMILLE><NOM_USAGE/>
          <PRENOM>Ada</PRENOM><PRENOM2>Zo&#233;</PRENOM2><DATE_NAISS>12/03/2014</DATE_NAISS><CODE_MEF>10010012110</CODE_MEF></ELEVE>
        <ELEVE ELEVE_ID="12" ELENOET="2"><NOM_DE_FAMILLE>INVENTE</NOM_DE_FAMILLE><NOM_USAGE>FICTIF</NOM_USAGE><PRENOM>Bo</PRENOM></ELEVE>
        <ELEVE ELEVE_ID="13" ELENOET="3"><NOM_DE_FAMILLE>PARTI</NOM_DE_FAMILLE><PRENOM>Cy</PRENOM><DATE_SORTIE>01/02/2026</DATE_SORTIE></ELEVE>
        <ELEVE ELEVE_ID="14" ELENOET="4"><NOM_DE_FAMILLE>SEUL</NOM_DE_FAMILLE></ELEVE>
        <ELEVE ELENOET="5"><NOM_DE_FAMILLE>SANS</NOM_DE_FAMILLE><PRENOM>Clé</PRENOM></ELEVE>
        </ELEVES><STRUCTURES>
        <STRUCTURES_ELEVE ELEVE_ID="11" ELENOET="1"><STRUCTURE><CODE_STRUCTURE>6A</CODE_STRUCTURE><TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE>
          <STRUCTURE><CODE_STRUCTURE>6LATIN</CODE_STRUCTURE><TYPE_STRUCTURE>G</TYPE_STRUCTURE></STRUCTURE></STRUCTURES_ELEVE>
        <STRUCTURES_ELEVE ELEVE_ID="12"><STRUCTURE><CODE_STRUCTURE>Inactifs</CODE_STRUCTURE><TYPE_STRUCTURE>D</TYPE_STRUCTURE></STRUCTURE></STRUCTURES_ELEVE>
        </STRUCTURES></DONNEES></BEE_ELEVES>
        """
    static let guardians = """
        <BEE_RESPONSABLES><PARAMETRES><UAJ>0770001H</UAJ></PARAMETRES><DONNEES>
        <PERSONNES><PERSONNE PERSONNE_ID="91"><NOM_DE_FAMILLE>INVENTEE</NOM_DE_FAMILLE><PRENOM>Mère</PRENOM><LC_CIVILITE>MME</LC_CIVILITE>
          <MEL>m@x.invalid</MEL><TEL_PORTABLE>0600000000</TEL_PORTABLE><ACCEPTE_SMS>1</ACCEPTE_SMS><ADRESSE_ID>5</ADRESSE_ID></PERSONNE>
        <PERSONNE PERSONNE_ID="92"><NOM_DE_FAMILLE>ONCLE</NOM_DE_FAMILLE><PRENOM>Un</PRENOM></PERSONNE></PERSONNES>
        <RESPONSABLES><RESPONSABLE_ELEVE><ELEVE_ID>11</ELEVE_ID><PERSONNE_ID>92</PERSONNE_ID><RESP_LEGAL>0</RESP_LEGAL><CODE_PARENTE>39</CODE_PARENTE></RESPONSABLE_ELEVE>
        <RESPONSABLE_ELEVE><ELEVE_ID>11</ELEVE_ID><PERSONNE_ID>91</PERSONNE_ID><RESP_LEGAL>1</RESP_LEGAL><CODE_PARENTE>10</CODE_PARENTE><RESP_FINANCIER>1</RESP_FINANCIER></RESPONSABLE_ELEVE>
        <RESPONSABLE_ELEVE><ELEVE_ID>77</ELEVE_ID><PERSONNE_ID>91</PERSONNE_ID><RESP_LEGAL>1</RESP_LEGAL></RESPONSABLE_ELEVE>
        <RESPONSABLE_ELEVE><ELEVE_ID>13</ELEVE_ID><PERSONNE_ID>91</PERSONNE_ID><RESP_LEGAL>1</RESP_LEGAL></RESPONSABLE_ELEVE></RESPONSABLES>
        <ADRESSES><ADRESSE ADRESSE_ID="5"><LIGNE1_ADRESSE>1 rue Fictive</LIGNE1_ADRESSE><CODE_POSTAL>77000</CODE_POSTAL><LIBELLE_POSTAL>BRUMEVILLE</LIBELLE_POSTAL></ADRESSE></ADRESSES>
        </DONNEES></BEE_RESPONSABLES>
        """
    static let nomenclature = """
        <BEE_NOMENCLATURES><PARAMETRES><UAJ>0770001H</UAJ></PARAMETRES><DONNEES><MEFS><MEF CODE_MEF="10010012110"><LIBELLE_LONG>6EME</LIBELLE_LONG></MEF></MEFS>
        <MATIERES><MATIERE CODE_MATIERE="061300"><LIBELLE_EDITION>Mathématiques</LIBELLE_EDITION></MATIERE></MATIERES></DONNEES></BEE_NOMENCLATURES>
        """
    static let staff = """
        <STS_EDT><PARAMETRES><UAJ CODE="0770001H"><SIGLE>CLG</SIGLE><DENOM_PRINC>COLLEGE</DENOM_PRINC><DENOM_COMPL>JEAN FICTIF</DENOM_COMPL></UAJ></PARAMETRES>
        <NOMENCLATURES><MATIERES><MATIERE CODE="061300"><LIBELLE_LONG>MATHEMATIQUES</LIBELLE_LONG></MATIERE></MATIERES></NOMENCLATURES>
        <DONNEES><INDIVIDUS>
        <INDIVIDU ID="31" TYPE="epp"><SEXE>2</SEXE><CIVILITE>3</CIVILITE><NOM_USAGE>PROF</NOM_USAGE><PRENOM>Une</PRENOM><DATE_NAISSANCE>1980-05-06</DATE_NAISSANCE>
          <FONCTION>ENS</FONCTION><PROFS_PRINC><PROF_PRINC><CODE_STRUCTURE>6A</CODE_STRUCTURE><DATE_DEBUT>2026-09-01</DATE_DEBUT></PROF_PRINC></PROFS_PRINC>
          <DISCIPLINES><DISCIPLINE CODE="L1300"><LIBELLE_COURT>MATHS</LIBELLE_COURT></DISCIPLINE></DISCIPLINES></INDIVIDU>
        <INDIVIDU ID="32" TYPE="epp"><NOM_USAGE>PRINCIPAL</NOM_USAGE><PRENOM>Le</PRENOM><FONCTION>DIR</FONCTION></INDIVIDU></INDIVIDUS>
        <STRUCTURE><DIVISIONS><DIVISION CODE="6A"><LIBELLE_LONG>SIXIEME A</LIBELLE_LONG><SERVICES><SERVICE CODE_MATIERE="061300" CODE_MOD_COURS="CG">
          <ENSEIGNANTS><ENSEIGNANT ID="31" TYPE="epp"/></ENSEIGNANTS></SERVICE></SERVICES></DIVISION></DIVISIONS></STRUCTURE></DONNEES></STS_EDT>
        """

    static func roster(_ documents: [String]) throws -> Roster {
        let feed = SiecleFeed()
        for (number, text) in documents.enumerated() {
            let document = SiecleDocument(file: "\(number).xml", into: feed)
            let reader = try XMLReader(handler: document)
            // In pieces that fall anywhere.
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: 7) {
                try bytes[start..<min(bytes.count, start + 7)].withUnsafeBytes { try reader.read($0) }
            }
            try reader.finish()
            try document.close()
        }
        return try feed.roster()
    }

    @Test func documentsAreLaidSideBySide() throws {
        let roster = try SiecleTests.roster([
            SiecleTests.pupils, SiecleTests.guardians, SiecleTests.nomenclature, SiecleTests.staff,
        ])
        #expect(roster.domain == "siecle-0770001h")
        #expect(roster.silentAbout.isEmpty)
        #expect(roster.structures.map(\.name) == ["CLG COLLEGE JEAN FICTIF"])
        #expect(roster.people.map(\.key) == ["e-11", "e-12", "r-91", "r-92", "i-31", "i-32"])
        let ada = roster.people[0]
        #expect(ada.birthDate == CivilDate("2014-03-12") && ada.ine == "1111111111A" && ada.level == "6e")
        #expect(ada.places.map(\.code) == ["6A", "6LATIN"] && ada.places.map(\.kind) == [.klass, .group])
        #expect(ada.places.first?.label == "SIXIEME A")
        #expect(ada.links.map(\.guardian) == ["r-91", "r-92"] && ada.links.map(\.level) == [1, 0])
        #expect(ada.links.first?.financial == 1)
        #expect(roster.people[1].familyName == "FICTIF" && roster.people[1].places.isEmpty)
        let mother = roster.people[2].details
        #expect(mother["address"] == "1 rue Fictive" && mother["city"] == "BRUMEVILLE")
        #expect(mother["mobile_for_texts"] == "0600000000")
        let teacher = roster.people[4]
        #expect(teacher.birthDate == CivilDate("1980-05-06") && teacher.details["disciplines"] == "MATHS")
        #expect(teacher.places.map(\.part) == [.mainTeacher])
        #expect(teacher.assignments.map(\.subject) == ["061300"])
        #expect(StageWriter.role(of: teacher, in: "0770001H") == .teacher)
        #expect(StageWriter.role(of: roster.people[5], in: "0770001H") == .head)
        // Without a name, without a key, a guardian of somebody unknown; not one of somebody who has left.
        #expect(roster.anomalies.count(of: .missingField) == 1 && roster.rejected == [.pupil: 2])
        #expect(roster.kept.map(\.key) == ["e-14"] && roster.withoutKey == [.pupil: 1])
        #expect(roster.anomalies.count(of: .wrongKey) == 1)
        #expect(roster.anomalies.count(of: .unknownReference) == 1)
    }

    @Test func whatIsNotThereSaysNothing() throws {
        let roster = try SiecleTests.roster([SiecleTests.staff])
        #expect(roster.silentAbout == [.pupil, .guardian])
        #expect(roster.anomalies.count(of: .missingFile) == 2)
        #expect(try SiecleTests.roster([SiecleTests.pupils]).silentAbout == [.guardian, .staff])
    }

    @Test func whatIsOfNoSchoolOrOfTwoIsRefused() throws {
        func refusal(_ documents: [String]) -> String {
            do {
                _ = try SiecleTests.roster(documents)
                return ""
            } catch { return "\(error)" }
        }
        #expect(refusal(["<ficAlimMENESR/>"]).contains("no document of SIECLE"))
        #expect(refusal(["<BEE_ELEVES><DONNEES/></BEE_ELEVES>"]).contains("which school"))
        let other = SiecleTests.guardians.replacing("0770001H", with: "0770002J")
        #expect(refusal([SiecleTests.pupils, other]).contains("several schools"))
        #expect(refusal([String(SiecleTests.pupils.dropLast(20))]).contains("unclosed token"))
        #expect(refusal(["<!DOCTYPE x [<!ENTITY a \"b\">]><BEE_ELEVES>&a;</BEE_ELEVES>"]).contains("entity"))
    }

    @Test func tablesOfONDE() throws {
        let pupils = """
            "Nom Elève";"Nom d'usage Elève";"Prénom Elève";"Date naissance";"Sexe";"Adresse1";"Cp1";"Commune1";"Pays1";"Adresse2";" Cycle";"Niveau";"Classe";"Décision de passage"
            "INVENTE";;"Éléa";"2016-03-12";"F";"1 rue";"77000";"BRUMEVILLE";"FRANCE";;"CYCLE II";"CE1";"CE1 B";
            "FICTIF";"USAGE";"Jo";"03/04/2016";"G";;;;;;"CYCLE II";"CE1";"CE1 B";
            """
        let text = try CSVText(Array(pupils.utf8))
        let columns = CSVColumns(header: text.header, remembered: [:])
        #expect(columns.missing(for: .pupil).isEmpty && !columns.fields.contains(nil))
        let read = CSVPeople(text, columns, kind: .pupil, structure: "0770001H")
        #expect(read.entries.map(\.person.familyName) == ["INVENTE", "USAGE"])
        #expect(read.entries.map(\.person.level) == ["CE1", "CE1"])
        #expect(read.entries[0].person.key == "n-elea.invente-2016-03-12")
        #expect(read.entries[1].person.details["birth_name"] == "FICTIF")

        let guardians = """
            Civilité Responsable;Nom usage responsable;Nom responsable;Prénom responsable;Courriel;Nom de famille enfant;Prénom enfant;Date naissance enfant
            Mme;;PARENTE;Une;a@b.invalid;INVENTE;Éléa;12/03/2016
            Mme;;PARENTE;Une;a@b.invalid;USAGE;Jo;
            M.;;SANS;Enfant;;;;
            """
        let families = try CSVText(Array(guardians.utf8))
        let known = CSVColumns(header: families.header, remembered: [:])
        #expect(known.missing(for: .guardian).isEmpty)
        let parents = CSVPeople(families, known, kind: .guardian, structure: "0770001H")
        #expect(parents.entries.count == 1 && parents.rejected == 1)
        #expect(parents.entries[0].namedChildren == ["n-elea.invente-2016-03-12", "n-jo.usage"])
    }
}
