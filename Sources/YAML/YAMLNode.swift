/// A piece of a YAML file as written, before anything is known of what it should be.
///
/// Scalars stay text: whether `012` is a number, a department or a word is decided by the shape that is asked for, so that
/// no name, code or country turns into a number or a boolean behind its writer's back.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        /// `isPlain`: written without quotes and not as a block.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    package struct Entry: Sendable {
        package let key: String
        package let keyPlace: YAMLPlace
        package let value: YAMLNode
    }

    package let content: Content
    package let place: YAMLPlace

    /// Nothing written, `~` or `null`.
    package var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// What is there, for the second half of "expected …, found …".
    package var found: String {
        switch content {
        case .scalar where isNull: "nothing"
        case .scalar(let text, _): "“\(YAMLNode.shortened(text))”"
        case .sequence(let items): items.isEmpty ? "an empty list" : "a list"
        case .mapping(let entries): entries.isEmpty ? "no key" : "keys (“\(YAMLNode.shortened(entries[0].key))”…)"
        }
    }

    static func shortened(_ text: String) -> String {
        let line = text.prefix { $0 != "\n" && $0 != "\r\n" }.prefix(60)
        return line.endIndex == text.endIndex ? text : line + "…"
    }
}
