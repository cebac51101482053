import Runtime
import Tenancy
import Testing
import XML

@testable import Control

/// Reading AAF: pure, from text to people.
@Suite struct AAFReadingTests {
    static func entries(_ inner: String, encoding: String = "UTF-8") throws -> (entries: [AAFEntry], reader: AAFReader)
    {
        var found: [AAFEntry] = []
        let reader = AAFReader { found.append($0) }
        let xml = try XMLReader(handler: reader)
        let text =
            "<?xml version=\"1.0\" encoding=\"\(encoding)\"?>\n<!DOCTYPE ficAlimMENESR SYSTEM \"ficAlimMENESR.dtd\">\n<!-- codeAcademieExport=\"24\" degre=\"2D\" -->\n<ficAlimMENESR>\n\(inner)\n</ficAlimMENESR>"
        for chunk in stride(from: 0, to: text.utf8.count, by: 97) {
            let bytes = Array(text.utf8.dropFirst(chunk).prefix(97))
            let outcome = bytes.withUnsafeBytes { part -> Result<Void, XMLError> in
                do throws(XMLError) { return .success(try xml.read(part)) } catch { return .failure(error) }
            }
            try outcome.get()
        }
        try xml.finish()
        return (found, reader)
    }

    static func add(
        _ category: String, _ id: String, _ attributes: [(String, [String])], request: String = "addRequest"
    ) -> String {
        let kind =
            category.hasPrefix("Etab")
            ? "categorieStructure" : category.hasPrefix("Mat") ? "categorieMatiere" : "categoriePersonne"
        let isChange = request == "modifyRequest"
        let inner = attributes.map { name, values in
            "<\(isChange ? "modification" : "attr") name=\"\(name)\"\(isChange ? " operation=\"replace\"" : "")>"
                + (values.isEmpty ? "<value/>" : values.map { "<value>\($0)</value>" }.joined())
                + "</\(isChange ? "modification" : "attr")>"
        }.joined()
        let around = isChange ? "modifications" : "attributes"
        return
            "<\(request)><operationalAttributes><attr name=\"\(kind)\"><value>\(category)</value></attr></operationalAttributes><identifier><id>\(id)</id></identifier><\(around)>\(inner)</\(around)></\(request)>"
    }

    static let pupil: [(String, [String])] = [
        ("ENTPersonJointure", ["1447044"]), ("sn", ["FICTIF"]), ("givenName", ["&#201;lie"]),
        ("ENTPersonDateNaissance", ["03/02/2014"]), ("ENTPersonStructRattach", ["4931"]),
        ("ENTEleveClasses", ["4931$6A"]), ("ENTEleveGroupes", ["4931$6ESP", "4931$6CHOR"]),
        ("ENTEleveDateEntreeClasses", ["4931$02/09/2026$6A"]), ("ENTEleveNivFormation", ["6EME"]),
        ("ENTElevePersRelEleve", ["1447146$10$1$1$1$0", "1447147$20$0$1$1$0", "1447148$38$0$0$1$0"]),
        ("mail", ["elie@exemple.invalid"]),
    ]

    static func person(_ category: String, _ id: String, _ attributes: [(String, [String])]) throws -> FeedPerson? {
        let entry = try #require(try entries(add(category, id, attributes)).entries.first)
        guard case .person(let person, .whole) = AAFInterpreter.meaning(of: entry, report: { _ in }) else { return nil }
        return person
    }

    @Test func readsAPupil() throws {
        let person = try #require(try Self.person("Eleve", "1447044", Self.pupil))
        #expect(person.givenName == "Élie" && person.familyName == "FICTIF" && person.structure == "4931")
        #expect(person.birthDate == CivilDate("2014-02-03") && person.level == "6e")
        #expect(person.details["email"] == "elie@exemple.invalid")
        #expect(person.places.map(\.code) == ["6A", "6ESP", "6CHOR"])
        #expect(person.places[0].from == CivilDate("2026-09-02") && person.places[1].from == nil)
        #expect(person.links.map(\.level) == [1, 1, 0] && person.links.map(\.kinship) == [10, 20, 38])
    }

    @Test func readsStaffByFunctionsAndClasses() throws {
        let person = try #require(
            try Self.person(
                "PersEducNat", "1352",
                [
                    ("ENTPersonJointure", ["1352"]), ("sn", ["CAILLOU"]), ("givenName", ["Inès"]),
                    ("ENTPersonStructRattach", ["999"]),
                    ("ENTPersonFonctions", ["4931$ENS$ENSEIGNEMENT$L1900$EPS", "5000$-$SANS OBJET"]),
                    ("ENTAuxEnsClasses", ["4931$5A"]),
                    ("ENTAuxEnsClassesMatieres", ["4931$5A$100100", "6000$3B$100100"]),
                    ("ENTAuxEnsClassesPrincipal", []), ("ENTPersonCategorieEnseignant", ["O"]),
                ]))
        // Not the administrative establishment, and not the function without an object.
        #expect(StageWriter.structures(ofStaff: person) == ["4931", "6000"])
        #expect(StageWriter.role(of: person, in: "4931") == .teacher)
        #expect(person.assignments.map(\.subject) == ["100100", "100100"])
        #expect(person.functions[0].discipline == "EPS")
    }

    @Test(arguments: [
        ("DIR", "head"), ("EDU", "school_life"), ("AED", "school_life"), ("DOC", "teacher"), ("ADF", "staff"),
        ("XYZ", "staff"),
    ])
    func theFunctionGivesTheRole(code: String, role: String) throws {
        let person = try #require(
            try Self.person(
                "PersEducNat", "7",
                [("sn", ["A"]), ("givenName", ["B"]), ("ENTPersonFonctions", ["1$\(code)$X$-$SANS OBJET"])]))
        #expect(StageWriter.role(of: person, in: "1").rawValue == role)
    }

    @Test func readsAAF1D() throws {
        let person = try #require(
            try Self.person(
                "Eleve", "88",
                [
                    ("ENTPersonNom", ["CONTE"]), ("ENTPersonPrenom", ["Zoé"]), ("ENTPersonStructRattach", ["490"]),
                    ("ENTPersonClasses", ["490$11$ORDINAIRE$73183$Petite section de M. FICTIF"]),
                    ("ENTEleveNiveau", ["1111$PS"]), ("ENTEleveAutoriteParentale", ["501$1", "502$2"]),
                ]))
        #expect(
            person.places == [
                FeedPerson.Place(
                    structure: "490", kind: .klass, code: "73183", label: "Petite section de M. FICTIF", part: .pupil)
            ])
        #expect(person.level == "PS" && person.links.map(\.level) == [1, 1])
    }

    @Test func aPupilIsNotTheirOwnGuardian() throws {
        var attributes = Self.pupil
        attributes[9].1 = ["1447044$70$1$1$1$0", "5$10$1$1$1$0"]
        #expect(try Self.person("Eleve", "1447044", attributes)?.links.map(\.guardian) == ["5"])
    }

    @Test(arguments: [
        ("wrong key", "1", ["ENTPersonJointure": "2"], FeedAnomaly.Code.wrongKey, ["1", "2"]),
        ("no key", "a b", [:], .wrongKey, []), ("no name", "1", ["sn": ""], .missingField, ["1"]),
        ("no school", "1", ["ENTPersonStructRattach": ""], .missingField, ["1"]),
    ])
    func refusesWhoCannotBeTaken(
        what: String, id: String, changes: [String: String], code: FeedAnomaly.Code, keys: [String]
    ) throws {
        var attributes = Self.pupil
        attributes[0].1 = [id == "a b" ? "" : id]
        for (name, value) in changes {
            let index = try #require(attributes.firstIndex { $0.0 == name })
            attributes[index].1 = value.isEmpty ? [] : [value]
        }
        let entry = try #require(try Self.entries(Self.add("Eleve", id, attributes)).entries.first)
        var codes: [FeedAnomaly.Code] = []
        let meaning = AAFInterpreter.meaning(of: entry) { codes.append($0.code) }
        #expect(meaning == .rejected(.pupil, keys: keys))
        #expect(codes == [code])
    }

    @Test func aBadDateCostsOnlyTheDate() throws {
        var attributes = Self.pupil
        attributes[3].1 = ["31/02/2014"]
        let entry = try #require(try Self.entries(Self.add("Eleve", "1447044", attributes)).entries.first)
        var codes: [FeedAnomaly.Code] = []
        guard case .person(let person, .whole) = AAFInterpreter.meaning(of: entry, report: { codes.append($0.code) })
        else {
            return #expect(Bool(false))
        }
        #expect(person.birthDate == nil && codes == [.badValue])
    }

    @Test func changesReplaceOnlyWhatTheyName() throws {
        var person = try #require(try Self.person("Eleve", "1447044", Self.pupil))
        let change = try Self.entries(
            Self.add(
                "Eleve", "1447044", [("ENTEleveClasses", ["4931$6B"]), ("sn", []), ("mail", [])],
                request: "modifyRequest"))
        let entry = try #require(change.entries.first)
        #expect(entry.operation == .change)
        #expect(person.take(entry) == [])
        #expect(person.places.map(\.code) == ["6ESP", "6CHOR", "6B"])
        // A name is never taken away; an address of mail is the feed's to take.
        #expect(person.familyName == "FICTIF" && person.details["email"] == nil)
    }

    @Test func putsDoubleEncodingRight() throws {
        var attributes = Self.pupil
        attributes[2].1 = ["&#195;&#137;lie-Ga&#195;&#171;lle"]
        #expect(try Self.person("Eleve", "1447044", attributes)?.givenName == "Élie-Gaëlle")
        #expect(AAFValues.repaired("É") == nil && AAFValues.repaired("Œuvre") == nil)
    }

    @Test func tellsHeaderAndUnknownAttributes() throws {
        let (_, reader) = try Self.entries(Self.add("Eleve", "1", [("ENTNouveau", ["x"]), ("sn", ["A"])]))
        #expect(reader.header == AAFHeader(academy: "24", degree: "2D", version: nil))
        #expect(reader.unknownAttributes == ["ENTNouveau": 1] && reader.isFeed)
    }

    @Test(arguments: [
        ("ENT_0690078K_Complet_20130218_Eleve_0000.xml", AAFFileName.Content.pupils, false, 0),
        ("FULL_ENTTSSERVICES_Complet_20130117_PersRelEleve_0012.xml", .guardians, false, 12),
        ("ENT_TS_SERVICES_21_Delta_20140225_PersEducNat_0001.xml", .staff, true, 1),
        ("clean-ENT_X_Complet_201300408_EtabEducNat_0000.xml", .structures, false, 0),
        ("a/b/ENT2DVA_Complet_20240916_MatiereEducNat_0000.xml", .subjects, false, 0),
    ])
    func readsNamesOfFiles(path: String, content: AAFFileName.Content, isDelta: Bool, number: Int) throws {
        let name = try #require(AAFFileName(path: path))
        #expect(name.content == content && name.isDelta == isDelta && name.number == number)
    }

    @Test func noticesWhatIsMissingInADelivery() {
        func names(_ list: String...) -> [AAFFileName] {
            list.compactMap { AAFFileName(path: "E_Complet_20260101_\($0).xml") }
        }
        let whole = names("Eleve_0000", "PersRelEleve_0000", "PersEducNat_0000", "EtabEducNat_0000")
        #expect(AAFFileName.missing(in: whole) == [])
        #expect(AAFFileName.missing(in: Array(whole.dropLast())).count == 1)
        #expect(AAFFileName.missing(in: whole + names("Eleve_0002")).count == 1)
        #expect(AAFFileName(path: "ficAlimMENESR.dtd") == nil && AAFFileName(path: "importDirectories.json") == nil)
    }

    /// Levels 1 and 2 under the codes of before and of now.
    @Test(arguments: [
        (1, 10, true, "legal_1"), (1, 20, false, "legal_2"), (2, 2, false, "legal_2"), (2, 38, false, "in_charge"),
        (0, 10, false, "contact"), (2, 6, false, "in_charge"),
    ])
    func theLevelDecidesTheRights(level: Int, kinship: Int, isFirst: Bool, kind: String) {
        #expect(AAFValues.guardianship(level: level, kinship: kinship, isFirst: isFirst) == kind)
    }

    @Test(arguments: [
        ("Élie", "DE LA FABLE", "elie.de-la-fable"), ("Marie-Lou", "TROMPE-L'ŒIL", "marie-lou.trompe-loeil"),
        ("", "X", "x"), ("Ωμέγα", "Ж", "personne"), ("Jean  Noël", "O’BRIEN 3", "jean-noel.obrien"),
    ])
    func makesLogins(given: String, family: String, login: String) {
        #expect(LoginRule.base(given: given, family: family) == login)
    }

    /// What a shard keeps of somebody is enough to lay a change over: written and read again it is the same person.
    @Test func detailsSurviveTheShard() throws {
        let person = try #require(try Self.person("Eleve", "1447044", Self.pupil))
        var again = FeedPerson(kind: .pupil, key: person.key)
        again.add(details: StageWriter.details(of: person, in: "4931", person.places), structure: "4931")
        again.givenName = person.givenName
        again.familyName = person.familyName
        again.birthDate = person.birthDate
        again.links = person.links
        again.otherStructures = person.otherStructures
        #expect(again == person)
    }

    @Test func guardsClassesAndProfiles() {
        func alarms(_ klass: String, _ leaving: Int, _ present: Int, role: String = "pupil") -> Int {
            FeedGuard().alarms([.init(uai: "0770001H", role: role, klass: klass, leaving: leaving, present: present)])
                .count
        }
        #expect(alarms("6A", 2, 4) == 0 && alarms("6A", 8, 26) == 1 && alarms("6A", 7, 26) == 0)
        #expect(alarms("", 15, 100) == 0 && alarms("", 16, 100) == 1 && alarms("", 4, 10) == 0)
        #expect(alarms("", 100, 100, role: "contact") == 0)
    }
}
