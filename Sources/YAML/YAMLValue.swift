/// A node being read: it knows its way from the root, and where to report what is wrong with it.
package struct YAMLValue {
    package let node: YAMLNode
    /// From the file's root: `calendar.holidays[2].from`; empty at the root.
    package let path: String
    let reading: YAMLReading

    init(_ node: YAMLNode, path: String, reading: YAMLReading) {
        self.node = node
        self.path = path
        self.reading = reading
    }

    package var place: YAMLPlace { node.place }

    /// Reports that something is wrong here; the caller then gives up this value with nil, and reading goes on elsewhere.
    package func reject(_ message: String) {
        reading.add(YAMLProblem(place, path.isEmpty ? message : "\(path): \(message)"))
    }

    /// Reports "expected …, found …".
    package func mismatch(_ expected: String) {
        reject("expected \(expected), found \(node.found)")
    }

    func item(_ node: YAMLNode, _ index: Int) -> YAMLValue {
        YAMLValue(node, path: "\(path)[\(index)]", reading: reading)
    }

    func entry(_ entry: YAMLNode.Entry) -> YAMLValue {
        YAMLValue(entry.value, path: path.isEmpty ? entry.key : "\(path).\(entry.key)", reading: reading)
    }
}
