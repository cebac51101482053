internal import XML

/// What an archive's reader hands to its interpreter: of each file its name, its records, what else was found in it.
enum FeedPiece: Sendable {
    case begin(AAFFileName)
    case records([AAFEntry])
    case end(Ending)

    struct Ending: Sendable {
        let header: AAFHeader
        /// Attributes that no known version has, with how often they came.
        let unknownAttributes: [String: Int]
        /// Lines of records larger than any person.
        let oversized: [Int]
        let repairedBytes: Int

        init(_ file: AAFReader, _ reader: XMLReader) {
            header = file.header
            unknownAttributes = file.unknownAttributes
            oversized = file.oversized
            repairedBytes = reader.repairedBytes
        }
    }
}
