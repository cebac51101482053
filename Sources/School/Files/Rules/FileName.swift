internal import Web

/// Names of files: what a sender calls a file is shown and sent back, never used as a path.
enum FileName {
    /// In UTF-8; file systems stop at 255, and people add `(1)` to names.
    static let longest = 150

    /// The last part of a path, without control characters, signs that file systems refuse, marks that turn the reading
    /// direction (`exe.gpj` shown as `jpg.exe`), and dots or spaces at its ends; shortened before its extension.
    static func cleaned(_ name: String) -> String {
        let last = name.unicodeScalars.split { $0 == "/" || $0 == "\\" }.last ?? []
        var scalars = String.UnicodeScalarView()
        for scalar in last {
            if isUnfit(scalar) { continue }
            scalars.append("<>:\"|?*".unicodeScalars.contains(scalar) ? "_" : scalar)
        }
        var text = String(scalars)
        while let first = text.unicodeScalars.first, first == "." || first.properties.isWhitespace {
            text.unicodeScalars.removeFirst()
        }
        while let last = text.unicodeScalars.last, last == "." || last.properties.isWhitespace {
            text.unicodeScalars.removeLast()
        }
        return text.isEmpty ? "file" : shortened(text)
    }

    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    private static func shortened(_ name: String) -> String {
        guard name.utf8.count > longest else { return name }
        let dot = name.lastIndex(of: ".")
        let ending = dot.map { name[$0...] }.flatMap { $0.utf8.count <= 12 ? $0 : nil } ?? ""
        var stem = name.dropLast(ending.count)
        while stem.utf8.count + ending.utf8.count > longest { stem.removeLast() }
        return String(stem) + ending
    }

    /// The value of `Content-Disposition` (RFC 6266): the name in ASCII for old readers, and whole (RFC 8187).
    static func disposition(_ name: String, inline: Bool) -> String {
        let ascii = String(
            decoding: name.unicodeScalars.map { scalar -> UInt8 in
                scalar.isASCII && scalar.value >= 0x20 && scalar.value != 0x7f
                    && !"\"\\%".unicodeScalars.contains(scalar)
                    ? UInt8(scalar.value) : UInt8(ascii: "_")
            }, as: UTF8.self)
        let kind = inline ? "inline" : "attachment"
        return "\(kind); filename=\"\(ascii)\"; filename*=UTF-8''\(name.percentEncoded())"
    }
}
