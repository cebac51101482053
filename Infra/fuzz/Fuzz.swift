// The harnesses of Infra/fuzz/run: one for each parser of what comes from outside. PREAU_FUZZ names which.

import Archive
import Glibc
import Web
import XML

private let target = getenv("PREAU_FUZZ").map { String(cString: $0) } ?? "aaf"

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    switch target {
    case "csv": readTable(bytes)
    case "archive": readArchive(bytes)
    case "siecle": readDocuments(bytes)
    case "oneroster": readRoster(bytes)
    case "scim": readMessage(bytes)
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

/// Documents of SIECLE and STS-web, one after the other where a line says so.
private func readDocuments(_ bytes: [UInt8]) {
    let feed = SiecleFeed()
    for document in pieces(bytes) {
        let handler = SiecleDocument(file: "x.xml", into: feed)
        guard let reader = try? XMLReader(handler: handler, limits: XMLLimits(bytes: 1 << 20)) else { return }
        guard (try? document.withUnsafeBytes({ try reader.read($0) })) != nil, (try? reader.finish()) != nil,
            (try? handler.close()) != nil
        else { return }
    }
    if let roster = try? feed.roster() { stage(roster) }
}

/// The files of a OneRoster delivery, each after a line with its name.
private func readRoster(_ bytes: [UInt8]) {
    var files: [String: [UInt8]] = [:]
    for piece in pieces(bytes) {
        let line = piece.prefix { $0 != UInt8(ascii: "\n") }
        files[String(decoding: line, as: UTF8.self)] = Array(piece.dropFirst(line.count + 1))
    }
    if let roster = try? OneRosterFeed(files).roster { stage(roster) }
}

/// A filter, and after a byte 0x1e a PATCH of the person that it is tried on; what a PATCH gives is patched once more.
private func readMessage(_ bytes: [UInt8]) {
    let parts = pieces(bytes)
    let type = SCIMResourceType.user
    var person = JSON.object([.init("userName", .string("camille.fictif")), .init("active", .bool(true))])
    if parts.count > 1, let message = try? SCIMMessage.read(parts[1], schema: SCIMMessage.patch),
        let operations = try? SCIMMessage.operations(message, of: type)
    {
        for _ in 0..<2 { person = (try? SCIMPatch.apply(operations, to: person, of: type)) ?? person }
        _ = SCIMMessage.version(of: person)
    }
    guard let filter = try? SCIMFilterParser.filter(String(decoding: parts.first ?? [], as: UTF8.self), of: type) else {
        return
    }
    _ = filter.matches(person, of: type)
}

private func stage(_ roster: Roster) {
    let writer = StageWriter(import: 1) { _ in }
    for structure in roster.structures { try? writer.add(structure, scope: 0) }
    for subject in roster.subjects { try? writer.add(subject, scope: 0) }
    for person in roster.people { try? writer.add(person, scope: 0) }
    try? writer.finish()
}

/// What stands between bytes 0x1e.
private func pieces(_ bytes: [UInt8]) -> [[UInt8]] { bytes.split(separator: 0x1e).map { Array($0) } }
