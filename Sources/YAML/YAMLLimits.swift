/// How much of a file is read before it is refused: a file may come from outside.
package struct YAMLLimits: Sendable {
    /// Size of the file.
    package var bytes: Int
    /// Lists and keys inside one another.
    package var depth: Int
    /// Values in all, keys included.
    package var nodes: Int

    package init(bytes: Int = 4 << 20, depth: Int = 32, nodes: Int = 200_000) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
    }
}
