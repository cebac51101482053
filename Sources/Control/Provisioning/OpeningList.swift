internal import Tenancy
internal import Web

/// A list of establishments to be opened, as a table of a spreadsheet. Pure.
struct OpeningList {
    /// The columns, each by the names that head it.
    enum Column: CaseIterable {
        case uai
        case name
        case city
        case kind
        case zone
        case givenName
        case familyName

        var names: Set<String> {
            switch self {
            case .uai: ["uai", "rne"]
            case .name: ["nom", "name"]
            case .city: ["commune", "ville", "city"]
            case .kind: ["type", "kind"]
            case .zone: ["zone"]
            case .givenName: ["prénom", "prenom", "given_name"]
            case .familyName: ["nom de famille", "nom_de_famille", "family_name"]
            }
        }

        var isRequired: Bool { self == .uai || self == .name }
    }

    private(set) var requests: [ProvisionRequest] = []
    /// What is wrong, by line of the file.
    private(set) var faults: [Phrase] = []

    /// - Parameter most: so many establishments at once.
    init(_ text: CSVText, most: Int) {
        let header = text.header.map { $0.lowercased() }
        let places = Dictionary(
            Column.allCases.compactMap { column in
                header.firstIndex { column.names.contains($0) }.map { (column, $0) }
            }, uniquingKeysWith: { first, _ in first })
        for column in Column.allCases where column.isRequired && places[column] == nil {
            faults.append(.openingColumnMissing(column == .uai ? "UAI" : "nom"))
        }
        guard faults.isEmpty else { return }
        guard !text.rows.isEmpty, text.rows.count <= most else {
            faults.append(.openingCount(most))
            return
        }
        var seen: Set<String> = []
        for row in text.rows {
            func cell(_ column: Column) -> String? {
                guard let place = places[column], row.fields.indices.contains(place) else { return nil }
                let text = row.fields[place].trimmed
                return text.isEmpty ? nil : text
            }
            let draft = OpeningDraft(
                uai: cell(.uai) ?? "", name: cell(.name) ?? "", kind: cell(.kind), city: cell(.city), zone: cell(.zone),
                givenName: cell(.givenName), familyName: cell(.familyName))
            let wrong = draft.faults
            for (_, reason) in wrong { faults.append(.openingLine(row.line, reason)) }
            guard wrong.isEmpty else { continue }
            if !seen.insert(draft.uai.uppercased()).inserted { faults.append(.openingLine(row.line, .openingTwice)) }
            requests.append(draft.request)
        }
    }
}

/// One establishment to be opened, as it was typed.
struct OpeningDraft {
    var uai: String
    var name: String
    var kind: String?
    var city: String?
    var zone: String?
    var givenName: String?
    var familyName: String?

    /// What is wrong, with the field that it is wrong at.
    var faults: [(field: String, reason: Phrase)] {
        var faults: [(field: String, reason: Phrase)] = []
        if UAI(rawValue: uai.uppercased())?.hasValidLetter != true { faults.append(("uai", .openingUAI)) }
        if !(1...200).contains(name.count) { faults.append(("name", .openingName)) }
        if kind != nil, known == nil { faults.append(("kind", .openingKind)) }
        if let city, city.count > 100 { faults.append(("city", .openingTooLong)) }
        if let zone, zone.count > 40 { faults.append(("zone", .openingTooLong)) }
        if (givenName == nil) != (familyName == nil) {
            faults.append((givenName == nil ? "given_name" : "family_name", .openingBothNames))
        }
        for (field, value) in [("given_name", givenName), ("family_name", familyName)] {
            if let value, value.count > 100 { faults.append((field, .openingTooLong)) }
        }
        return faults
    }

    private var known: Establishment.Kind? {
        let word = kind?.lowercased() ?? ""
        return Establishment.Kind(rawValue: word)
            ?? Establishment.Kind.allCases.first {
                [$0.phrase.fr.lowercased(), $0.phrase.en.lowercased()].contains(word)
            }
    }

    /// Once nothing is wrong.
    var request: ProvisionRequest {
        ProvisionRequest(
            uai: uai.uppercased(), name: name, kind: known?.rawValue, levels: nil, department: nil, city: city,
            zone: zone,
            administrator: givenName.flatMap { given in
                familyName.map { .init(login: nil, givenName: given, familyName: $0) }
            }, invented: nil)
    }
}
