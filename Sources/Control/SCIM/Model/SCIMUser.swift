internal import Runtime
internal import Tenancy
internal import Web

/// An account as SCIM shows it: only what it is within the caller's scope.
struct SCIMUser: Sendable {
    struct Profile: Sendable, Hashable {
        let establishment: EstablishmentID
        let role: String
        let person: PersonID
    }

    struct Group: Sendable {
        let id: SCIMGroupID
        let name: String
        let isClass: Bool
    }

    let id: AccountID
    var login: String
    var givenName: String
    var familyName: String
    var state: String
    /// Microseconds since 1970.
    let created: Int64
    let modified: Int64
    /// How often SCIM clients have written it; 0 for never.
    let revision: Int64
    var isActiveUnset: Bool
    var externalID: String?
    /// Within the caller's scope, in the order of establishments.
    var profiles: [Profile]
    /// From the shards; nil when they were not asked.
    var emails: JSON?
    var groups: [Group] = []

    var isActive: Bool { state == "pending" || state == "active" }

    /// The resource (RFC 7643 §4.1).
    /// - Parameter base: the address of the service, up to `/scim/v2`.
    func resource(_ map: ShardMap, base: String) -> JSON {
        let type = SCIMResourceType.user
        var members: [JSON.Member] = [
            .init("schemas", [.string(type.core), .string(type.addition)]), .init("id", .string(id.description)),
        ]
        if let externalID { members.append(.init("externalId", .string(externalID))) }
        members.append(.init("userName", .string(login)))
        var name: [JSON.Member] = [.init("familyName", .string(familyName))]
        if !givenName.isEmpty { name.append(.init("givenName", .string(givenName))) }
        members.append(.init("name", .object(name)))
        members.append(
            .init("displayName", .string(givenName.isEmpty ? familyName : givenName + " " + familyName)))
        if !isActiveUnset { members.append(.init("active", .bool(isActive))) }
        if let emails, !emails.isEmptyValue { members.append(.init("emails", emails)) }
        if !groups.isEmpty {
            members.append(
                .init(
                    "groups",
                    .array(
                        groups.map {
                            [
                                "value": .string($0.id.text), "$ref": .string(base + "/Groups/" + $0.id.text),
                                "display": .string($0.name),
                            ]
                        })))
        }
        var seen: Set<[String]> = []
        var places: [JSON] = []
        for profile in profiles {
            let uai = map[profile.establishment]?.uai.rawValue ?? ""
            if seen.insert([uai, profile.role]).inserted {
                places.append(["uai": .string(uai), "role": .string(profile.role)])
            }
        }
        var school: [JSON.Member] = [.init("profiles", .array(places))]
        let classes = groups.filter(\.isClass)
        if !classes.isEmpty { school.append(.init("classes", .array(classes.map { .string($0.name) }))) }
        members.append(.init(type.addition, .object(school)))
        let resource = JSON.object(members)
        return resource.setting(
            "meta",
            [
                "resourceType": .string(type.rawValue), "created": .string(Timestamp.iso8601(microseconds: created)),
                "lastModified": .string(Timestamp.iso8601(microseconds: modified)),
                "location": .string(base + type.endpoint + "/" + id.description),
                "version": .string(SCIMMessage.version(of: resource.setting("revision", .integer(Int(revision))))),
            ])
    }
}
