package import Web

extension SCIMFilter {
    /// Whether a resource fits.
    package func matches(_ resource: JSON, of type: SCIMResourceType) -> Bool {
        evaluate { path in
            let holder = path.isOfAddition ? resource[type.addition] : resource
            guard let name = path.attribute, let attribute = type.attribute(name, ofAddition: path.isOfAddition) else {
                return ([], false)
            }
            let values = SCIMFilter.values(holder?[name])
            guard let part = path.part, let definition = attribute.part(part) else {
                return (values, attribute.isCaseExact)
            }
            return (values.flatMap { SCIMFilter.values($0[part]) }, definition.isCaseExact)
        }
    }

    /// Whether an element of a multi-valued attribute fits; paths name its parts.
    package func matches(element: JSON, of attribute: SCIMAttribute) -> Bool {
        evaluate { path in
            guard let part = path.attribute.flatMap(attribute.part) else { return ([], false) }
            return (SCIMFilter.values(element[part.name]), part.isCaseExact)
        }
    }

    /// Which attributes it speaks of.
    package var paths: [SCIMPath] {
        switch self {
        case .compare(let path, _, _), .present(let path), .some(let path, _): [path]
        case .and(let left, let right), .or(let left, let right): left.paths + right.paths
        case .not(let inner): inner.paths
        }
    }

    private func evaluate(_ values: (SCIMPath) -> (values: [JSON], isExact: Bool)) -> Bool {
        switch self {
        case .and(let left, let right): return left.evaluate(values) && right.evaluate(values)
        case .or(let left, let right): return left.evaluate(values) || right.evaluate(values)
        case .not(let inner): return !inner.evaluate(values)
        case .present(let path): return !values(path).values.isEmpty
        case .some(let path, let inner):
            return values(path).values.contains { element in
                inner.evaluate { part in
                    (SCIMFilter.values(part.attribute.flatMap { element[$0] }), false)
                }
            }
        case .compare(let path, let operation, let value):
            let (found, isExact) = values(path)
            let isEqual = { (each: JSON) in SCIMFilter.compare(each, .equal, value, isExact) }
            switch (operation, value) {
            case (.equal, .null): return found.isEmpty
            case (.notEqual, .null): return !found.isEmpty
            case (.notEqual, _): return !found.contains(where: isEqual)
            default: return found.contains { SCIMFilter.compare($0, operation, value, isExact) }
            }
        }
    }

    private static func values(_ value: JSON?) -> [JSON] {
        switch value {
        case nil, .null?: []
        case .array(let elements)?: elements
        case let value?: [value]
        }
    }

    private static func compare(_ found: JSON, _ operation: Operator, _ value: Value, _ isExact: Bool) -> Bool {
        switch (found, value) {
        case (.bool(let left), .bool(let right)): return operation == .equal && left == right
        case (.string(let left), .text(let right)):
            if let left = Instants.microseconds(rfc3339: left), let right = Instants.microseconds(rfc3339: right) {
                return order(left, operation, right)
            }
            let (left, right) = isExact ? (left, right) : (left.lowercased(), right.lowercased())
            switch operation {
            case .contains: return right.isEmpty || left.contains(right)
            case .startsWith: return left.hasPrefix(right)
            case .endsWith: return left.hasSuffix(right)
            default: return order(left, operation, right)
            }
        default: return false
        }
    }

    private static func order<Value: Comparable>(_ left: Value, _ operation: Operator, _ right: Value) -> Bool {
        switch operation {
        case .equal: left == right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .notEqual, .contains, .startsWith, .endsWith: false
        }
    }
}
