/// A filter of RFC 7644 §3.4.2.2, with the names of attributes as the schema writes them.
package indirect enum SCIMFilter: Sendable, Equatable {
    package enum Operator: String, Sendable, CaseIterable {
        case equal = "eq"
        case notEqual = "ne"
        case contains = "co"
        case startsWith = "sw"
        case endsWith = "ew"
        case greater = "gt"
        case greaterOrEqual = "ge"
        case less = "lt"
        case lessOrEqual = "le"
    }

    package enum Value: Sendable, Equatable {
        case null
        case bool(Bool)
        case text(String)
    }

    case compare(SCIMPath, Operator, Value)
    case present(SCIMPath)
    /// Some element of the multi-valued attribute matches; paths inside name parts.
    case some(SCIMPath, SCIMFilter)
    case and(SCIMFilter, SCIMFilter)
    case or(SCIMFilter, SCIMFilter)
    case not(SCIMFilter)
}
