package import Tenancy

/// A year of the French curriculum, from 6e to the classes after the baccalauréat.
package enum Level: String, Sendable, CaseIterable {
    case sixieme = "6e"
    case cinquieme = "5e"
    case quatrieme = "4e"
    case troisieme = "3e"
    case seconde = "2de"
    case premiere = "1re"
    case terminale = "Tle"
    case firstYearOfCAP = "CAP1"
    case secondYearOfCAP = "CAP2"
    case firstYearOfBTS = "BTS1"
    case secondYearOfBTS = "BTS2"
    case firstYearOfCPGE = "CPGE1"
    case secondYearOfCPGE = "CPGE2"
}

/// The shard an establishment is to live on.
package enum ShardChoice: Sendable, Hashable {
    /// On the least loaded of those that take new establishments.
    case placeIt
    case shard(ShardID)
}

/// A host name without a port, in lower case (RFC 1123).
package struct HostName: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: String

    package init?(rawValue: String) {
        let labels = rawValue.split(separator: ".", omittingEmptySubsequences: false)
        guard rawValue.utf8.count <= 253, labels.allSatisfy(HostName.isLabel) else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    /// Whether it can be an establishment's own: a name below a domain, and no address in figures.
    var isBelowDomain: Bool {
        let labels = rawValue.split(separator: ".")
        return labels.count >= 2 && labels.last?.utf8.contains { !(48...57).contains($0) } == true
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }
}

/// A short name that a rule keeps for life: `parents-le-soir`.
package struct Slug: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: String

    package init?(rawValue: String) {
        guard (1...60).contains(rawValue.utf8.count), rawValue.first != "-", rawValue.last != "-",
            rawValue.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 })
        else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }
}

/// A sentence for people, in the languages of the interface. French is always there.
package struct Sentence: Sendable, Hashable {
    package let french: String
    package let english: String?
}
