internal import Runtime
internal import Tenancy
internal import Web

extension SCIMFilter {
    /// Where an index can begin to look for people; nil when the filter has nothing that one knows.
    func userAnchors(_ establishment: (String) -> EstablishmentID?) -> [SCIMUserStore.Anchor]? {
        switch self {
        case .compare(let path, let operation, .text(let text)):
            return SCIMFilter.anchor(path, operation, text, establishment).map { [$0] }
        case .some(let path, let inner):
            guard path.isOfAddition, path.attribute == "profiles", let uai = inner.required("uai") else { return nil }
            return [establishment(uai).map { .establishment($0) } ?? .nobody]
        case .and(let left, let right):
            let (first, second) = (left.userAnchors(establishment), right.userAnchors(establishment))
            guard let first, let second else { return first ?? second }
            return SCIMFilter.cost(first) <= SCIMFilter.cost(second) ? first : second
        case .or(let left, let right):
            guard let first = left.userAnchors(establishment), let second = right.userAnchors(establishment) else {
                return nil
            }
            return first + second
        case .compare, .present, .not: return nil
        }
    }

    private static func anchor(
        _ path: SCIMPath, _ operation: Operator, _ text: String, _ establishment: (String) -> EstablishmentID?
    ) -> SCIMUserStore.Anchor? {
        switch (path.isOfAddition, path.attribute, path.part, operation) {
        case (false, "id", nil, .equal): return UUID(text).map { .id($0) } ?? .nobody
        case (false, "userName", nil, .equal): return .login(text.lowercased())
        case (false, "userName", nil, .startsWith) where !text.isEmpty: return .loginPrefix(text.lowercased())
        case (false, "externalId", nil, .equal): return .externalID(text)
        case (false, "name", "familyName", .equal), (false, "name", "familyName", .startsWith):
            let folded = NameFolding.fold(text)
            return folded.isEmpty ? nil : .familyPrefix(folded)
        case (false, "name", "givenName", .equal), (false, "name", "givenName", .startsWith):
            let folded = NameFolding.fold(text)
            return folded.isEmpty ? nil : .givenPrefix(folded)
        case (true, "profiles", "uai", .equal): return establishment(text).map { .establishment($0) } ?? .nobody
        default: return nil
        }
    }

    private static func cost(_ anchors: [SCIMUserStore.Anchor]) -> Int {
        anchors.reduce(0) { sum, anchor in
            switch anchor {
            case .id, .login, .externalID, .nobody: sum + 1
            case .loginPrefix, .familyPrefix, .givenPrefix: sum + 1000
            case .establishment: sum + 5000
            case .anybody: sum + 100_000
            }
        }
    }

    /// The text that every match has in an attribute, or in that part of one.
    func required(_ name: String, part: String? = nil, ofAddition: Bool = false) -> String? {
        switch self {
        case .compare(let path, .equal, .text(let text))
        where path.attribute == name && path.part == part && path.isOfAddition == ofAddition:
            return text
        case .and(let left, let right):
            return left.required(name, part: part, ofAddition: ofAddition)
                ?? right.required(name, part: part, ofAddition: ofAddition)
        case .some(let path, let inner) where path.attribute == name && path.isOfAddition == ofAddition:
            return part.flatMap { inner.required($0) }
        default: return nil
        }
    }

    /// Whether it speaks of what only the shards know of a person, which no index of the directory has.
    var needsShards: Bool {
        paths.contains { path in
            ["emails", "groups", "classes"].contains(path.attribute ?? "")
                || ["version", "location"].contains(path.part ?? "")
        }
    }
}
