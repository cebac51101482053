/// What a SCIM request is refused for (RFC 7644 §3.12).
package enum SCIMError: Error, Equatable {
    package enum FilterFault: Sendable, Equatable {
        case syntax
        case tooLong
        case tooDeep
        case unknownAttribute
        case wrongType
        /// Nothing in it that an index knows.
        case notIndexed
    }

    case invalidFilter(FilterFault)
    case tooMany
    /// Of the attribute.
    case uniqueness(String)
    case mutability(String)
    case invalidSyntax
    case invalidPath
    case noTarget
    case invalidValue(String)
    /// A filter where there is none to be (RFC 7644 §4).
    case filterForbidden
    /// Lessons or homework hang on the group.
    case groupInUse
    /// Another write came first, three times.
    case busy
}
