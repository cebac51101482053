internal import Runtime
internal import Tenancy
internal import Web

/// What a service is told of a person, and nothing besides.
package struct ReleasedIdentity: Sendable {
    package let user: String
    /// In the order of the rules; without those that have no value.
    package let attributes: [(name: String, values: [String])]
}

/// A person as the rules of a service see them: with the profiles that the service is registered for, and no other.
struct PartnerSubject {
    let card: PersonCard
    let holder: Holder
    let profiles: [Profile]
    let mandates: [Mandate]
    let map: ShardMap
    let facts: [PersonFacts]
    /// Computed for those who are told it.
    let pairwise: () -> String

    /// - Parameter attributes: false for who the person is, and nothing besides.
    func release(_ settings: PartnerSettings, attributes isFull: Bool = true) -> ReleasedIdentity {
        let rules = isFull ? settings.attributes : []
        let attributes = rules.compactMap { rule -> (String, [String])? in
            let values = values(of: rule)
            return values.isEmpty ? nil : (rule.name, values)
        }
        // Somebody whom the file of their school has no number for is known by their login.
        return ReleasedIdentity(user: values(of: settings.user).first ?? card.login, attributes: attributes)
    }

    func values(of rule: AttributeRule) -> [String] {
        var seen: Set<String> = []
        let raw = raw(rule)
        // One value, as nearly all have, is no other's double.
        let values =
            (raw.count == 1 ? raw.filter { !$0.isEmpty } : raw.filter { !$0.isEmpty && seen.insert($0).inserted })
            .map { write($0, rule.format) }
        guard let separator = rule.separator, !values.isEmpty else { return values }
        return [values.joined(separator: separator)]
    }

    private func raw(_ rule: AttributeRule) -> [String] {
        switch rule.source {
        case .login: [card.login]
        case .account: [holder.account.description]
        case .pairwise: [pairwise()]
        case .givenName: [card.givenName]
        case .familyName: [card.familyName]
        case .displayName: [card.givenName + " " + card.familyName]
        case .language: [holder.language.rawValue]
        case .roles: roles.map(\.rawValue)
        case .profilesV3: roles.compactMap(\.profileV3)
        case .profilesV6: roles.compactMap(\.profileV6)
        case .uai: profiles.compactMap { map[$0.establishment]?.uai.rawValue }
        case .establishment: profiles.compactMap { map[$0.establishment]?.name }
        case .person: profiles.map(\.person.description)
        case .birthDate: facts.compactMap { $0.birthDate?.description }.prefix(1).map { $0 }
        case .externalID: facts.compactMap(\.externalID)
        case .classes: facts.flatMap(\.classes)
        case .levels: facts.flatMap(\.levels)
        case .constant: [rule.constant ?? ""]
        }
    }

    private var roles: [Role] { profiles.map(\.role) + mandates.map(\.role) }

    private func write(_ value: String, _ format: AttributeFormat) -> String {
        switch format {
        case .plain, .isoDate: return value
        case .upper: return value.uppercased()
        case .lower: return value.lowercased()
        case .compactDate: return value.split(separator: "-").joined()
        case .frenchDate: return value.split(separator: "-").reversed().joined(separator: "/")
        }
    }
}

extension Role {
    /// As SDET called it until version 3.
    var profileV3: String? {
        switch self {
        case .pupil: "National_1"
        case .guardian: "National_2"
        case .teacher: "National_3"
        case .head: "National_4"
        case .schoolLife: "National_5"
        case .staff: "National_6"
        case .territoryAdmin, .regionAdmin, .platformAdmin, .establishmentAdmin: nil
        }
    }

    /// As SDET 6 calls it.
    var profileV6: String? {
        switch self {
        case .pupil: "National_ELV"
        case .guardian: "National_TUT"
        case .teacher: "National_ENS"
        case .head: "National_DIR"
        case .schoolLife: "National_EVS"
        case .staff: "National_ETA"
        case .establishmentAdmin: "National_ETA"
        case .territoryAdmin, .regionAdmin, .platformAdmin: "National_COL"
        }
    }
}
