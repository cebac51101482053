/// A mistake in the declarations, found when the process starts.
package enum RouteTableError: Error, Equatable, Sendable {
    case malformedPattern(String)
    case undeclaredParameter(pattern: String, name: String)
    case parameterNotInPattern(pattern: String, name: String)
    case duplicate(method: String, pattern: String)
    case malformedProblemCode(String)
    case duplicateProblemCode(String)
    case conflictingSchemas(name: String)
}
