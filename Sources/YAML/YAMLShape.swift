/// What a value should look like, in words and as code.
///
///     let port = YAMLShape.integer(1...65_535)
///     let server = YAMLShape.keys("a server (host, port)") { keys in
///         let host = keys.required("host", .text)
///         let port = keys.optional("port", port, default: 5432)
///         guard let host else { return nil }
///         return Server(host: host, port: port)
///     }
///     let server = try YAMLDocument(parsing: bytes, file: "server.yaml").decode(server)
package struct YAMLShape<Value> {
    /// For "expected …": an article and a noun, with an example where it helps.
    package let expected: String
    package let read: (YAMLValue) -> Value?

    /// - Parameter read: gives the value, or reports a problem on its argument and gives nil.
    package init(_ expected: String, read: @escaping (YAMLValue) -> Value?) {
        self.expected = expected
        self.read = read
    }

    /// A scalar that `parse` understands.
    package static func scalar(_ expected: String, _ parse: @escaping (String) -> Value?) -> YAMLShape {
        YAMLShape(expected) { value in
            guard case .scalar(let text, _) = value.node.content, !value.node.isNull, let parsed = parse(text) else {
                value.mismatch(expected)
                return nil
            }
            return parsed
        }
    }

    /// A group of keys; those that `build` does not ask for are reported as unknown.
    /// - Parameter build: asks for each key by name, and gives nil when one it needs is missing or wrong (already reported).
    package static func keys(_ expected: String, _ build: @escaping (YAMLKeys) -> Value?) -> YAMLShape {
        YAMLShape(expected) { value in
            guard case .mapping(let entries) = value.node.content else {
                value.mismatch(expected)
                return nil
            }
            let keys = YAMLKeys(entries, of: value)
            let built = build(keys)
            keys.reportUnknown()
            return built
        }
    }

    /// One of a few words.
    package static func oneOf(_ words: KeyValuePairs<String, Value>) -> YAMLShape {
        oneOf(words.map { ($0.key, $0.value) })
    }

    package static func oneOf(_ words: [(key: String, value: Value)]) -> YAMLShape {
        let expected = "one of " + words.map(\.key).joined(separator: ", ")
        return YAMLShape(expected) { value in
            guard case .scalar(let text, _) = value.node.content, !value.node.isNull else {
                value.mismatch(expected)
                return nil
            }
            if let match = words.first(where: { $0.key == text }) { return match.value }
            let hint = Spelling.nearest(to: text, among: words.map(\.key)).map { "; did you mean “\($0)”?" } ?? ""
            value.reject("expected \(expected), found \(value.node.found)\(hint)")
            return nil
        }
    }

    /// The same value after one more check or change.
    /// - Parameter transform: gives nil when the value will not do: it is then reported as not what `expected` says.
    package func map<Other>(_ expected: String? = nil, _ transform: @escaping (Value) -> Other?) -> YAMLShape<Other> {
        let expected = expected ?? self.expected
        return YAMLShape<Other>(expected) { value in
            guard let before = read(value) else { return nil }
            guard let after = transform(before) else {
                value.mismatch(expected)
                return nil
            }
            return after
        }
    }
}

extension YAMLShape {
    /// The value with its place, for what can only be checked once more is known.
    package static func placed<Inner>(_ shape: YAMLShape<Inner>) -> YAMLShape where Value == YAMLPlaced<Inner> {
        YAMLShape(shape.expected) { value in
            shape.read(value).map { YAMLPlaced($0, at: value.place) }
        }
    }
}
