/// One YAML file read into a tree.
///
/// What YAML allows and this refuses, each with its own message: anchors and aliases (a small file that unfolds into a huge
/// one), tags, several documents in a file, keys that are not text, the same key twice, any encoding but UTF-8.
package struct YAMLDocument: Sendable {
    package let root: YAMLNode

    /// - Parameters:
    ///   - bytes: the file's content.
    ///   - file: how errors call it.
    /// - Throws: `YAMLError.syntax`.
    package init(parsing bytes: [UInt8], file: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) {
        guard bytes.count <= limits.bytes else {
            throw .syntax(
                YAMLProblem(
                    YAMLPlace(file: file, line: 1, column: 1),
                    "the file has \(bytes.count) bytes, more than the \(limits.bytes) that are read"))
        }
        root = try YAMLTreeBuilder.build(bytes, file: file, limits: limits)
    }

    /// Reads the whole file as `shape`.
    /// - Throws: `YAMLError.content` with every problem of the file, not just the first.
    package func decode<Value>(_ shape: YAMLShape<Value>) throws(YAMLError) -> Value {
        let reading = YAMLReading()
        let value = shape.read(YAMLValue(root, path: "", reading: reading))
        guard let value, reading.isClean else { throw .content(reading.sorted(orAt: root.place)) }
        return value
    }
}
