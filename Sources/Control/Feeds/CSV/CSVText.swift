/// What a file of a spreadsheet turns out to be: encoding, separator, rows. Pure.
package struct CSVText: Sendable {
    package enum Encoding: String, Sendable {
        case utf8 = "utf-8"
        case utf16 = "utf-16"
        case windows1252 = "windows-1252"
        case macRoman = "macintosh"
    }

    /// One line of the file that holds something; lines count from 1, breaks inside quotes included.
    package struct Row: Sendable, Equatable {
        package let line: Int
        package let fields: [String]
    }

    package enum Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        case empty
        case tooLarge(String)
        /// A quote that is never closed, or a NUL.
        case malformed(line: Int, reason: String)

        package var description: String {
            switch self {
            case .empty: "the file holds no line with names of columns"
            case .tooLarge(let what): what
            case .malformed(let line, let reason): "line \(line): \(reason)"
            }
        }
    }

    package static let mostBytes = 32 << 20
    private static let mostRows = 200_000
    private static let mostFields = 200
    private static let longestField = 10_000

    package let encoding: Encoding
    /// `;`, `,` or a tab.
    package let separator: Character
    package let header: [String]
    package private(set) var rows: [Row]

    package init(_ bytes: [UInt8]) throws(Refusal) {
        guard bytes.count <= CSVText.mostBytes else { throw .tooLarge("more than \(CSVText.mostBytes >> 20) MB") }
        let (text, encoding) = CSVText.decode(bytes)
        self.encoding = encoding
        let scalars = Array(text.unicodeScalars)
        let separator = CSVText.separator(of: scalars)
        self.separator = Character(separator)
        var all = try CSVText.split(scalars, separator)
        guard let first = all.first else { throw .empty }
        header = first.fields.map { $0.trimmedOfSpaces }
        all.removeFirst()
        rows = all
    }

    func with(rows: [Row]) -> CSVText {
        var copy = self
        copy.rows = rows
        return copy
    }

    // MARK: Encoding

    private static func decode(_ bytes: [UInt8]) -> (String, Encoding) {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
            return (String(decoding: bytes.dropFirst(3), as: UTF8.self), .utf8)
        }
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
            let isLittle = bytes[0] == 0xff
            var units: [UInt16] = []
            for index in stride(from: 2, to: bytes.count - 1, by: 2) {
                let (one, two) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
                units.append(isLittle ? two << 8 | one : one << 8 | two)
            }
            return (String(decoding: units, as: UTF16.self), .utf16)
        }
        if let text = String(validating: bytes, as: UTF8.self) { return (text, .utf8) }
        // In Mac Roman the accents of French lie where Windows-1252 has rare signs, and the other way round.
        let mac: Set<UInt8> = [0x88, 0x89, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x94, 0x95, 0x99, 0x9d, 0x9e]
        let windows: Set<UInt8> = [0xe0, 0xe2, 0xe7, 0xe8, 0xe9, 0xea, 0xeb, 0xee, 0xef, 0xf4, 0xf9, 0xfb]
        let isMac = bytes.count { mac.contains($0) } > bytes.count { windows.contains($0) }
        let table = isMac ? macRoman : windows1252
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(byte < 0x80 ? Unicode.Scalar(byte) : table[Int(byte) - 0x80]) }
        return (String(text), isMac ? .macRoman : .windows1252)
    }

    private static let macRoman = Array(
        "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{a0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\u{f8ff}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ"
            .unicodeScalars)
    private static let windows1252 =
        Array(
            "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ".unicodeScalars)
        + (0xa0...0xff).map { Unicode.Scalar(UInt8($0)) }

    // MARK: Lines and fields

    /// The one that is most frequent in the first line, outside quotes.
    private static func separator(of text: [Unicode.Scalar]) -> Unicode.Scalar {
        var counts: [Unicode.Scalar: Int] = [:]
        var isQuoted = false
        for scalar in text {
            if scalar == "\"" { isQuoted.toggle() }
            guard !isQuoted else { continue }
            if scalar == "\n" || scalar == "\r" { break }
            if scalar == ";" || scalar == "," || scalar == "\t" { counts[scalar, default: 0] += 1 }
        }
        // Of two that are as frequent, the one that spreadsheets in French write.
        return counts.max { ($0.value, $0.key == ";" ? 1 : 0) < ($1.value, $1.key == ";" ? 1 : 0) }?.key ?? ";"
    }

    private static func split(_ text: [Unicode.Scalar], _ separator: Unicode.Scalar) throws(Refusal) -> [Row] {
        var rows: [Row] = []
        var fields: [String] = []
        var field = String.UnicodeScalarView()
        var length = 0
        var isQuoted = false
        var line = 1
        var firstLine = 1
        var index = 0
        func fail(_ reason: String) -> Refusal { .malformed(line: line, reason: reason) }
        func endField() throws(Refusal) {
            guard fields.count < mostFields else { throw .tooLarge("line \(line): more than \(mostFields) columns") }
            fields.append(String(field))
            field = String.UnicodeScalarView()
            length = 0
        }
        func endRow() throws(Refusal) {
            try endField()
            if fields.contains(where: { !$0.trimmedOfSpaces.isEmpty }) {
                guard rows.count <= mostRows else { throw .tooLarge("more than \(mostRows) lines") }
                rows.append(Row(line: firstLine, fields: fields))
            }
            fields = []
        }
        while index < text.count {
            let scalar = text[index]
            index += 1
            if scalar.value == 0 { throw fail("a NUL character") }
            if isQuoted {
                if scalar == "\"" {
                    if index < text.count, text[index] == "\"" {
                        field.append(scalar)
                        index += 1
                    } else {
                        isQuoted = false
                    }
                    continue
                }
                if scalar == "\n" { line += 1 }
                field.append(scalar)
            } else if scalar == "\"", length == 0 {
                isQuoted = true
            } else if scalar == separator {
                try endField()
                continue
            } else if scalar == "\n" || scalar == "\r" {
                if scalar == "\r", index < text.count, text[index] == "\n" { index += 1 }
                try endRow()
                line += 1
                firstLine = line
                continue
            } else {
                field.append(scalar)
            }
            length += 1
            guard length <= longestField else {
                throw .tooLarge("line \(line): a field of more than \(longestField) characters")
            }
        }
        if isQuoted { throw .malformed(line: firstLine, reason: "a quote that is never closed") }
        if length > 0 || !fields.isEmpty { try endRow() }
        return rows
    }
}
