internal import Glibc

/// Reads a folder of manifests: one folder a territory, YAML files in it.
package enum ManifestFolder {
    private static let mostFiles = 2000
    private static let mostBytes = 16 << 20

    /// The YAML files of the territories under `path`, in a stable order. Blocks on the disk: never called on a loop.
    /// - Throws: `ManifestError.unreadable`, `.tooLarge`; `.invalid` and `.nothing` come later, with `ManifestSet`.
    package static func read(_ path: String) throws(ManifestError) -> [ManifestFile] {
        var files: [ManifestFile] = []
        for folder in try entries(path) where isFolder("\(path)/\(folder)") {
            for name in try entries("\(path)/\(folder)") where !name.hasSuffix(".md") {
                guard files.count < mostFiles else { throw .tooLarge(path: path, limit: "\(mostFiles) files") }
                files.append(ManifestFile(path: "\(folder)/\(name)", bytes: try content("\(path)/\(folder)/\(name)")))
            }
        }
        return files
    }

    private static func entries(_ path: String) throws(ManifestError) -> [String] {
        guard let directory = opendir(path) else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix("."), !name.hasSuffix("~") { names.append(name) }
        }
        return names.sorted()
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func content(_ path: String) throws(ManifestError) -> [UInt8] {
        guard let file = fopen(path, "re") else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= mostBytes else { throw .tooLarge(path: path, limit: "\(mostBytes >> 20) MiB") }
        }
        guard ferror(file) == 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
        return bytes
    }
}
