internal import Identity
internal import Tenancy
internal import Web

/// A user as a client wants it, checked.
struct SCIMUserDraft: Sendable {
    struct Place: Sendable, Hashable {
        let establishment: EstablishmentID
        let role: String
    }

    let login: Login
    let givenName: String
    let familyName: String
    /// Nil: unassigned, which counts as true.
    let active: Bool?
    let externalID: String?
    let emails: JSON?
    let places: [Place]

    private static let mostPlaces = 20

    /// - Parameter current: what there is: roles that are there already may stay, whatever they are.
    /// - Throws: `.invalidValue`, also for an establishment that is not in the caller's scope.
    init(_ resource: JSON, current: SCIMUser?, _ map: ShardMap, covers: (Establishment) -> Bool) throws(SCIMError) {
        guard let login = resource["userName"]?.text.flatMap(Login.init(rawValue:)) else {
            throw .invalidValue("userName")
        }
        self.login = login
        guard let family = resource["name"]?["familyName"]?.text, SCIMUserDraft.isName(family) else {
            throw .invalidValue("name.familyName")
        }
        familyName = family
        givenName = resource["name"]?["givenName"]?.text ?? ""
        active = resource["active"]?.bool
        externalID = resource["externalId"]?.text
        emails = resource["emails"]
        for email in emails?.elements ?? [] {
            guard let address = email["value"]?.text, address.contains("@"), !address.contains(" ") else {
                throw .invalidValue("emails.value")
            }
        }
        var places: [Place] = []
        for element in resource[SCIMResourceType.user.addition]?["profiles"]?.elements ?? [] {
            guard let text = element["uai"]?.text, let uai = UAI(rawValue: text.uppercased()), let school = map[uai],
                school.state != .closed, covers(school)
            else { throw .invalidValue("profiles.uai") }
            let role = element["role"]?.text?.lowercased() ?? ""
            let place = Place(establishment: school.id, role: role)
            let isKept = current?.profiles.contains { $0.establishment == school.id && $0.role == role } == true
            guard isKept || SCIMResourceType.writableRoles.contains(role) else { throw .invalidValue("profiles.role") }
            if !places.contains(place) { places.append(place) }
        }
        guard (1...SCIMUserDraft.mostPlaces).contains(places.count) else { throw .invalidValue("profiles") }
        self.places = places
    }

    private static func isName(_ text: String) -> Bool { !text.allSatisfy(\.isWhitespace) }
}
