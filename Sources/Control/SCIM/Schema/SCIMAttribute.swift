package import Web

/// One attribute of a resource as RFC 7643 §7 describes it: what discovery publishes is what requests are held to.
package struct SCIMAttribute: Sendable {
    package enum Kind: String, Sendable {
        case string
        case boolean
        case complex
        case reference
        case dateTime
    }

    package enum Mutability: String, Sendable {
        case readWrite
        case readOnly
        /// Given once, with its resource or its element.
        case immutable
    }

    package enum Returned: String, Sendable {
        case always
        case byDefault = "default"
    }

    package let name: String
    package let kind: Kind
    package var isMultiValued = false
    package var isRequired = false
    package var isCaseExact = false
    package var mutability = Mutability.readWrite
    package var returned = Returned.byDefault
    package var isUnique = false
    /// A replacement that does not name it leaves it: forgetting to say that an account is locked opens none.
    package var staysWhenAbsent = false
    package var canonicalValues: [String] = []
    package var referenceTypes: [String] = []
    package var parts: [SCIMAttribute] = []
    package let description: String
    /// The longest text that is taken, in characters.
    package var longest = 100

    package init(_ name: String, _ kind: Kind = .string, _ description: String, parts: [SCIMAttribute] = []) {
        self.name = name
        self.kind = kind
        self.description = description
        self.parts = parts
    }

    package func with(_ change: (inout SCIMAttribute) -> Void) -> SCIMAttribute {
        var copy = self
        change(&copy)
        return copy
    }

    package var isReadOnly: Bool { mutability == .readOnly }

    /// A part of that name, whatever its case.
    package func part(_ name: String) -> SCIMAttribute? { SCIMAttribute.find(name, in: parts) }

    static func find(_ name: String, in attributes: [SCIMAttribute]) -> SCIMAttribute? {
        let wanted = name.lowercased()
        return attributes.first { $0.name.lowercased() == wanted }
    }

    /// RFC 7643 §7.
    package var json: JSON {
        var members: [JSON.Member] = [
            .init("name", .string(name)), .init("type", .string(kind.rawValue)),
            .init("multiValued", .bool(isMultiValued)), .init("description", .string(description)),
            .init("required", .bool(isRequired)), .init("mutability", .string(mutability.rawValue)),
            .init("returned", .string(returned.rawValue)),
        ]
        if kind == .complex {
            members.append(.init("subAttributes", .array(parts.map(\.json))))
        } else {
            members.append(.init("caseExact", .bool(isCaseExact)))
            members.append(.init("uniqueness", .string(isUnique ? "server" : "none")))
        }
        if !canonicalValues.isEmpty {
            members.append(.init("canonicalValues", .array(canonicalValues.map { .string($0) })))
        }
        if !referenceTypes.isEmpty {
            members.append(.init("referenceTypes", .array(referenceTypes.map { .string($0) })))
        }
        return .object(members)
    }
}
