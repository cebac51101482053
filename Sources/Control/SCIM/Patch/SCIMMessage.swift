internal import Cryptography
package import Web

/// Bodies of requests (RFC 7644 §3), read within bounds.
package enum SCIMMessage {
    package static let mediaType = "application/scim+json"
    package static let longest = 262_144
    static let mostOperations = 100

    package static let patch = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
    package static let search = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
    package static let list = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

    /// - Throws: `.invalidSyntax` for what is not one object of that schema.
    package static func read(_ bytes: [UInt8], schema: String) throws(SCIMError) -> JSON {
        var parser = JSONParser(bytes)
        guard let value = try? parser.parse(), value.members != nil,
            value.member("schemas")?.elements?.contains(where: { $0.text?.lowercased() == schema.lowercased() }) == true
        else { throw .invalidSyntax }
        return value
    }

    /// - Throws: `.invalidSyntax`, `.invalidPath`, `.invalidFilter`, `.noTarget`.
    package static func operations(_ message: JSON, of type: SCIMResourceType) throws(SCIMError) -> [SCIMOperation] {
        guard let elements = message.member("Operations")?.elements, (1...mostOperations).contains(elements.count)
        else {
            throw .invalidSyntax
        }
        var operations: [SCIMOperation] = []
        for element in elements {
            // Entra ID writes "Replace".
            guard let kind = element.member("op")?.text.flatMap({ SCIMOperation.Kind(rawValue: $0.lowercased()) })
            else {
                throw .invalidSyntax
            }
            let path: SCIMPath?
            switch element.member("path") {
            case nil, .null?, .string("")?: path = nil
            case .string(let text)?: path = try SCIMFilterParser.path(text, of: type)
            default: throw .invalidPath
            }
            let value = element.member("value")
            if kind == .remove, path == nil { throw .noTarget }
            if kind != .remove, value == nil { throw .invalidValue("value") }
            operations.append(SCIMOperation(kind: kind, path: path, value: value ?? .null))
        }
        return operations
    }

    /// A weak tag of what a resource says, `meta` apart.
    package static func version(of resource: JSON) -> String {
        let kept = (resource.members ?? []).filter { $0.name != "meta" }
        return "W/\"" + Hex.encode(SHA256.hash(JSON.object(kept).bytes).prefix(12)) + "\""
    }
}

extension JSON {
    /// The member of that name, whatever its case (RFC 7643 §2.1).
    package func member(_ name: String) -> JSON? {
        let wanted = name.lowercased()
        return members?.first { $0.name.lowercased() == wanted }?.value
    }

    /// The same object with a member set, or without it.
    func setting(_ name: String, _ value: JSON?) -> JSON {
        var kept = members ?? []
        let place = kept.firstIndex { $0.name == name }
        switch (place, value) {
        case (let place?, let value?): kept[place] = Member(name, value)
        case (let place?, nil): kept.remove(at: place)
        case (nil, let value?): kept.append(Member(name, value))
        case (nil, nil): break
        }
        return .object(kept)
    }

    var isEmptyValue: Bool {
        switch self {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }
}
