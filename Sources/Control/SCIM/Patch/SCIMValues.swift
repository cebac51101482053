internal import Runtime
internal import Web

/// Values that clients send, brought to what the schema says.
enum SCIMValues {
    static let mostElements = 5000

    /// Nil for what unassigns the attribute: null, an empty list.
    /// - Throws: `.invalidValue`.
    static func normal(_ value: JSON, _ attribute: SCIMAttribute) throws(SCIMError) -> JSON? {
        if value.isEmptyValue { return nil }
        guard attribute.isMultiValued else { return try single(value, attribute) }
        // One value for a list of one is common.
        let elements = value.elements ?? [value]
        guard elements.count <= mostElements else { throw .invalidValue(attribute.name) }
        var normal: [JSON] = []
        for element in elements {
            let next = try single(element, attribute)
            if !normal.contains(where: { isSame($0, next, attribute) }) { normal.append(next) }
        }
        return .array(normal)
    }

    /// One element. - Throws: `.invalidValue`.
    static func single(_ value: JSON, _ attribute: SCIMAttribute) throws(SCIMError) -> JSON {
        switch (attribute.kind, value) {
        case (.boolean, .bool): return value
        // Entra ID writes "True".
        case (.boolean, .string(let text)) where ["true", "false"].contains(text.lowercased()):
            return .bool(text.lowercased() == "true")
        case (.string, .string(let text)), (.reference, .string(let text)), (.dateTime, .string(let text)):
            guard text.count <= attribute.longest,
                text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
            else { throw .invalidValue(attribute.name) }
            return value
        case (.complex, .object): return try parts(value, attribute)
        case (.complex, .string):
            guard attribute.part("value") != nil else { throw .invalidValue(attribute.name) }
            return try parts(.object([JSON.Member("value", value)]), attribute)
        default: throw .invalidValue(attribute.name)
        }
    }

    /// The parts that there are in the schema; others are ignored, as the RFC says.
    private static func parts(_ value: JSON, _ attribute: SCIMAttribute) throws(SCIMError) -> JSON {
        var members: [JSON.Member] = []
        for part in attribute.parts where !part.isReadOnly {
            guard let given = value.member(part.name), let normal = try normal(given, part) else { continue }
            members.append(JSON.Member(part.name, normal))
        }
        return .object(members)
    }

    /// Two elements that are one: of members and of e-mail addresses, the value says which.
    static func isSame(_ left: JSON, _ right: JSON, _ attribute: SCIMAttribute) -> Bool {
        if attribute.part("value")?.mutability == .immutable, let value = left["value"] {
            return value == right["value"]
        }
        return left == right
    }

    /// Every part that has to be there. - Throws: `.invalidValue`.
    static func requireParts(_ value: JSON, _ attribute: SCIMAttribute) throws(SCIMError) {
        for element in attribute.isMultiValued ? value.elements ?? [] : [value] {
            for part in attribute.parts where part.isRequired && element[part.name] == nil {
                throw .invalidValue(attribute.name + "." + part.name)
            }
        }
    }
}
