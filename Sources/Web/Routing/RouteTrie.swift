internal import HTTP

/// Paths cut at their slashes, as a tree. A path without parameters is found by one look-up of the whole.
struct RouteTrie: Sendable {
    private struct Endpoint: Sendable {
        var methods: [(method: Method, route: Int)] = []
        var allow = ""

        mutating func add(_ method: Method, _ route: Int) {
            methods.append((method, route))
            var names = methods.map(\.method.rawValue)
            if names.contains("GET") { names.append("HEAD") }
            allow = (names + ["OPTIONS"]).sorted().joined(separator: ", ")
        }

        func route(for method: Method) -> Int? {
            let wanted = method == .head ? Method.get : method
            return methods.first { $0.method == wanted }?.route
        }
    }

    private struct Node: Sendable {
        var literals: [(segment: [UInt8], node: Int)] = []
        var parameter: Int?
        var endpoint: Endpoint?
    }

    private static let segmentLimit = 24

    private var nodes = [Node()]
    /// Endpoints of patterns without parameters, by their whole path.
    private var plain: [String: Int] = [:]

    /// The names in braces, in order.
    static func parameterNames(of pattern: String) throws(RouteTableError) -> [String] {
        guard pattern.hasPrefix("/"), pattern.utf8.count <= 200 else { throw .malformedPattern(pattern) }
        var names: [String] = []
        if pattern == "/" { return names }
        let segments = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard segments.count <= segmentLimit else { throw .malformedPattern(pattern) }
        for segment in segments {
            if segment.hasPrefix("{"), segment.hasSuffix("}") {
                let name = String(segment.dropFirst().dropLast())
                guard !name.isEmpty, !names.contains(name),
                    name.utf8.allSatisfy({ $0.isLowercase || $0 == UInt8(ascii: "_") })
                else { throw .malformedPattern(pattern) }
                names.append(name)
            } else {
                let isPlain = segment.utf8.allSatisfy {
                    $0.isLowercase || $0.isUppercase || $0.isDigit || "-._~".utf8.contains($0)
                }
                guard !segment.isEmpty, segment != ".", segment != "..", isPlain else {
                    throw .malformedPattern(pattern)
                }
            }
        }
        return names
    }

    mutating func insert(_ route: Route, index: Int) throws(RouteTableError) {
        var current = 0
        var hasParameter = false
        if route.pattern != "/" {
            for segment in route.pattern.dropFirst().split(separator: "/") {
                if segment.hasPrefix("{") {
                    hasParameter = true
                    current = parameterChild(of: current)
                } else {
                    current = literalChild(of: current, Array(segment.utf8))
                }
            }
        }
        var endpoint = nodes[current].endpoint ?? Endpoint()
        guard !endpoint.methods.contains(where: { $0.method == route.method }) else {
            throw .duplicate(method: route.method.rawValue, pattern: route.pattern)
        }
        endpoint.add(route.method, index)
        nodes[current].endpoint = endpoint
        if !hasParameter { plain[route.pattern] = current }
    }

    private mutating func parameterChild(of node: Int) -> Int {
        if let child = nodes[node].parameter { return child }
        nodes.append(Node())
        nodes[node].parameter = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func literalChild(of node: Int, _ segment: [UInt8]) -> Int {
        if let child = nodes[node].literals.first(where: { $0.segment == segment }) { return child.node }
        nodes.append(Node())
        nodes[node].literals.append((segment, nodes.count - 1))
        return nodes.count - 1
    }

    // MARK: Matching

    func match(_ method: Method, _ path: String) -> RouteTable.Match {
        if let node = plain[path], let endpoint = nodes[node].endpoint { return answer(method, endpoint, []) }
        var path = path
        return path.withUTF8 { match(method, $0) }
    }

    private func match(_ method: Method, _ path: UnsafeBufferPointer<UInt8>) -> RouteTable.Match {
        guard path.first == UInt8(ascii: "/") else { return .notFound }
        var segments: [Range<Int>] = []
        var start = 1
        for index in 1..<max(1, path.count) where path[index] == UInt8(ascii: "/") {
            segments.append(start..<index)
            start = index + 1
            guard segments.count < RouteTrie.segmentLimit else { return .notFound }
        }
        segments.append(start..<path.count)
        // A trailing slash leaves an empty last segment.
        if segments.count > 1, segments.last?.isEmpty == true {
            segments.removeLast()
            return find(0, segments[...], path) == nil ? .notFound : .slashed
        }
        guard let (endpoint, ranges) = find(0, segments[...], path) else { return .notFound }
        var values: [String] = []
        values.reserveCapacity(ranges.count)
        for range in ranges {
            let segment = UnsafeBufferPointer(rebasing: path[range])
            guard let value = try? PercentDecoding.decode(segment, form: false) else { return .malformed }
            // Well written, and nothing of ours has such a name.
            guard RouteTrie.isSafe(value) else { return .notFound }
            values.append(value)
        }
        return answer(method, endpoint, values)
    }

    private func answer(_ method: Method, _ endpoint: Endpoint, _ values: [String]) -> RouteTable.Match {
        guard let route = endpoint.route(for: method) else { return .otherMethods(allow: endpoint.allow) }
        return .found(index: route, values: values)
    }

    /// Literal segments first, a parameter otherwise.
    private func find(
        _ node: Int, _ segments: ArraySlice<Range<Int>>, _ path: UnsafeBufferPointer<UInt8>
    ) -> (Endpoint, [Range<Int>])? {
        guard let segment = segments.first else { return nodes[node].endpoint.map { ($0, []) } }
        guard !segment.isEmpty else { return nil }
        let rest = segments.dropFirst()
        for literal in nodes[node].literals where path[segment].elementsEqual(literal.segment) {
            if let found = find(literal.node, rest, path) { return found }
        }
        guard let parameter = nodes[node].parameter, let (endpoint, ranges) = find(parameter, rest, path) else {
            return nil
        }
        return (endpoint, [segment] + ranges)
    }

    /// A decoded value holds no slash, no backslash, no control character and is not a dot segment: what a proxy in front
    /// could have understood differently never gets to a handler.
    private static func isSafe(_ value: String) -> Bool {
        value != "." && value != ".."
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
    }
}
