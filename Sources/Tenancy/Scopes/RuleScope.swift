/// Where a rule, a cap or a quota holds.
package enum RuleScope: Hashable, Sendable, CustomStringConvertible {
    case platform
    case territory(TerritoryID)
    /// INSEE code: `27`, `2A`.
    case department(String)
    case establishment(UAI)

    /// As the directory writes it. Nil for a pair that names nothing.
    package init?(kind: String, name: String) {
        switch kind {
        case "platform": self = .platform
        case "territory":
            guard let id = TerritoryID(rawValue: name) else { return nil }
            self = .territory(id)
        case "department":
            guard RuleScope.isDepartment(name) else { return nil }
            self = .department(name)
        case "establishment":
            guard let uai = UAI(rawValue: name) else { return nil }
            self = .establishment(uai)
        default: return nil
        }
    }

    /// As people write it: `platform`, a territory's identifier, a department's code or a UAI; no two look alike.
    package init?(_ text: String) {
        if text == "platform" {
            self = .platform
        } else if RuleScope.isDepartment(text) {
            self = .department(text)
        } else if let uai = UAI(rawValue: text) {
            self = .establishment(uai)
        } else if let id = TerritoryID(rawValue: text) {
            self = .territory(id)
        } else {
            return nil
        }
    }

    /// The directory's word.
    package var kind: String {
        switch self {
        case .platform: "platform"
        case .territory: "territory"
        case .department: "department"
        case .establishment: "establishment"
        }
    }

    package var name: String {
        switch self {
        case .platform: "platform"
        case .territory(let id): id.rawValue
        case .department(let code): code
        case .establishment(let uai): uai.rawValue
        }
    }

    package var description: String { name }

    private static func isDepartment(_ text: String) -> Bool {
        text == "2A" || text == "2B"
            || (2...3).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
    }
}

/// The scopes that an establishment lies in, the widest first, each with how near it is.
package struct RulePlace: Sendable {
    package let establishment: Establishment
    package let territory: Territory?
    /// From the platform down to the establishment.
    package let scopes: [RuleScope]

    package init(_ establishment: Establishment, _ territories: Territories) {
        self.establishment = establishment
        territory = territories[establishment.territory]
        var above: [RuleScope] = []
        var next = territories[establishment.territory]?.parent
        // A territory's parents are checked not to go in a circle when they are declared; a bound costs nothing.
        while let id = next, above.count < 4 {
            above.insert(.territory(id), at: 0)
            next = territories[id]?.parent
        }
        scopes =
            [.platform] + above + [
                .territory(establishment.territory), .department(establishment.department),
                .establishment(establishment.uai),
            ]
    }
}
