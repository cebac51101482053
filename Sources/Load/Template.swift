internal import Cryptography
internal import Web

/// A text with places in it, `/timetable/{uai}`, filled from what is known of a person and of their visit. A brace of its own is
/// written twice, `{{"login":"{login}"}`; one that closes stands for itself.
package struct Template: Sendable {
    /// How a value is written where it goes.
    package enum Writing: Sendable {
        case plain
        /// In an address or in a form.
        case address
        /// As a page shows it.
        case page
        /// Inside a string of JSON, in ASCII.
        case json
    }

    private enum Part: Sendable {
        case text(String)
        case place(String)
    }

    private let parts: [Part]
    package let names: [String]

    /// Nil for a brace that is not closed or has no name in it.
    package init?(_ source: String) {
        var parts: [Part] = []
        var rest = Substring(source)
        while let open = rest.firstIndex(of: "{") {
            let next = rest.index(after: open)
            if rest[next...].first == "{" {
                parts.append(.text(String(rest[..<next])))
                rest = rest[rest.index(after: next)...]
                continue
            }
            guard let end = rest[open...].firstIndex(of: "}") else { return nil }
            let name = rest[next..<end]
            guard !name.isEmpty, name.allSatisfy({ $0.isLowercase || $0 == "_" }) else { return nil }
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            parts.append(.place(String(name)))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
        names = parts.compactMap { if case .place(let name) = $0 { name } else { nil } }
    }

    /// - Parameter value: of a place; one that has none is left empty.
    package func filled(_ writing: Writing, _ value: (String) -> String?) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .place(let name):
                let value = value(name) ?? ""
                switch writing {
                case .plain: text += value
                case .address: text += value.percentEncoded()
                case .page: text += String(decoding: HTML(text: value).bytes, as: UTF8.self)
                case .json: text += value.insideJSON
                }
            }
        }
        return text
    }
}

extension String {
    /// As it stands between the quotes of a string of JSON whose author writes ASCII alone.
    fileprivate var insideJSON: String {
        var text = ""
        for unit in utf16 {
            switch unit {
            case 0x22, 0x5c: text += "\\" + String(decoding: [unit], as: UTF16.self)
            case 0x08: text += "\\b"
            case 0x09: text += "\\t"
            case 0x0a: text += "\\n"
            case 0x0c: text += "\\f"
            case 0x0d: text += "\\r"
            case 0x20..<0x7f: text += String(decoding: [unit], as: UTF16.self)
            default:
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }
}
