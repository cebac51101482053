/// An entity tag (RFC 9110 §8.8.3).
///
/// A compressed answer is another representation and needs another strong tag: the server appends `-gzip` to the opaque
/// part when it compresses. That suffix is left out of comparisons, so a tag got with gzip is good for `If-Match` too.
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    package let opaque: String
    package let isWeak: Bool

    private static let compressedSuffix = "-gzip"

    package static func strong(_ opaque: String) -> EntityTag { EntityTag(opaque: clean(opaque), isWeak: false) }
    package static func weak(_ opaque: String) -> EntityTag { EntityTag(opaque: clean(opaque), isWeak: true) }

    private init(opaque: String, isWeak: Bool) {
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// Parses `"abc"` or `W/"abc"`.
    package init?(_ text: some StringProtocol) {
        let isWeak = text.hasPrefix("W/")
        let quoted = text.dropFirst(isWeak ? 2 : 0)
        guard quoted.utf8.count >= 2, quoted.hasPrefix("\""), quoted.hasSuffix("\"") else { return nil }
        let opaque = quoted.dropFirst().dropLast()
        guard !opaque.contains("\"") else { return nil }
        self.init(opaque: String(opaque), isWeak: isWeak)
    }

    package var description: String { (isWeak ? "W/\"" : "\"") + opaque + "\"" }

    /// The tag of the same content compressed.
    var compressed: EntityTag { EntityTag(opaque: opaque + EntityTag.compressedSuffix, isWeak: isWeak) }

    /// RFC 9110 §8.8.3.2: weak comparison for caches, strong for `If-Match` and `If-Range`.
    package func matches(_ other: EntityTag, strongly: Bool) -> Bool {
        (!strongly || !isWeak && !other.isWeak) && base == other.base
    }

    /// Whether the fields of an `If-Match` or `If-None-Match` name what is there: `*` names anything, but not nothing.
    static func isNamed(_ tag: EntityTag?, in fields: [String], strongly: Bool) -> Bool {
        guard let tag else { return false }
        return fields.contains { field in
            list(field).map { tags in tags.contains { tag.matches($0, strongly: strongly) } } ?? true
        }
    }

    private var base: Substring {
        opaque.hasSuffix(EntityTag.compressedSuffix) ? opaque.dropLast(EntityTag.compressedSuffix.count) : opaque[...]
    }

    /// The tags of one field; nil for `*`. What is not a tag is left out.
    private static func list(_ field: String) -> [EntityTag]? {
        let text = field.drop { $0 == " " }
        if text.first == "*" { return nil }
        var tags: [EntityTag] = []
        var rest = text
        while let open = rest.firstIndex(of: "\"") {
            let isWeak = rest[..<open].hasSuffix("W/")
            let after = rest.index(after: open)
            guard let close = rest[after...].firstIndex(of: "\"") else { break }
            tags.append(EntityTag(opaque: String(rest[after..<close]), isWeak: isWeak))
            rest = rest[rest.index(after: close)...]
        }
        return tags
    }

    private static func clean(_ opaque: String) -> String {
        let isAllowed: (UInt8) -> Bool = { $0 > 0x20 && $0 != 0x22 && $0 != 0x7f }
        return opaque.utf8.allSatisfy(isAllowed)
            ? opaque : String(decoding: opaque.utf8.filter(isAllowed), as: UTF8.self)
    }
}
