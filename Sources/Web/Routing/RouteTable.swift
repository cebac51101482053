package import HTTP

/// All routes of a process, ready to be matched.
package struct RouteTable: Sendable {
    /// Where a request leads.
    package enum Match: Sendable {
        /// The index of the route in `routes`, and the decoded path parameters in the order of the pattern.
        case found(index: Int, values: [String])
        /// The path exists, not with this method; what `Allow` lists.
        case otherMethods(allow: String)
        /// The same path without its trailing slash exists.
        case slashed
        case notFound
        /// A path that cannot be decoded.
        case malformed
    }

    package private(set) var routes: [Route] = []
    private var trie = RouteTrie()

    package init() {}

    /// - Throws: when a pattern is malformed, a path parameter is not declared or declared in vain, or two routes have the
    ///   same method and pattern.
    package init(_ routes: [Route]) throws(RouteTableError) { try add(routes) }

    package mutating func add(_ more: [Route]) throws(RouteTableError) {
        for route in more {
            let names = try RouteTrie.parameterNames(of: route.pattern)
            for name in names where !route.parameters.contains(where: { $0.name == name }) {
                throw .undeclaredParameter(pattern: route.pattern, name: name)
            }
            for parameter in route.parameters where !names.contains(parameter.name) {
                throw .parameterNotInPattern(pattern: route.pattern, name: parameter.name)
            }
            try trie.insert(route, index: routes.count)
            routes.append(route)
        }
    }

    /// The route of a method and a raw path; HEAD goes to GET.
    package func match(_ method: Method, _ path: String) -> Match { trie.match(method, path) }
}
