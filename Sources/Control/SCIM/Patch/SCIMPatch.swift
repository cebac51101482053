package import Web

/// Applies the operations of a PATCH to a resource: all of them or, with an error, none.
package struct SCIMPatch {
    private let type: SCIMResourceType

    private init(_ type: SCIMResourceType) { self.type = type }

    /// - Throws: `.mutability`, `.noTarget`, `.invalidValue`, `.invalidPath`.
    package static func apply(
        _ operations: [SCIMOperation], to resource: JSON, of type: SCIMResourceType
    ) throws(SCIMError) -> JSON {
        let patch = SCIMPatch(type)
        var result = resource
        for operation in operations { result = try patch.apply(operation, to: result) }
        return result
    }

    private func apply(_ operation: SCIMOperation, to resource: JSON) throws(SCIMError) -> JSON {
        guard let path = operation.path else {
            return try spread(operation.kind, operation.value, false, over: resource)
        }
        guard let name = path.attribute else {
            // The whole addition.
            if operation.kind == .remove {
                throw .mutability(type.addedAttributes.first(where: \.isRequired)?.name ?? type.addition)
            }
            return try spread(operation.kind, operation.value, true, over: resource)
        }
        guard let attribute = type.attribute(name, ofAddition: path.isOfAddition) else { throw .invalidPath }
        guard !attribute.isReadOnly else { throw .mutability(name) }
        let holder = path.isOfAddition ? resource[type.addition] ?? .object([]) : resource
        let changed = try change(operation, path, attribute, holder[name])
        if attribute.isRequired, changed == nil { throw .mutability(name) }
        if attribute.mutability == .immutable, let kept = holder[name], kept != changed { throw .mutability(name) }
        if let changed { try SCIMValues.requireParts(changed, attribute) }
        let result = holder.setting(name, changed)
        return path.isOfAddition ? resource.setting(type.addition, result) : result
    }

    /// An operation without a path: one for each member of its value. What the schema does not know is ignored.
    private func spread(
        _ kind: SCIMOperation.Kind, _ value: JSON, _ isOfAddition: Bool, over resource: JSON
    ) throws(SCIMError) -> JSON {
        guard let members = value.members else { throw .invalidValue("value") }
        var result = resource
        for member in members {
            if !isOfAddition, member.name.lowercased() == type.addition.lowercased() {
                result = try spread(kind, member.value, true, over: result)
                continue
            }
            let text = isOfAddition ? type.addition + ":" + member.name : member.name
            guard let path = try? SCIMFilterParser.path(text, of: type), let name = path.attribute,
                type.attribute(name, ofAddition: path.isOfAddition)?.isReadOnly == false
            else { continue }
            // Null unassigns.
            let isGone = member.value.isNull
            result = try apply(
                SCIMOperation(kind: isGone ? .remove : kind, path: path, value: member.value), to: result)
        }
        return result
    }

    // MARK: One attribute

    private func change(
        _ operation: SCIMOperation, _ path: SCIMPath, _ attribute: SCIMAttribute, _ current: JSON?
    ) throws(SCIMError) -> JSON? {
        if let filter = path.filter { return try change(operation, matching: filter, path.part, attribute, current) }
        if let name = path.part {
            guard let part = attribute.part(name) else { throw .invalidPath }
            guard attribute.isMultiValued else {
                return try set(part, operation, in: current ?? .object([])).nonEmpty
            }
            let elements = current?.elements ?? []
            guard !elements.isEmpty else { throw .noTarget }
            var changed: [JSON] = []
            for element in elements { changed.append(try set(part, operation, in: element)) }
            return .array(changed)
        }
        if operation.kind == .remove {
            return attribute.isMultiValued ? try removing(operation.value, attribute, from: current) : nil
        }
        guard let value = try SCIMValues.normal(operation.value, attribute) else { return nil }
        guard attribute.isMultiValued else {
            guard attribute.kind == .complex, let current else { return value }
            return merge(value, into: current)
        }
        guard operation.kind == .add else { return SCIMPatch.withOnePrimary(value, last: nil) }
        var elements = current?.elements ?? []
        var last: Int?
        for element in value.elements ?? [] {
            let place = elements.firstIndex { SCIMValues.isSame($0, element, attribute) }
            if place == nil { elements.append(element) }
            if element["primary"] == .bool(true) { last = place ?? elements.count - 1 }
        }
        guard elements.count <= SCIMValues.mostElements else { throw .invalidValue(attribute.name) }
        return SCIMPatch.withOnePrimary(.array(elements), last: last)
    }

    /// `remove` with values takes those away: not the RFC's word, and what Entra ID sends for members.
    private func removing(
        _ value: JSON, _ attribute: SCIMAttribute, from current: JSON?
    ) throws(SCIMError) -> JSON? {
        guard let gone = try SCIMValues.normal(value, attribute)?.elements else { return nil }
        let left = (current?.elements ?? []).filter { element in
            !gone.contains { SCIMValues.isSame($0, element, attribute) }
        }
        return JSON.array(left).nonEmpty
    }

    private func change(
        _ operation: SCIMOperation, matching filter: SCIMFilter, _ name: String?, _ attribute: SCIMAttribute,
        _ current: JSON?
    ) throws(SCIMError) -> JSON? {
        var elements = current?.elements ?? []
        var places = elements.indices.filter { filter.matches(element: elements[$0], of: attribute) }
        if places.isEmpty {
            // Adding to an element that is not there makes it, where the filter says what it is.
            guard operation.kind == .add, let element = filter.described else { throw .noTarget }
            elements.append(try SCIMValues.single(element, attribute))
            places = [elements.count - 1]
        }
        if operation.kind == .remove, name == nil {
            return JSON.array(elements.indices.filter { !places.contains($0) }.map { elements[$0] }).nonEmpty
        }
        var last: Int?
        for place in places {
            if let name {
                guard let part = attribute.part(name) else { throw .invalidPath }
                elements[place] = try set(part, operation, in: elements[place])
            } else {
                let value = try SCIMValues.single(operation.value, attribute)
                for part in attribute.parts where part.mutability == .immutable {
                    guard value[part.name] == nil || value[part.name] == elements[place][part.name] else {
                        throw .mutability(attribute.name + "." + part.name)
                    }
                }
                elements[place] = merge(value, into: elements[place])
            }
            if elements[place]["primary"] == .bool(true) { last = place }
        }
        return SCIMPatch.withOnePrimary(.array(elements.filter { !$0.isEmptyValue }), last: last)
    }

    private func set(_ part: SCIMAttribute, _ operation: SCIMOperation, in holder: JSON) throws(SCIMError) -> JSON {
        let value = operation.kind == .remove ? nil : try SCIMValues.normal(operation.value, part)
        guard !part.isReadOnly, part.mutability != .immutable || holder[part.name] == nil || holder[part.name] == value
        else { throw .mutability(part.name) }
        if value == nil, part.isRequired { throw .mutability(part.name) }
        return holder.setting(part.name, value)
    }

    private func merge(_ value: JSON, into current: JSON) -> JSON {
        (value.members ?? []).reduce(current) { $0.setting($1.name, $1.value) }
    }

    /// At most one element is the primary one (RFC 7643 §2.4): the one named last.
    static func withOnePrimary(_ value: JSON, last: Int?) -> JSON {
        guard case .array(let elements) = value,
            let last = last ?? elements.lastIndex(where: { $0["primary"] == .bool(true) })
        else { return value }
        return .array(
            elements.enumerated().map { index, element in
                index == last || element["primary"] != .bool(true) ? element : element.setting("primary", false)
            })
    }
}

extension JSON {
    fileprivate var nonEmpty: JSON? { isEmptyValue ? nil : self }
}

extension SCIMFilter {
    /// The element that a filter of equalities describes.
    fileprivate var described: JSON? {
        switch self {
        case .compare(let path, .equal, .text(let text)): path.attribute.map { .object([.init($0, .string(text))]) }
        case .compare(let path, .equal, .bool(let flag)): path.attribute.map { .object([.init($0, .bool(flag))]) }
        case .and(let left, let right):
            if let left = left.described, let right = right.described {
                (right.members ?? []).reduce(left) { $0.setting($1.name, $1.value) }
            } else {
                nil
            }
        default: nil
        }
    }
}
