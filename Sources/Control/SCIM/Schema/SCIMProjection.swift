package import Web

/// Which attributes a client wants to see: `attributes`, `excludedAttributes` (RFC 7644 §3.9).
package struct SCIMProjection: Sendable {
    private static let most = 50

    private let included: [SCIMPath]?
    private let excluded: [SCIMPath]
    private let type: SCIMResourceType

    package static func everything(of type: SCIMResourceType) -> SCIMProjection {
        SCIMProjection(included: nil, excluded: [], type: type)
    }

    private init(included: [SCIMPath]?, excluded: [SCIMPath], type: SCIMResourceType) {
        self.included = included
        self.excluded = excluded
        self.type = type
    }

    /// Names that the schema does not know ask for nothing.
    /// - Throws: `.invalidValue` when both are given, or too many.
    package init(attributes: [String], excluded: [String], of type: SCIMResourceType) throws(SCIMError) {
        guard attributes.isEmpty || excluded.isEmpty, attributes.count + excluded.count <= SCIMProjection.most else {
            throw .invalidValue("attributes")
        }
        let paths = { (names: [String]) in names.compactMap { try? SCIMFilterParser.path($0, of: type) } }
        self.init(included: attributes.isEmpty ? nil : paths(attributes), excluded: paths(excluded), type: type)
    }

    /// Whether the attribute is to be read at all.
    package func shows(_ name: String, ofAddition: Bool = false) -> Bool {
        let isNamed = { (path: SCIMPath) in
            path.isOfAddition == ofAddition && (path.attribute == nil || path.attribute == name)
        }
        if let included { return included.contains(where: isNamed) }
        return !excluded.contains { isNamed($0) && $0.part == nil }
    }

    package func apply(_ resource: JSON) -> JSON {
        var members: [JSON.Member] = []
        for member in resource.members ?? [] {
            if member.name == type.addition {
                let added = shown(member.value, ofAddition: true)
                if !added.isEmpty { members.append(JSON.Member(member.name, .object(added))) }
            } else {
                members += shown(.object([member]), ofAddition: false)
            }
        }
        return .object(members)
    }

    private func shown(_ value: JSON, ofAddition: Bool) -> [JSON.Member] {
        (value.members ?? []).compactMap { member in
            guard let attribute = type.attribute(member.name, ofAddition: ofAddition) else { return nil }
            if attribute.returned == .always { return member }
            guard shows(member.name, ofAddition: ofAddition) else { return nil }
            return JSON.Member(member.name, parts(of: member.value, attribute.name, ofAddition))
        }
    }

    private func parts(of value: JSON, _ name: String, _ ofAddition: Bool) -> JSON {
        let here = { (path: SCIMPath) in path.isOfAddition == ofAddition && path.attribute == name }
        let wanted = included?.filter(here) ?? []
        let named = Set(wanted.compactMap(\.part))
        let gone = Set(excluded.filter(here).compactMap(\.part))
        let keeps = { (part: String) in
            (named.isEmpty || wanted.contains { $0.part == nil } || named.contains(part)) && !gone.contains(part)
        }
        guard !named.isEmpty || !gone.isEmpty else { return value }
        let reduce = { (element: JSON) -> JSON in
            element.members.map { .object($0.filter { keeps($0.name) }) } ?? element
        }
        return value.elements.map { .array($0.map(reduce)) } ?? reduce(value)
    }
}
