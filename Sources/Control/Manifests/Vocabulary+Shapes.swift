internal import Runtime
internal import Tenancy
internal import YAML

extension YAMLShape where Value: RawRepresentable, Value.RawValue == String {
    static func named(_ expected: String) -> YAMLShape { scalar(expected) { Value(rawValue: $0) } }
}

extension YAMLShape where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the raw values.
    static var word: YAMLShape { oneOf(Value.allCases.map { (key: $0.rawValue, value: $0) }) }
}

extension YAMLShape where Value == CivilDate {
    static var date: YAMLShape { scalar("a date such as 2026-09-01") { CivilDate($0) } }
}

extension YAMLShape where Value == SchoolTimeZone {
    static var timeZone: YAMLShape {
        scalar("a time zone such as Europe/Paris or Indian/Reunion") { try? SchoolTimeZone.named($0) }
    }
}

extension YAMLShape where Value == TerritoryID {
    static var territoryID: YAMLShape { named("a territory such as seine-et-marne") }
}

extension YAMLShape where Value == HostName {
    static var host: YAMLShape { named("a host name in lower case, without a port, such as ent77.localhost") }
}

extension YAMLShape where Value == Slug {
    static var slug: YAMLShape { named("a short name in lower case such as parents-le-soir") }
}

extension YAMLShape where Value == String {
    /// INSEE codes are texts: `01` keeps its zero.
    static var inseeCode: YAMLShape {
        scalar("an INSEE code such as \"01\", 2A or 974") { text in
            let isCorsican = text == "2A" || text == "2B"
            let isNumber = (2...3).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
            return isCorsican || isNumber ? text : nil
        }
    }
}

extension YAMLShape where Value == ShardID {
    static var shard: YAMLShape {
        YAMLShape<Int>.integer(1...Int(Int16.max)).map("a shard's number") { ShardID(rawValue: Int16($0)) }
    }
}

extension YAMLShape where Value == ShardChoice {
    static var shardChoice: YAMLShape {
        scalar("a shard's number, or place-it") { text in
            if text == "place-it" { return .placeIt }
            return Int16(text).flatMap { $0 > 0 ? .shard(ShardID(rawValue: $0)) : nil }
        }
    }
}

extension YAMLShape where Value == UAI {
    static var uai: YAMLShape {
        YAMLShape("a UAI (7 digits and a letter)") { value in
            guard case .scalar(let text, _) = value.node.content, let uai = UAI(rawValue: text), uai.rawValue == text
            else {
                value.mismatch("a UAI (7 digits and a letter)")
                return nil
            }
            // Written by hand, so a wrong letter is a slip: files of the State are another matter.
            guard uai.hasValidLetter else {
                let right = Int(text.dropLast()).flatMap(UAI.init(number:))?.rawValue.last.map(String.init) ?? "another"
                value.reject("the letter of the UAI “\(text)” is wrong: its digits call for \(right)")
                return nil
            }
            return uai
        }
    }
}

extension YAMLShape where Value == Sentence {
    static func sentence(upTo limit: Int = 2000) -> YAMLShape {
        .either(
            scalar: YAMLShape<String>.text(upTo: limit).map("a text (French), or keys fr and en") {
                Sentence(french: Sentence.trimmed($0), english: nil)
            },
            structure: .keys("keys fr and en") { keys in
                let french = keys.required("fr", .text(upTo: limit))
                let english = keys.optional("en", .text(upTo: limit))
                guard let french else { return nil }
                return Sentence(french: Sentence.trimmed(french), english: english.map(Sentence.trimmed))
            })
    }
}

extension Sentence {
    /// A block of YAML ends with a line break that nobody means.
    fileprivate static func trimmed(_ text: String) -> String {
        var text = text[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        return String(text)
    }
}
