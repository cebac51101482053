internal import Identity
package import Web

/// What was there before an act and after it: only what is not the same on both sides.
package struct AuditChange: Sendable {
    package let before: JSON
    package let after: JSON

    /// - Parameters: objects; what only one of them has is on that side alone.
    package init(from before: JSON, to after: JSON) {
        func rest(_ one: JSON, without other: JSON) -> JSON {
            .object((one.members ?? []).filter { other[$0.name]?.serialized != $0.value.serialized })
        }
        self.before = rest(before, without: after)
        self.after = rest(after, without: before)
    }

    /// What the log keeps of a partner application: never its secret, and of a document of metadata whose it is.
    static func of(_ partner: PartnerService, enabled: Bool, _ settings: PartnerSettings) -> JSON {
        var parser = JSONParser(JSONWriter.bytes(of: settings))
        let members = ((try? parser.parse())?.members ?? []).map { member in
            guard member.name == "service_provider", let entity = member.value["entity_id"] else { return member }
            return JSON.Member(member.name, entity)
        }
        return .object(
            [
                JSON.Member("protocol", .string(partner.kind.rawValue)), JSON.Member("name", .string(partner.name)),
                JSON.Member("enabled", .bool(enabled)),
            ] + members)
    }
}
