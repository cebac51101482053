internal import Cryptography

/// Reads a backup as it comes, in pieces of any size, and believes nothing: every frame is checked before it is given out, and
/// only `finish` says that the file is whole.
package struct BackupReader {
    package enum Event: Sendable, Equatable {
        case header(BackupHeader)
        /// The section at this place of the header's list begins.
        case section(Int)
        /// Some of its rows, cut anywhere.
        case rows([UInt8])
        case sectionEnd
        case end
    }

    private enum State {
        case preamble
        case header
        case between
        case inSection
        case ended
    }

    private var state = State.preamble
    private var buffer: [UInt8] = []
    private var hash = SHA256()
    private var frame: UInt64 = 0
    private var header: BackupHeader?
    private var section = -1
    private var rows: Int64 = 0
    /// Whether the rows so far end where a row ends.
    private var isAtLineEnd = true

    package init() {}

    /// - Returns: what became whole with this piece.
    package mutating func take(_ piece: [UInt8]) throws(BackupFileError) -> [Event] {
        buffer += piece
        var position = 0
        var events: [Event] = []
        if case .preamble = state {
            guard buffer.starts(with: BackupFormat.magic.prefix(buffer.count)) else {
                let isSealed = buffer.starts(with: SealedFile.magic.prefix(buffer.count))
                throw isSealed ? BackupFileError.sealed : BackupFileError.notABackup
            }
            guard buffer.count >= BackupFormat.preambleLength else { return [] }
            let version: UInt16 = buffer[8..<10].number()
            guard version <= BackupFormat.version else { throw .newerFormat(version) }
            guard version > 0, buffer[10..<12].allSatisfy({ $0 == 0 }) else { throw .damaged(frame: 0) }
            position = BackupFormat.preambleLength
            hash.update(Array(buffer[..<position]))
            state = .header
        }
        while let event = try next(&position) { events.append(event) }
        buffer.removeFirst(position)
        return events
    }

    /// At the end of the file. - Throws: `.cutOff` unless the last frame was there.
    package func finish() throws(BackupFileError) {
        guard case .ended = state else {
            if case .preamble = state, buffer.isEmpty { throw .notABackup }
            throw .cutOff
        }
    }

    /// The frame at `position`, which is moved behind it; nil until it is whole.
    private mutating func next(_ position: inout Int) throws(BackupFileError) -> Event? {
        if case .ended = state {
            guard position == buffer.count else { throw .damaged(frame: frame) }
            return nil
        }
        guard buffer.count - position >= BackupFormat.frameHeadLength else { return nil }
        let start = position
        let length = Int(buffer[start + 1..<start + 5].number(as: UInt32.self))
        guard let kind = BackupFormat.Frame(rawValue: buffer[start]), length <= BackupFormat.longest(kind) else {
            throw .damaged(frame: frame)
        }
        let end = start + BackupFormat.frameHeadLength + length
        guard buffer.count >= end + BackupFormat.checkLength else { return nil }
        let whole = hash.digest()
        hash.update(Array(buffer[start..<end]))
        let check = buffer[end..<end + BackupFormat.checkLength]
        guard check.elementsEqual(hash.digest().prefix(BackupFormat.checkLength)) else { throw .damaged(frame: frame) }
        hash.update(Array(check))
        position = end + BackupFormat.checkLength
        let payload = Array(buffer[start + BackupFormat.frameHeadLength..<end])
        defer { frame += 1 }
        return try event(kind, payload, whole)
    }

    private mutating func event(
        _ kind: BackupFormat.Frame, _ payload: [UInt8], _ whole: [UInt8]
    ) throws(BackupFileError) -> Event {
        switch (state, kind) {
        case (.header, .header):
            let header = try BackupHeader(payload)
            self.header = header
            state = .between
            return .header(header)
        case (.between, .section):
            let index = Int(payload.number(as: UInt16.self))
            guard payload.count == 2, index == section + 1, index < header?.sections.count ?? 0 else { break }
            (section, rows, isAtLineEnd, state) = (index, 0, true, .inSection)
            return .section(index)
        case (.inSection, .rows):
            guard let last = payload.last else { break }
            rows += Int64(payload.count { $0 == UInt8(ascii: "\n") })
            isAtLineEnd = last == UInt8(ascii: "\n")
            return .rows(payload)
        case (.inSection, .sectionEnd):
            guard payload.count == 8, payload.number(as: Int64.self) == rows, isAtLineEnd,
                rows == header?.sections[section].rows
            else { break }
            state = .between
            return .sectionEnd
        case (.between, .end):
            guard payload == whole, section + 1 == header?.sections.count else { break }
            state = .ended
            return .end
        default: break
        }
        throw .damaged(frame: frame)
    }
}
