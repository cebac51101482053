internal import Cryptography
internal import Web

/// Makes the bytes of a backup, frame by frame; holds nothing of what it has given out.
package struct BackupWriter {
    private var hash = SHA256()
    private let sections: Int

    /// - Parameter header: what will follow, in this order.
    package init(_ header: BackupHeader) {
        self.header = header
        sections = header.sections.count
    }

    private let header: BackupHeader

    /// The preamble and the header: first of all.
    package mutating func begin() -> [UInt8] {
        var preamble = BackupFormat.magic
        preamble.append(number: BackupFormat.version)
        preamble.append(number: UInt16(0))
        hash.update(preamble)
        return preamble + frame(.header, header.json.bytes)
    }

    /// Begins the section at this place of the header's list.
    package mutating func section(_ index: Int) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(number: UInt16(index))
        return frame(.section, payload)
    }

    /// Some of a section's rows, in the text format of COPY: a line each, values separated by tabs. May be cut anywhere.
    package mutating func rows(_ text: [UInt8]) -> [UInt8] {
        guard text.count > BackupFormat.longestRows else { return text.isEmpty ? [] : frame(.rows, text) }
        var frames: [UInt8] = []
        var rest = text[...]
        while !rest.isEmpty {
            frames += frame(.rows, Array(rest.prefix(BackupFormat.longestRows)))
            rest = rest.dropFirst(BackupFormat.longestRows)
        }
        return frames
    }

    package mutating func endSection(rows: Int64) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(number: rows)
        return frame(.sectionEnd, payload)
    }

    /// The last frame: the digest of all before it.
    package mutating func end() -> [UInt8] { frame(.end, hash.digest()) }

    private mutating func frame(_ kind: BackupFormat.Frame, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(BackupFormat.frameHeadLength + payload.count + BackupFormat.checkLength)
        bytes.append(kind.rawValue)
        bytes.append(number: UInt32(payload.count))
        bytes += payload
        hash.update(bytes)
        let check = Array(hash.digest().prefix(BackupFormat.checkLength))
        hash.update(check)
        return bytes + check
    }
}
