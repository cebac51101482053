internal import Runtime

/// One line of a backup's ties: who had which role in the establishment.
struct BackupTie: Sendable, Equatable {
    let login: String
    let role: String
    let person: UUID
    let source: String
    /// ISO dates; `until` is empty while it lasts.
    let from: String
    let until: String

    /// Lines in the text format of COPY. - Throws: `.unreadable`.
    static func read(_ text: [UInt8]) throws(BackupFileError) -> [BackupTie] {
        var ties: [BackupTie] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let values = line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map(unescaped)
            guard values.count == BackupDirectoryStore.tieColumns.count, let login = values[0], let role = values[1],
                let person = values[2].flatMap({ UUID($0) }), let source = values[3], let from = values[4]
            else { throw .unreadable("who had which role cannot be read") }
            ties.append(
                BackupTie(
                    login: login, role: role, person: person, source: source, from: from, until: values[5] ?? ""))
        }
        return ties
    }

    /// Nil for null.
    private static func unescaped(_ value: ArraySlice<UInt8>) -> String? {
        if value.elementsEqual("\\N".utf8) { return nil }
        var bytes: [UInt8] = []
        var isEscaped = false
        for byte in value {
            if isEscaped {
                let plain: [UInt8: UInt8] = [0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x76: 11]
                bytes.append(plain[byte] ?? byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
