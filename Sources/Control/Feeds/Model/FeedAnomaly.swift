package import Web

/// Something in a feed that is not as it should be, for those who correct it at the source. Never holds a person's name.
package struct FeedAnomaly: Sendable, Equatable, JSONRepresentable {
    package enum Code: String, Sendable, CaseIterable {
        /// A file stops in the middle, or is no XML.
        case unreadableFile = "unreadable_file"
        /// A number is missing in the row of files, or a kind of file altogether.
        case missingFile = "missing_file"
        /// The record's identifier is not the join key it contains, or is none.
        case wrongKey = "wrong_key"
        /// The same key twice in one feed.
        case duplicateKey = "duplicate_key"
        /// A name or another attribute without which there is nobody.
        case missingField = "missing_field"
        /// A value that cannot be read; the rest of the record is taken.
        case badValue = "bad_value"
        /// Something is named that the feed does not contain.
        case unknownReference = "unknown_reference"
        case unknownAttribute = "unknown_attribute"
        /// The letter of a UAI does not fit its digits; taken all the same.
        case uaiLetter = "uai_letter"
        case badUAI = "bad_uai"
        /// Two structures of the feed have the same UAI.
        case duplicateUAI = "duplicate_uai"
        /// The establishment is another territory's, or of none of the territory's departments.
        case foreignEstablishment = "foreign_establishment"
        /// The establishment is fed by another academy.
        case foreignAcademy = "foreign_academy"
        /// The establishment is not known here and no territory was named to create it in.
        case unknownEstablishment = "unknown_establishment"
        /// Bytes that are not of the encoding that the file declares.
        case encoding
        /// So many references lead nowhere that something is missing: nobody counts as gone.
        case incomplete
        /// Somebody known whose record was refused: they stay as they were.
        case kept
        case unknownFunction = "unknown_function"
        /// A change or removal of somebody who is not known.
        case unknownPerson = "unknown_person"
        /// More like these were left out.
        case more
    }

    package let code: Code
    package let message: String
    package var file: String?
    package var line: Int?
    package var column: String?
    package var key: String?

    package init(
        _ code: Code, _ message: String, file: String? = nil, line: Int? = nil, column: String? = nil,
        key: String? = nil
    ) {
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.key = key
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("code", code.rawValue)
            writer.field("message", message)
            writer.field("file", file)
            writer.field("line", line)
            writer.field("column", column)
            writer.field("key", key)
        }
    }

    package static let schema = Schema.object([
        .required("code", .enumeration(Code.allCases.map(\.rawValue))), .required("message", .text()),
        .required("file", .nullable(.text())), .required("line", .nullable(.integer())),
        .required("column", .nullable(.text())), .required("key", .nullable(.text())),
    ])
}

/// Anomalies found so far: all are counted, the first of each kind are kept.
package struct FeedAnomalies: Sendable {
    package static let kept = 200
    package private(set) var list: [FeedAnomaly] = []
    private var counts: [FeedAnomaly.Code: Int] = [:]

    package init() {}

    package mutating func add(_ anomaly: FeedAnomaly) {
        counts[anomaly.code, default: 0] += 1
        if (counts[anomaly.code] ?? 0) <= FeedAnomalies.kept { list.append(anomaly) }
    }

    package mutating func add(_ others: FeedAnomalies) {
        for anomaly in others.list { add(anomaly) }
        for (code, count) in others.counts { counts[code, default: 0] += max(0, count - FeedAnomalies.kept) }
    }

    package func count(of code: FeedAnomaly.Code) -> Int { counts[code] ?? 0 }

    /// The list, closed by a line for each kind that had more than is kept.
    package var closed: [FeedAnomaly] {
        let more = counts.filter { $0.value > FeedAnomalies.kept }.sorted { $0.key.rawValue < $1.key.rawValue }
        return list
            + more.map { FeedAnomaly(.more, "\($0.value - FeedAnomalies.kept) more of \($0.key.rawValue)") }
    }
}
