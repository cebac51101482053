internal import Runtime
internal import Tenancy
internal import Web

/// A class or a teaching group as SCIM shows it.
struct SCIMGroup: Sendable {
    struct Member: Sendable, Hashable {
        let account: AccountID
        let person: PersonID
    }

    let id: SCIMGroupID
    var name: String
    /// `class` or `group`.
    var kind: String
    var level: String
    var externalID: String?
    /// Nil when they were not asked for.
    var members: [Member]?

    init(_ row: SCIMGroupStore.Row, in establishment: EstablishmentID) {
        id = SCIMGroupID(establishment: establishment, group: row.id)
        name = row.name
        kind = row.kind
        level = row.level
    }

    /// The order of lists that ask for none: what clients made first, the newest before the others; then by name.
    func isBefore(_ other: SCIMGroup) -> Bool {
        let (own, theirs) = (id.madeAt, other.id.madeAt)
        if own != theirs { return own > theirs }
        return (kind, name, id.text) < (other.kind, other.name, other.id.text)
    }

    func resource(_ map: ShardMap, base: String) -> JSON {
        let type = SCIMResourceType.group
        var parts: [JSON.Member] = [
            .init("schemas", [.string(type.core), .string(type.addition)]), .init("id", .string(id.text)),
        ]
        if let externalID { parts.append(.init("externalId", .string(externalID))) }
        parts.append(.init("displayName", .string(name)))
        if let members, !members.isEmpty {
            parts.append(
                .init(
                    "members",
                    .array(
                        members.map {
                            [
                                "value": .string($0.account.description),
                                "$ref": .string(base + "/Users/" + $0.account.description), "type": "User",
                            ]
                        })))
        }
        var school: [JSON.Member] = [
            .init("uai", .string(map[id.establishment]?.uai.rawValue ?? "")), .init("kind", .string(kind)),
        ]
        if !level.isEmpty { school.append(.init("level", .string(level))) }
        parts.append(.init(type.addition, .object(school)))
        let resource = JSON.object(parts)
        var meta: [JSON.Member] = [
            .init("resourceType", .string(type.rawValue)),
            .init("location", .string(base + type.endpoint + "/" + id.text)),
        ]
        // Without its members, what is shown is not the whole of what the version is of.
        if members != nil { meta.append(.init("version", .string(SCIMMessage.version(of: resource)))) }
        return resource.setting("meta", .object(meta))
    }
}
