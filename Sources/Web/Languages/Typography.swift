/// Spaces and apostrophes as printers put them.
enum Typography {
    /// No-break space before `:` and inside « », narrow no-break space before `; ! ?`, curved apostrophe.
    static func french(_ text: String) -> String {
        guard needsFrench(text) else { return text }
        var result = ""
        result.reserveCapacity(text.utf8.count + 8)
        var previous: Unicode.Scalar = " "
        var heldSpace = false
        for scalar in text.unicodeScalars {
            if heldSpace {
                switch scalar {
                case ";", "!", "?": result += "\u{202F}"
                case ":", "»": result += "\u{A0}"
                default: result += previous == "«" ? "\u{A0}" : " "
                }
                heldSpace = false
                previous = " "
            }
            switch scalar {
            case " ": heldSpace = true
            case "'":
                result += "’"
                previous = scalar
            default:
                result.unicodeScalars.append(scalar)
                previous = scalar
            }
        }
        if heldSpace { result += " " }
        return result
    }

    static func english(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "'")) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "'" { result += "’" } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    /// Most texts need nothing: one pass over the bytes says so without an allocation.
    private static func needsFrench(_ text: String) -> Bool {
        var space = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "'"), 0xC2: return true
            case UInt8(ascii: ";"), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ":"): if space { return true }
            default: break
            }
            space = byte == UInt8(ascii: " ")
        }
        return false
    }
}
