// The harnesses of Infra/fuzz/run: one for each parser of what comes from outside. PREAU_FUZZ names which.

import Glibc

import Archive
import XML

private let target = getenv("PREAU_FUZZ").map { String(cString: $0) } ?? "aaf"

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    switch target {
    case "csv": readTable(bytes)
    case "archive": readArchive(bytes)
    default: readFeed(bytes)
    }
    return 0
}

/// A file of a feed, from XML to rows of the staging tables.
private func readFeed(_ bytes: [UInt8]) {
    let writer = StageWriter(import: 1) { _ in }
    var known = FeedPerson(kind: .pupil, key: "1")
    let handler = AAFReader { entry in
        switch AAFInterpreter.meaning(of: entry, report: { _ in }) {
        case .person(let person, .whole):
            try? writer.add(person, scope: 0)
            if person.kind == .pupil { known = person }
        case .person(_, .change):
            _ = known.take(entry)
            try? writer.add(known, scope: 0)
        case .structure(let structure, _): try? writer.add(structure, scope: 0)
        case .subject(let subject): try? writer.add(subject, scope: 0)
        default: break
        }
    }
    guard let reader = try? XMLReader(handler: handler, limits: XMLLimits(bytes: 1 << 20)) else { return }
    let piece = 1 + Int(bytes.first ?? 0)
    for start in stride(from: 0, to: bytes.count, by: piece) {
        let isRead = bytes[start..<min(bytes.count, start + piece)].withUnsafeBytes { (try? reader.read($0)) != nil }
        guard isRead else { return }
    }
    try? reader.finish()
}

private func readTable(_ bytes: [UInt8]) {
    guard let text = try? CSVText(bytes) else { return }
    let columns = CSVColumns(header: text.header, remembered: [:])
    let writer = StageWriter(import: 1) { _ in }
    for kind in FeedKind.allCases {
        let people = CSVPeople(text, columns, kind: kind, structure: "0770001H")
        for entry in people.entries { try? writer.add(entry.person, scope: 0) }
    }
    // What is written is read again as it was.
    var table = CSVWriter()
    table.row(text.header)
    for row in text.rows { table.row(row.fields) }
    _ = try? CSVText(table.bytes)
}

private func readArchive(_ bytes: [UInt8]) {
    var position = 0
    let limits = ArchiveLimits(entries: 100, bytes: 1 << 22, ratio: 100, freeBytes: 1 << 16)
    let piece = 1 + Int(bytes.first ?? 0) * 16
    guard
        let archive = try? ArchiveReader(
            limits: limits,
            {
                let end = min(bytes.count, position + piece)
                defer { position = end }
                return Array(bytes[position..<end])
            })
    else { return }
    while let name = try? archive.nextFile() {
        _ = AAFFileName(path: name)
        guard (try? archive.read { _ in }) != nil else { return }
    }
}
