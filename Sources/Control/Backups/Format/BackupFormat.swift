/// What the writer and the reader of a backup agree on (docs/backup-format.md).
package enum BackupFormat {
    /// Begins every backup; its first byte is in no text, so that a transfer which alters texts is found at once.
    package static let magic: [UInt8] = [0x89] + Array("PREAUB\n".utf8)
    /// The newest version that this program writes and reads.
    static let version: UInt16 = 1
    /// Bytes before the first frame: the magic, the version, two bytes kept at nought.
    static let preambleLength = 12

    /// What a frame holds.
    enum Frame: UInt8 {
        case header = 1
        case section
        case rows
        case sectionEnd
        case end
    }

    /// Kind and length, before what a frame holds.
    static let frameHeadLength = 5
    /// After it: the first bytes of the SHA-256 of everything in the file up to there.
    static let checkLength = 8

    // Bounds of what a reader takes in.
    static let longestHeader = 4 << 20
    static let longestRows = 256 << 10
    static let mostSections = 2000
    static let mostColumns = 1600

    static func longest(_ frame: Frame) -> Int {
        switch frame {
        case .header: longestHeader
        case .section: 2
        case .rows: longestRows
        case .sectionEnd: 8
        case .end: 32
        }
    }
}

extension [UInt8] {
    /// Big-endian, as all numbers of the formats are.
    mutating func append<Number: FixedWidthInteger>(number: Number) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}

extension Sequence<UInt8> {
    /// The number whose big-endian bytes these are.
    func number<Number: FixedWidthInteger>(as type: Number.Type = Number.self) -> Number {
        reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }
}
