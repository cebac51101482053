internal import Web

/// What a list is asked for (RFC 7644 §3.4.2), in a query or a search request.
struct SCIMQuery: Sendable {
    static let largestPage = 200
    static let usualPage = 100

    var filter: String?
    var sortBy: String?
    var isDescending = false
    /// From 1.
    var start = 1
    var count = SCIMQuery.usualPage
    var attributes: [String] = []
    var excluded: [String] = []

    /// Where pages are counted from.
    var offset: Int { start - 1 }

    init() {}

    init(_ values: QueryValues) {
        filter = values.text("filter")
        sortBy = values.text("sortBy")
        isDescending = values.text("sortOrder")?.lowercased() == "descending"
        start = max(1, values.integer("startIndex") ?? 1)
        count = min(SCIMQuery.largestPage, max(0, values.integer("count") ?? SCIMQuery.usualPage))
        attributes = SCIMQuery.names(values.text("attributes"))
        excluded = SCIMQuery.names(values.text("excludedAttributes"))
    }

    /// - Throws: `.invalidSyntax` for a member of another type.
    init(search message: JSON) throws(SCIMError) {
        let number = { (name: String) throws(SCIMError) -> Int? in
            switch message.member(name) {
            case nil, .null?: return nil
            case .integer(let value)?: return value
            default: throw .invalidSyntax
            }
        }
        let list = { (name: String) throws(SCIMError) -> [String] in
            switch message.member(name) {
            case nil, .null?: return []
            case .string(let text)?: return SCIMQuery.names(text)
            case .array(let elements)?:
                let names = elements.compactMap(\.text)
                guard names.count == elements.count else { throw .invalidSyntax }
                return names
            default: throw .invalidSyntax
            }
        }
        filter = message.member("filter")?.text
        sortBy = message.member("sortBy")?.text
        isDescending = message.member("sortOrder")?.text?.lowercased() == "descending"
        start = max(1, try number("startIndex") ?? 1)
        count = min(SCIMQuery.largestPage, max(0, try number("count") ?? SCIMQuery.usualPage))
        attributes = try list("attributes")
        excluded = try list("excludedAttributes")
    }

    private static func names(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { name in
            String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    static let parameters: [Parameter] =
        [
            .text("filter", "RFC 7644 §3.4.2.2.", maxLength: SCIMFilterParser.longest),
            .text("sortBy", "An attribute's name.", maxLength: 200),
            .text("sortOrder", "ascending or descending.", maxLength: 20),
            .integer("startIndex", -1_000_000...1_000_000, "From 1."),
            .integer("count", -1_000_000...1_000_000, "At most so many; 100 when absent, 200 at most."),
        ] + projection
    static let projection: [Parameter] = [
        .text("attributes", "Only these, with a comma between.", maxLength: 2000),
        .text("excludedAttributes", "Not these.", maxLength: 2000),
    ]

    /// - Throws: `.invalidValue`.
    func projection(of type: SCIMResourceType) throws(SCIMError) -> SCIMProjection {
        try SCIMProjection(attributes: attributes, excluded: excluded, of: type)
    }

    /// Sorts resources by an attribute; those without it come last (RFC 7644 §3.4.2.3).
    func sort(_ resources: [JSON], of type: SCIMResourceType) throws(SCIMError) -> [JSON] {
        guard let sortBy else { return resources }
        let path = try SCIMFilterParser.path(sortBy, of: type)
        guard path.filter == nil, let name = path.attribute else { throw .invalidPath }
        let key = { (resource: JSON) -> String? in
            var value = (path.isOfAddition ? resource[type.addition] : resource)?[name]
            if let elements = value?.elements {
                value = elements.first { $0["primary"] == .bool(true) } ?? elements.first
            }
            if value?.members != nil { value = value?[path.part ?? "value"] }
            return value?.text?.lowercased() ?? value?.bool.map { $0 ? "1" : "0" }
        }
        let keyed = resources.map { (key($0), $0) }
        let known = keyed.compactMap { pair in pair.0.map { ($0, pair.1) } }
            .sorted { isDescending ? $0.0 > $1.0 : $0.0 < $1.0 }.map(\.1)
        let rest = keyed.filter { $0.0 == nil }.map(\.1)
        return isDescending ? rest + known : known + rest
    }
}
