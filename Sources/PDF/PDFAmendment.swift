/// Adds to a finished file what cairo 1.16 cannot say: the language, that the title is to be shown, what figures show, and
/// which cells a header cell stands for. It does so as PDF provides for it, by an incremental update at the end of the file
/// (ISO 32000-1, 7.5.6): objects written anew, their places, and a trailer that names the earlier one.
struct PDFAmendment {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func amended(language: String, descriptions: [String], limit: Int) throws(PDFError) -> [UInt8] {
        let table = try table()
        guard let root = table.first(where: { $0.number == rootNumber(table) }) else { throw .unexpectedOutput }
        var updates = [
            (
                root.number,
                try object(root, adding: "/Lang (\(language)) /ViewerPreferences << /DisplayDocTitle true >>")
            )
        ]
        var figures = descriptions[...]
        for entry in table where has(entry, "/Type /StructElem") {
            if has(entry, "/S /Figure\n") {
                guard let description = figures.popFirst() else { throw .unexpectedOutput }
                updates.append((entry.number, try object(entry, adding: "/Alt \(PDFAmendment.text(description))")))
            } else if has(entry, "/S /TH\n") {
                updates.append((entry.number, try object(entry, adding: "/A << /O /Table /Scope /Column >>")))
            }
        }
        guard figures.isEmpty else { throw .unexpectedOutput }
        let result = try append(updates, table)
        guard result.count <= limit else { throw .tooLarge(limit: limit) }
        return result
    }

    private func append(_ updates: [(number: Int, body: [UInt8])], _ table: [Entry]) throws(PDFError) -> [UInt8] {
        guard let trailer = last("trailer\n"), let end = find(">>", from: trailer), let previous = tableOffset() else {
            throw .unexpectedOutput
        }
        var result = bytes
        var places = ""
        for update in updates.sorted(by: { $0.number < $1.number }) {
            let place = "0000000000\(result.count)".suffix(10)
            places += "\(update.number) 1\n\(place) 00000 n \n"
            result += update.body
        }
        let start = result.count
        result += Array("xref\n\(places)".utf8)
        result += bytes[trailer..<end]
        result += Array("   /Prev \(previous)\n>>\nstartxref\n\(start)\n%%EOF\n".utf8)
        return result
    }

    // MARK: Reading what cairo wrote

    private struct Entry {
        let number: Int
        let range: Range<Int>
    }

    /// Where each object is; cairo writes one section that begins with object 0.
    private func table() throws(PDFError) -> [Entry] {
        guard let start = tableOffset(), starts(with: "xref\n0 ", at: start),
            let lineEnd = find("\n", from: start + 7),
            let count = number(in: start + 7..<lineEnd), count > 0, lineEnd + 1 + count * 20 <= bytes.count
        else { throw .unexpectedOutput }
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for index in 1..<max(count, 1) {
            let line = lineEnd + 1 + index * 20
            guard bytes[line + 17] == UInt8(ascii: "n"), let offset = number(in: line..<line + 10), offset < start
            else {
                continue
            }
            entries.append(Entry(number: index, range: offset..<offset))
        }
        // An object ends where the next one in the file begins.
        let offsets = entries.map(\.range.lowerBound).sorted()
        var ends: [Int: Int] = [:]
        for (index, offset) in offsets.enumerated() {
            ends[offset] = index + 1 < offsets.count ? offsets[index + 1] : start
        }
        return entries.map { entry in
            Entry(number: entry.number, range: entry.range.lowerBound..<(ends[entry.range.lowerBound] ?? start))
        }
    }

    private func rootNumber(_ table: [Entry]) -> Int? {
        guard let trailer = last("trailer\n"), let root = find("/Root ", from: trailer),
            let end = find(" ", from: root + 6)
        else { return nil }
        return number(in: root + 6..<end)
    }

    private func tableOffset() -> Int? {
        guard let start = last("startxref\n"), let end = find("\n", from: start + 10) else { return nil }
        return number(in: start + 10..<end)
    }

    /// The object with more in its dictionary.
    private func object(_ entry: Entry, adding text: String) throws(PDFError) -> [UInt8] {
        let old = bytes[entry.range]
        guard let close = lastClose(in: entry.range) else { throw .unexpectedOutput }
        return Array(old[..<close]) + Array("   \(text)\n".utf8) + Array(old[close...])
    }

    private func has(_ entry: Entry, _ text: String) -> Bool {
        let wanted = Array(text.utf8)
        // Dictionaries of the structure are short; streams are not looked through.
        let end = min(entry.range.upperBound, entry.range.lowerBound + 120)
        guard entry.range.lowerBound + wanted.count <= end else { return false }
        return (entry.range.lowerBound...end - wanted.count).contains {
            bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
        }
    }

    private func lastClose(in range: Range<Int>) -> Int? {
        var index = range.upperBound - 2
        while index > range.lowerBound {
            if bytes[index] == UInt8(ascii: ">"), bytes[index + 1] == UInt8(ascii: ">") { return index }
            index -= 1
        }
        return nil
    }

    private func starts(with text: String, at index: Int) -> Bool {
        bytes[index...].starts(with: text.utf8)
    }

    private func find(_ text: String, from start: Int) -> Int? {
        let end = bytes.count - text.utf8.count
        guard start <= end else { return nil }
        return (start...end).first { starts(with: text, at: $0) }
    }

    private func last(_ text: String) -> Int? {
        let end = bytes.count - text.utf8.count
        guard end >= 0 else { return nil }
        return (0...end).last { starts(with: text, at: $0) }
    }

    private func number(in range: Range<Int>) -> Int? { Int(String(decoding: bytes[range], as: UTF8.self)) }

    /// A text string: UTF-16 with its mark, in hexadecimal.
    static func text(_ value: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var hex = "<FEFF"
        for unit in value.utf16 {
            for shift in stride(from: 12, through: 0, by: -4) { hex.append(digits[Int(unit >> shift) & 15]) }
        }
        return hex + ">"
    }
}
