internal import XML

/// Reads one document of SIECLE or STS-web and hands on its records: each a name, attributes and the texts of its elements.
///
/// The documents are alike: a root that says what it is, `PARAMETRES` with the school, and below `DONNEES` lists of records
/// whose elements hold text. A record inside a record (a pupil's structures, a class's services) comes when it ends, with what
/// the outer ones said in their attributes.
final class SiecleDocument: XMLHandler {
    /// One element with what is directly in it.
    struct Record {
        let name: String
        let line: Int
        var attributes: [String: String] = [:]
        /// Of the elements in it that hold nothing but text; of two of a name, the first.
        var texts: [String: String] = [:]

        subscript(_ name: String) -> String { texts[name] ?? "" }
    }

    let takesAttributes = true
    private let file: String
    private let feed: SiecleFeed
    private var open: [Record] = []
    private var pending: [String: String] = [:]
    private var bytes: [UInt8] = []
    private var isKnown = false
    private static let mostAttributes = 40

    init(file: String, into feed: SiecleFeed) {
        self.file = file
        self.feed = feed
    }

    func comment(_ bytes: UnsafeBufferPointer<UInt8>) {}

    func attribute(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
        guard pending.count < SiecleDocument.mostAttributes else { return }
        pending[String(decoding: name, as: UTF8.self)] = String(decoding: value, as: UTF8.self).trimmedOfSpaces
    }

    func start(_ element: UnsafeBufferPointer<UInt8>, name attribute: UnsafeBufferPointer<UInt8>?, line: Int) {
        let name = String(decoding: element, as: UTF8.self)
        if open.isEmpty { isKnown = feed.begin(name, file: file) }
        open.append(Record(name: name, line: line, attributes: pending))
        pending = [:]
        bytes.removeAll(keepingCapacity: true)
    }

    func text(_ piece: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: piece) }

    func end(_ element: UnsafeBufferPointer<UInt8>) {
        guard let record = open.popLast() else { return }
        let text = String(decoding: bytes, as: UTF8.self).trimmedOfSpaces
        bytes.removeAll(keepingCapacity: true)
        guard isKnown else { return }
        if let last = open.indices.last, record.texts.isEmpty, !text.isEmpty, open[last].texts[record.name] == nil {
            open[last].texts[record.name] = text
        }
        feed.take(record, inside: open, file: file)
    }

    /// - Throws: `FeedError.unreadable` for a document of another kind.
    func close() throws(FeedError) {
        guard isKnown else { throw .unreadable("\(file): no document of SIECLE or STS-web") }
    }
}
