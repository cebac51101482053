internal import Runtime

extension Schema {
    /// What is wrong in a value, and where (RFC 6901 JSON Pointer).
    package struct Violation: Sendable, Hashable {
        package let pointer: String
        package let reason: Phrase
    }

    /// Everything in `value` that is not as declared, at most 20 of them; none when it fits.
    package func violations(in value: JSON) -> [Violation] {
        var found: [Violation] = []
        check(value, at: "", into: &found)
        return found
    }

    private func check(_ value: JSON, at pointer: String, into found: inout [Violation]) {
        guard found.count < 20 else { return }
        func refuse(_ reason: Phrase) { found.append(Violation(pointer: pointer, reason: reason)) }
        switch kind {
        case .any: return
        case .null: if !value.isNull { refuse(.expectedNull) }
        case .boolean: if value.bool == nil { refuse(.expectedBoolean) }
        case .integer(let range):
            guard let number = value.integer else { return refuse(.expectedInteger) }
            if !range.contains(number) { refuse(.outOfRange(range)) }
        case .number(let range):
            let number: Double
            switch value {
            case .integer(let whole): number = Double(whole)
            case .number(let double): number = double
            default: return refuse(.expectedNumber)
            }
            if !range.contains(number) { refuse(.numberOutOfRange) }
        case .text(let lengths, let format):
            guard let text = value.text else { return refuse(.expectedText) }
            if let reason = Schema.refusal(of: text, lengths: lengths, format: format) { refuse(reason) }
        case .enumeration(let values):
            guard let text = value.text, values.contains(text) else { return refuse(.expectedOneOf(values)) }
        case .array(let element, let counts):
            guard let elements = value.elements else { return refuse(.expectedArray) }
            if !counts.contains(elements.count) { refuse(.wrongCount(counts)) }
            for (index, item) in elements.enumerated() { element.check(item, at: "\(pointer)/\(index)", into: &found) }
        case .object(let properties, let open):
            guard let members = value.members else { return refuse(.expectedObject) }
            for property in properties where property.isRequired && value[property.name] == nil {
                found.append(Violation(pointer: pointer + "/" + property.name.pointerToken, reason: .missing))
            }
            for member in members {
                let place = pointer + "/" + member.name.pointerToken
                if let property = properties.first(where: { $0.name == member.name }) {
                    property.schema.check(member.value, at: place, into: &found)
                } else if !open {
                    found.append(Violation(pointer: place, reason: .unknownMember))
                }
            }
        case .map(let schema):
            guard let members = value.members else { return refuse(.expectedObject) }
            for member in members {
                schema.check(member.value, at: pointer + "/" + member.name.pointerToken, into: &found)
            }
        case .nullable(let schema): if !value.isNull { schema.check(value, at: pointer, into: &found) }
        case .oneOf(let schemas):
            if !schemas.contains(where: { $0.violations(in: value).isEmpty }) { refuse(.noneFits) }
        case .named(_, let schema): schema().check(value, at: pointer, into: &found)
        }
    }

    /// Why a text does not fit; nil when it does.
    static func refusal(of text: String, lengths: ClosedRange<Int>, format: Format) -> Phrase? {
        // There are no more characters than bytes, and one at least where there are bytes: what is within the limits anyway, as
        // nearly everything is, is not counted.
        if text.utf8.count > lengths.upperBound || text.isEmpty || lengths.lowerBound > 1 {
            let length = text.unicodeScalars.count
            if length < lengths.lowerBound { return lengths.lowerBound == 1 ? .blank : .tooShort(lengths.lowerBound) }
            if length > lengths.upperBound { return .tooLong(lengths.upperBound) }
        }
        return format.accepts(text) ? nil : .badFormat(format)
    }
}

extension Schema.Format {
    package func accepts(_ text: String) -> Bool {
        let bytes = text.utf8
        switch self {
        case .plain: return !bytes.contains(0)
        case .uuid: return UUID(text) != nil
        case .date: return CivilDate(text) != nil
        case .dateTime: return Instants.microseconds(rfc3339: text) != nil
        case .timeOfDay: return Schema.minutes(ofTime: text) != nil
        case .uri:
            return (text.hasPrefix("https://") || text.hasPrefix("http://"))
                && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        case .email:
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".")
                && bytes.allSatisfy { $0 > 0x20 && $0 != 0x7f }
        case .uai:
            return bytes.count == 8 && bytes.dropLast().allSatisfy(\.isDigit)
                && (bytes.last.map(\.isUppercase) ?? false)
        case .languageTag: return Language(rawValue: text) != nil
        case .slug:
            return !bytes.isEmpty && bytes.allSatisfy { $0.isDigit || $0.isLowercase || $0 == UInt8(ascii: "-") }
        case .byte:
            return bytes.allSatisfy {
                $0.isDigit || $0.isLowercase || $0.isUppercase || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
        }
    }
}

extension Schema {
    /// Minutes since midnight of `HH:MM`; nil for anything else. `24:00` is not a time of day.
    package static func minutes(ofTime text: some StringProtocol) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), bytes[0].isDigit, bytes[1].isDigit, bytes[3].isDigit,
            bytes[4].isDigit
        else { return nil }
        let hour = Int(bytes[0] - 48) * 10 + Int(bytes[1] - 48)
        let minute = Int(bytes[3] - 48) * 10 + Int(bytes[4] - 48)
        return hour < 24 && minute < 60 ? hour * 60 + minute : nil
    }
}

extension String {
    /// RFC 6901: `~` and `/` escaped.
    var pointerToken: String {
        guard utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return self }
        return reduce(into: "") { $0 += $1 == "~" ? "~0" : $1 == "/" ? "~1" : String($1) }
    }
}

extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isLowercase: Bool { self >= 0x61 && self <= 0x7a }
    var isUppercase: Bool { self >= 0x41 && self <= 0x5a }
}
