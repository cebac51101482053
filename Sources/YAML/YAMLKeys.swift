/// The keys of one group, asked for one by one.
package final class YAMLKeys {
    /// The group itself, to report what is wrong with it as a whole.
    package let value: YAMLValue
    private let entries: [String: YAMLNode.Entry]
    private let order: [YAMLNode.Entry]
    private var asked: [String] = []

    init(_ entries: [YAMLNode.Entry], of value: YAMLValue) {
        self.value = value
        order = entries
        self.entries = Dictionary(entries.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A key that must be there. Nil when it is missing or wrong, which is then already reported.
    package func required<Value>(_ name: String, _ shape: YAMLShape<Value>) -> Value? {
        asked.append(name)
        guard let entry = entries[name] else {
            value.reject("the key “\(name)” is missing: expected \(shape.expected)")
            return nil
        }
        return shape.read(value.entry(entry))
    }

    /// A key that may be there. Nil when it is absent, has nothing behind it, or is wrong (then reported).
    package func optional<Value>(_ name: String, _ shape: YAMLShape<Value>) -> Value? {
        asked.append(name)
        guard let entry = entries[name], !entry.value.isNull else { return nil }
        return shape.read(value.entry(entry))
    }

    /// A key that may be there, `fallback` when it is not.
    package func optional<Value>(
        _ name: String, _ shape: YAMLShape<Value>, default fallback: @autoclosure () -> Value
    ) -> Value {
        optional(name, shape) ?? fallback()
    }

    /// Whether the key is written, whatever stands behind it.
    package func contains(_ name: String) -> Bool { entries[name] != nil }

    /// Reports a problem with one key's value.
    package func reject(_ name: String, _ message: String) {
        if let entry = entries[name] { value.entry(entry).reject(message) } else { value.reject(message) }
    }

    /// Where the key's value stands; the group's place when it is absent.
    package func place(of name: String) -> YAMLPlace { entries[name]?.value.place ?? value.place }

    func reportUnknown() {
        for entry in order where !asked.contains(entry.key) {
            let unused = asked.filter { entries[$0] == nil }
            let hint =
                Spelling.nearest(to: entry.key, among: unused).map { "did you mean “\($0)”?" }
                ?? "expected \(asked.isEmpty ? "none" : asked.joined(separator: ", "))"
            let name = "unknown key “\(YAMLNode.shortened(entry.key))”: \(hint)"
            value.reading.add(YAMLProblem(entry.keyPlace, value.path.isEmpty ? name : "\(value.path): \(name)"))
        }
    }
}
