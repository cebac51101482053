/// How much of a document is read before it is refused: it comes from outside.
package struct XMLLimits: Sendable {
    /// Elements inside one another.
    package var depth: Int
    /// Bytes of one element's or attribute's name.
    package var name: Int
    /// Bytes of text between two tags.
    package var text: Int
    /// Bytes of the whole document.
    package var bytes: Int

    package init(depth: Int = 32, name: Int = 256, text: Int = 64 << 10, bytes: Int = 8 << 30) {
        self.depth = depth
        self.name = name
        self.text = text
        self.bytes = bytes
    }
}
