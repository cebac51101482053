package import Web

/// A resource as a client describes it whole: POST and PUT (RFC 7644 §3.3, §3.5.1).
package enum SCIMReplacement {
    /// - Parameter current: what there is; nil for a new one.
    /// - Returns: the resource as it is to be: what only the server writes is as it was.
    /// - Throws: `.invalidValue`, `.mutability`.
    package static func resource(
        _ body: JSON, replacing current: JSON?, of type: SCIMResourceType
    ) throws(SCIMError) -> JSON {
        var result = current ?? .object([])
        let shared = SCIMResourceType.common
        result = try put(body, current, shared + type.coreAttributes, into: result)
        let added = try put(
            body.member(type.addition) ?? .object([]), current?[type.addition], type.addedAttributes,
            into: current?[type.addition] ?? .object([]))
        return result.setting(type.addition, added)
    }

    private static func put(
        _ body: JSON, _ current: JSON?, _ attributes: [SCIMAttribute], into result: JSON
    ) throws(SCIMError) -> JSON {
        var result = result
        for attribute in attributes where !attribute.isReadOnly {
            let given = try body.member(attribute.name).flatMap { value throws(SCIMError) in
                try SCIMValues.normal(value, attribute)
            }
            if attribute.mutability == .immutable, let kept = current?[attribute.name] {
                guard given == nil || given == kept else { throw .mutability(attribute.name) }
                continue
            }
            if let given { try SCIMValues.requireParts(given, attribute) }
            if given == nil, attribute.staysWhenAbsent { continue }
            if given == nil, attribute.isRequired { throw .invalidValue(attribute.name) }
            result = result.setting(attribute.name, given.map { SCIMPatch.withOnePrimary($0, last: nil) })
        }
        return result
    }
}
