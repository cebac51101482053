/// Builds the tree from libyaml's events, counting as it goes.
struct YAMLTreeBuilder: ~Copyable {
    private let events: YAMLEvents
    private let limits: YAMLLimits
    private var nodes = 0

    static func build(_ bytes: [UInt8], file: String, limits: YAMLLimits) throws(YAMLError) -> YAMLNode {
        // Typed errors do not cross `withUnsafeBufferPointer`, hence the Result.
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<YAMLNode, YAMLError> in
            do throws(YAMLError) {
                var builder = YAMLTreeBuilder(events: try YAMLEvents(buffer, file: file), limits: limits)
                return .success(try builder.document())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(events: consuming YAMLEvents, limits: YAMLLimits) {
        self.events = events
        self.limits = limits
    }

    private mutating func document() throws(YAMLError) -> YAMLNode {
        var root: YAMLNode?
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamStart, .documentEnd: continue
            case .documentStart:
                guard root == nil else {
                    throw .syntax(
                        YAMLProblem(event.place, "a second document begins here (---): one file is one document"))
                }
                root = try node(try events.next(), depth: 0)
            case .streamEnd:
                // Nothing but comments reads as nothing, at the file's end.
                return root ?? YAMLNode(content: .scalar("", isPlain: true), place: event.place)
            case .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd:
                throw .syntax(YAMLProblem(event.place, "a value stands outside of the document"))
            }
        }
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> YAMLNode {
        nodes += 1
        guard nodes <= limits.nodes else {
            throw .syntax(YAMLProblem(event.place, "the file has more than the \(limits.nodes) values that are read"))
        }
        switch event.kind {
        case .scalar(let text, let isPlain):
            return YAMLNode(content: .scalar(text, isPlain: isPlain), place: event.place)
        case .sequenceStart:
            try checkDepth(depth, at: event.place)
            return YAMLNode(content: .sequence(try sequence(depth: depth)), place: event.place)
        case .mappingStart:
            try checkDepth(depth, at: event.place)
            return YAMLNode(content: .mapping(try mapping(depth: depth)), place: event.place)
        default:
            throw .syntax(YAMLProblem(event.place, "a value is missing here"))
        }
    }

    private mutating func sequence(depth: Int) throws(YAMLError) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { return items }
            items.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func mapping(depth: Int) throws(YAMLError) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var places: [String: YAMLPlace] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { return entries }
            let key = try node(event, depth: depth + 1)
            guard case .scalar(let name, _) = key.content else {
                throw .syntax(YAMLProblem(key.place, "a key must be a text, found \(key.found)"))
            }
            if let first = places.updateValue(key.place, forKey: name) {
                throw .syntax(
                    YAMLProblem(
                        key.place,
                        "the key “\(YAMLNode.shortened(name))” is written twice: it already stands on line \(first.line)"
                    ))
            }
            entries.append(
                YAMLNode.Entry(key: name, keyPlace: key.place, value: try node(try events.next(), depth: depth + 1)))
        }
    }

    private func checkDepth(_ depth: Int, at place: YAMLPlace) throws(YAMLError) {
        guard depth < limits.depth else {
            throw .syntax(YAMLProblem(place, "lists and keys are nested more than \(limits.depth) deep"))
        }
    }
}
