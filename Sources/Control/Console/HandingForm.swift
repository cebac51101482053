internal import Identity
internal import Tenancy
internal import Web

/// The fields that mandates and tokens share: a role, over what, and which of its rights. Only what the caller may hand on is
/// offered; what is sent is judged by the same rules as in the API.
struct HandingForm {
    let service: AdminService
    let charge: Charge
    let language: Language

    init(_ service: AdminService, _ call: Call) {
        self.service = service
        charge = service.charge(call)
        language = call.language
    }

    private var territories: [Territory] {
        service.tenancy.territories.all.filter { charge.covers($0.id, .delegation) }
    }

    private var roles: [Role] {
        if charge.coversPlatform(.delegation) {
            return [.establishmentAdmin, .territoryAdmin, .regionAdmin, .platformAdmin]
        }
        return territories.isEmpty ? [.establishmentAdmin] : [.establishmentAdmin, .territoryAdmin, .regionAdmin]
    }

    func fields(_ draft: FormReader?) -> [Field] {
        func shown(_ field: String) -> String? { draft?.form[field] }
        func error(_ field: String) -> String? { draft?.error(field)?[language] }
        var fields = [
            Field(
                "role", Phrase.mandateRole[language], .select(roles.map { ($0.rawValue, $0.phrase[language]) }),
                value: shown("role"), error: error("role"))
        ]
        if !territories.isEmpty {
            fields.append(
                Field(
                    "territory", Phrase.territory[language],
                    .select([("", Phrase.noTerritoryNamed[language])] + territories.map { ($0.id.rawValue, $0.name) }),
                    value: shown("territory"), hint: Phrase.mandateTerritoryHint[language], error: error("territory"),
                    isRequired: false))
        }
        fields.append(
            Field(
                "establishment", Phrase.mandateEstablishment[language], value: shown("establishment"),
                hint: Phrase.mandateEstablishmentHint[language], error: error("establishment"), isRequired: false,
                maxLength: 8))
        fields.append(
            Field(
                "rights", Phrase.rights[language],
                .boxes(
                    AdminRight.allCases.filter(charge.has).map { ($0.rawValue, $0.name[language]) },
                    chosen: Set(draft?.form.all("rights") ?? [])), hint: Phrase.rightsHint[language],
                error: error("rights"), isRequired: false))
        return fields
    }

    /// Nil, with the reason at its field, for what cannot be handed on.
    func read(_ reader: inout FormReader) -> MandateDraft? {
        let role = reader.choice("role", Role.self)
        let territory = reader.optionalText("territory", upTo: 63)
        let establishment = reader.optionalText("establishment", upTo: 8)?.uppercased()
        let rights = reader.form.all("rights")
        if !rights.allSatisfy({ AdminRight(rawValue: $0) != nil }) { reader.refuse("rights", .unknownRight) }
        guard let role else { return nil }
        switch role {
        case .establishmentAdmin:
            if territory != nil { reader.refuse("territory", .roleOfEstablishment) }
            if establishment == nil { reader.refuse("establishment", .roleOfEstablishment) }
        case .platformAdmin:
            if territory != nil || establishment != nil { reader.refuse("role", .roleOfPlatform) }
        case .territoryAdmin, .regionAdmin:
            if establishment != nil { reader.refuse("establishment", .roleOfTerritory) }
            if territory == nil { reader.refuse(territories.isEmpty ? "role" : "territory", .roleOfTerritory) }
        default: reader.refuse("role", .unknownRight)
        }
        let known = establishment.map { UAI(rawValue: $0).flatMap { service.tenancy.map[$0] } }
        if let known, known.map({ charge.contains($0) }) != true { reader.refuse("establishment", .noSuchUAI) }
        guard reader.isValid else { return nil }
        guard
            let draft = try? service.draft(role.rawValue, territory, establishment, rights.isEmpty ? nil : rights)
        else {
            reader.refuse(HandingForm.place(of: role), .unknownPlace)
            return nil
        }
        return draft
    }

    /// The field that says where a role holds.
    static func place(of role: Role) -> String {
        switch role {
        case .establishmentAdmin: "establishment"
        case .platformAdmin: "role"
        default: "territory"
        }
    }

    /// What a mandate or a token is about, in words.
    func place(_ territory: TerritoryID?, _ establishment: EstablishmentID?) -> String {
        if let establishment {
            return service.tenancy.map[establishment].map { "\($0.name) (\($0.uai))" } ?? "–"
        }
        guard let territory else { return Phrase.wholePlatform[language] }
        return service.tenancy.territories[territory]?.name ?? territory.rawValue
    }

    func told(_ rights: [AdminRight]?) -> String {
        guard let rights else { return Phrase.allRights[language] }
        return rights.map { $0.name[language] }.joined(separator: ", ")
    }
}
