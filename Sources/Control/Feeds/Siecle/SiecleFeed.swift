internal import Runtime

/// What the documents of one school's SIECLE and STS-web exports mean, laid side by side: `ElevesSansAdresses` or
/// `ElevesAvecAdresses`, `ResponsablesAvecAdresses`, `Structures`, `Nomenclature`, `sts_emp`. Pure.
///
/// The elements that are read are those of `docs/siecle.md`; whatever else a document says is passed over.
package final class SiecleFeed {
    enum Kind: String {
        case pupils = "BEE_ELEVES"
        case guardians = "BEE_RESPONSABLES"
        case structures = "BEE_STRUCTURES"
        case nomenclature = "BEE_NOMENCLATURES"
        case staff = "STS_EDT"
    }

    /// More records than a school has, many times over.
    private static let mostRecords = 200_000

    private var kind: Kind?
    var seen: Set<Kind> = []
    var uais: Set<String> = []
    private var records = 0
    var result = Roster(domain: "", source: "siecle")
    var pupils: [String: FeedPerson] = [:]
    var pupilOrder: [String] = []
    var gone: Set<String> = []
    var guardians: [String: FeedPerson] = [:]
    var guardianOrder: [String] = []
    var addressOf: [String: String] = [:]
    var addresses: [String: [String: String]] = [:]
    var links: [(pupil: String, link: FeedPerson.Link, line: Int)] = []
    var staff: [String: FeedPerson] = [:]
    var staffOrder: [String] = []
    var labels: [String: (kind: FeedPerson.Place.Kind, label: String)] = [:]
    var levels: [String: String] = [:]
    var schoolName = ""
    var lessons: [(teacher: String, assignment: FeedPerson.Assignment)] = []
    var structuresOf: [String: [(kind: FeedPerson.Place.Kind, code: String)]] = [:]
    var disciplines: [String: [String]] = [:]
    var mainTeachers: [(teacher: String, code: String, from: CivilDate?, until: CivilDate?)] = []
    var isOverfull = false

    package init() {}

    /// A document begins. - Returns: false for one that is none of these.
    func begin(_ root: String, file: String) -> Bool {
        kind = Kind(rawValue: root)
        if let kind { seen.insert(kind) }
        return kind != nil
    }

    func take(_ record: SiecleDocument.Record, inside outer: [SiecleDocument.Record], file: String) {
        guard let kind else { return }
        records += 1
        guard records <= SiecleFeed.mostRecords * 20 else {
            isOverfull = true
            return
        }
        if record.name == "PARAMETRES" || record.name == "UAJ" { takeSchool(record) }
        switch kind {
        case .pupils: takePupil(record, outer, file)
        case .guardians: takeGuardian(record, file)
        case .structures: takeStructure(record)
        case .nomenclature: takeNomenclature(record)
        case .staff: takeStaff(record, outer, file)
        }
    }

    private func takeSchool(_ record: SiecleDocument.Record) {
        for uai in [record["UAJ"], record.attributes["CODE"] ?? ""] where uai.utf8.count == 8 {
            uais.insert(uai.uppercased())
        }
        // STS-web: `<UAJ CODE="…"><SIGLE/><DENOM_PRINC/><DENOM_COMPL/>`.
        let name = ["SIGLE", "DENOM_PRINC", "DENOM_COMPL"].map { record[$0] }.filter { !$0.isEmpty }
        if schoolName.isEmpty, !name.isEmpty { schoolName = name.joined(separator: " ") }
    }

    // MARK: Pieces

    func isID(_ id: String, of kind: FeedKind, _ record: SiecleDocument.Record, _ file: String) -> Bool {
        guard AAFInterpreter.isKey(id), id.utf8.count <= 50 else {
            result.report(.wrongKey, "the record has no identifier", file: file, line: record.line)
            result.reject(kind, key: nil)
            return false
        }
        return true
    }

    func isCode(_ code: String) -> Bool { (1...60).contains(code.utf8.count) }

    func twice(_ id: String, _ record: SiecleDocument.Record, _ file: String) {
        result.report(.duplicateKey, "the same person twice; the last counts", file: file, line: record.line, key: id)
    }

    func name(_ person: inout FeedPerson, _ record: SiecleDocument.Record, _ names: [String]) {
        let family = names.map { record[$0] }.first { !$0.isEmpty } ?? ""
        person.familyName = AAFValues.name(String(family.prefix(60))) ?? ""
        person.givenName = AAFValues.name(String(record["PRENOM"].prefix(60))) ?? ""
    }

    func detail(_ person: inout FeedPerson, _ name: String, _ value: String) {
        if !value.isEmpty { person.details[name] = String(value.prefix(200)) }
    }

    /// `1975-03-12` in STS-web, `12/03/1975` elsewhere.
    func date(_ text: String) -> CivilDate? { CivilDate(text) ?? AAFValues.date(text) }

    func civility(_ code: String) -> String {
        switch code {
        case "1": "M."
        case "2", "3": "Mme"
        default: ""
        }
    }
}
