/// Writes a table that every spreadsheet opens as it is meant, and none runs: UTF-8 with its mark, semicolons, RFC 4180 quotes,
/// and an apostrophe before what could be a formula.
package struct CSVWriter: Sendable {
    package private(set) var bytes: [UInt8] = [0xef, 0xbb, 0xbf]

    package init() {}

    package mutating func row(_ fields: [String]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ";")) }
            var text = field
            if let first = text.first, CSVWriter.isFormula(first) { text = "'" + text }
            if text.unicodeScalars.contains(where: { $0 == ";" || $0 == "\"" || $0 == "\n" || $0 == "\r" || $0 == "\t" }
            ) {
                bytes.append(UInt8(ascii: "\""))
                for byte in text.utf8 {
                    if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                    bytes.append(byte)
                }
                bytes.append(UInt8(ascii: "\""))
            } else {
                bytes.append(contentsOf: text.utf8)
            }
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }

    /// What makes a spreadsheet take a cell for a formula.
    package static func isFormula(_ first: Character) -> Bool {
        guard let scalar = first.unicodeScalars.first else { return false }
        return ["=", "+", "-", "@", "\t", "\r", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}"].contains(scalar)
    }
}
