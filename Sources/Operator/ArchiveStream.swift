internal import Foundation

/// An archive as it is sent: a file as it stands, a folder as a tar made while it is read. Memory does not grow with its size.
final class ArchiveStream {
    private struct Piece {
        let path: String
        let name: String
        let size: Int
    }

    private var pieces: [Piece] = []
    private let isTar: Bool
    private var file: FileHandle?
    private var left = 0
    private var padding = 0
    private var hasEnded = false
    /// Bytes of all files, and of those sent.
    private let total: Int
    private var sent = 0
    private let progress: @Sendable (Double) -> Void
    let mediaType: String

    /// - Parameters:
    ///   - ending: of a folder's files that are sent.
    ///   - progress: told of 0 to 1 while bytes leave.
    /// - Throws: `OperatorError.unreadable`.
    init(_ path: String, only ending: String = ".xml", progress: @escaping @Sendable (Double) -> Void) throws {
        self.progress = progress
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw OperatorError.unreadable("\(path): not there")
        }
        let name = (path as NSString).lastPathComponent
        isTar = isFolder.boolValue || name.lowercased().hasSuffix(ending)
        if isFolder.boolValue {
            guard let names = FileManager.default.enumerator(atPath: path) else {
                throw OperatorError.unreadable("\(path): cannot be read")
            }
            // What is below a folder keeps its place: it may name the academy.
            for case let each as String in names where each.lowercased().hasSuffix(ending) {
                pieces.append(
                    Piece(path: path + "/" + each, name: each, size: try ArchiveStream.size(path + "/" + each)))
            }
            pieces.sort { $0.name < $1.name }
            guard !pieces.isEmpty else { throw OperatorError.unreadable("\(path): no \(ending) file in it") }
        } else {
            pieces = [Piece(path: path, name: name, size: try ArchiveStream.size(path))]
        }
        total = pieces.reduce(0) { $0 + $1.size }
        mediaType =
            isTar
            ? "application/x-tar"
            : name.lowercased().hasSuffix(".zip")
                ? "application/zip"
                : name.lowercased().hasSuffix("gz") ? "application/gzip" : "application/octet-stream"
        pieces.reverse()
    }

    private static func size(_ path: String) throws -> Int {
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber else {
            throw OperatorError.unreadable("\(path): cannot be read")
        }
        return size.intValue
    }

    /// What comes next; nil at its end. - Throws: `OperatorError.unreadable` when a file cannot be read to its end.
    func next() throws -> [UInt8]? {
        if let file {
            guard left > 0 else {
                try file.close()
                self.file = nil
                return [UInt8](repeating: 0, count: padding)
            }
            guard let data = try file.read(upToCount: min(left, 1 << 18)), !data.isEmpty else {
                throw OperatorError.unreadable("a file became shorter while it was sent")
            }
            left -= data.count
            sent += data.count
            progress(Double(sent) / Double(max(1, total)))
            return [UInt8](data)
        }
        if let piece = pieces.popLast() {
            file = try FileHandle(forReadingFrom: URL(fileURLWithPath: piece.path))
            left = piece.size
            padding = isTar ? (512 - piece.size % 512) % 512 : 0
            return isTar ? ArchiveStream.header(piece.name, piece.size) : []
        }
        guard isTar, !hasEnded else { return nil }
        hasEnded = true
        // A tar ends with two blocks of nothing.
        return [UInt8](repeating: 0, count: 1024)
    }

    /// A tar header; names longer than it holds are cut at the front, where the folders are.
    private static func header(_ name: String, _ size: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in text.enumerated() { header[offset + index] = byte }
        }
        func octal(_ number: Int, _ digits: Int) -> String.UTF8View {
            let text = String(number, radix: 8)
            return (String(repeating: "0", count: max(0, digits - text.count)) + text).utf8
        }
        put(Array(name.utf8).suffix(99), at: 0)
        put("0000644".utf8, at: 100)
        put("0000000".utf8, at: 108)
        put("0000000".utf8, at: 116)
        put(octal(size, 11), at: 124)
        put("00000000000".utf8, at: 136)
        put("        ".utf8, at: 148)
        header[156] = UInt8(ascii: "0")
        put("ustar\u{0}00".utf8, at: 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6), at: 148)
        header[154] = 0
        return header
    }
}
