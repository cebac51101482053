/// The events of a backup, one after the other, from a source of bytes.
final class BackupEvents {
    private let source: () async throws -> [UInt8]?
    private var reader = BackupReader()
    private var events: ArraySlice<BackupReader.Event> = []

    /// - Parameter source: the file's bytes in pieces; nil at its end.
    init(_ source: @escaping () async throws -> [UInt8]?) { self.source = source }

    /// Nil after the end of a whole file. - Throws: `BackupError.file`, and what the source throws.
    func next() async throws -> BackupReader.Event? {
        while true {
            if let event = events.popFirst() { return event }
            let piece = try await source()
            do throws(BackupFileError) {
                guard let piece else {
                    try reader.finish()
                    return nil
                }
                events = try reader.take(piece)[...]
            } catch {
                throw BackupError.file(error)
            }
        }
    }

    /// The header, which comes first.
    func header() async throws -> BackupHeader {
        guard case .header(let header) = try await next() else { throw BackupError.file(.cutOff) }
        return header
    }
}
