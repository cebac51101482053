/// Rows on their way into a staging table, in COPY's text format.
struct StageBlock: Sendable {
    enum Table: Int, CaseIterable, Sendable {
        case person, link, structure, subject, place
    }

    let table: Table
    let bytes: [UInt8]
}

/// A row of COPY's text format being written.
struct CopyRow {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    var count: Int { bytes.count }

    /// What was written so far, to be sent; starts anew.
    mutating func takeAll() -> [UInt8] {
        let all = bytes
        bytes = []
        bytes.reserveCapacity(all.count + 4096)
        return all
    }

    mutating func add(_ text: String) {
        separate()
        var text = text
        text.withUTF8 { utf8 in
            // Nearly nothing needs escaping.
            var start = 0
            for index in utf8.indices {
                let escaped: UInt8
                switch utf8[index] {
                case UInt8(ascii: "\\"): escaped = UInt8(ascii: "\\")
                case UInt8(ascii: "\t"): escaped = UInt8(ascii: "t")
                case UInt8(ascii: "\n"): escaped = UInt8(ascii: "n")
                case UInt8(ascii: "\r"): escaped = UInt8(ascii: "r")
                // There is no way to keep it.
                case 0: escaped = UInt8(ascii: " ")
                default: continue
                }
                bytes.append(contentsOf: utf8[start..<index])
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(escaped)
                start = index + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
    }

    mutating func add(_ number: Int) {
        separate()
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func addNull() {
        separate()
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "N"))
    }

    mutating func add(_ text: String?) {
        if let text { add(text) } else { addNull() }
    }

    mutating func end() {
        bytes.append(UInt8(ascii: "\n"))
        isFirst = true
    }

    private mutating func separate() {
        if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: "\t")) }
    }
}
