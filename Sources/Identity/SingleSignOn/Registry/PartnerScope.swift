package import Tenancy

/// For whom a service is registered: everybody of the platform, or the people of a territory, a department, an establishment.
package enum PartnerScope: Hashable, Sendable {
    case platform
    case territory(TerritoryID)
    /// INSEE code.
    case department(String)
    case establishment(UAI)

    /// As the directory keeps it.
    package var columns: (kind: String, scope: String) {
        switch self {
        case .platform: ("platform", "")
        case .territory(let id): ("territory", id.rawValue)
        case .department(let code): ("department", code)
        case .establishment(let uai): ("establishment", uai.rawValue)
        }
    }

    package init?(kind: String, scope: String) {
        switch kind {
        case "platform": self = .platform
        case "territory":
            guard let id = TerritoryID(rawValue: scope) else { return nil }
            self = .territory(id)
        case "department":
            guard !scope.isEmpty, scope.utf8.count <= 3 else { return nil }
            self = .department(scope)
        case "establishment":
            guard let uai = UAI(rawValue: scope) else { return nil }
            self = .establishment(uai)
        default: return nil
        }
    }

    package func contains(_ establishment: Establishment) -> Bool {
        switch self {
        case .platform: true
        case .territory(let id): establishment.territory == id
        case .department(let code): establishment.department == code
        case .establishment(let uai): establishment.uai == uai
        }
    }

    /// Whether an administrator's mandate is over something that has to do with this scope.
    func contains(_ mandate: Mandate, _ map: ShardMap) -> Bool {
        // A session does not know which establishment it is: what is everybody's is theirs as well.
        if mandate.role == .establishmentAdmin { return self == .platform }
        guard let territory = mandate.territory else { return true }
        switch self {
        case .platform: return true
        case .territory(let id): return id == territory
        case .department(let code): return map.establishments(of: territory).contains { $0.department == code }
        case .establishment(let uai): return map[uai]?.territory == territory
        }
    }
}
