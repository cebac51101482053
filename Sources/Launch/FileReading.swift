internal import Glibc

/// The process's only way to files.
enum FileReading {
    /// A whole file, up to `limit` bytes.
    static func bytes(of path: String, limit: Int) throws(LaunchError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(file: path, reason: reason()) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(file: path, reason: reason()) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else {
                throw .unreadable(file: path, reason: "larger than \(limit) bytes")
            }
        }
    }

    /// A secret kept alone in a file: its text without the line end.
    /// - Throws: also when others than the owner and the group may read the file.
    static func secret(in path: String) throws(LaunchError) -> String {
        let text = try secretText(in: path)
        let secret = text.split(separator: "\n", omittingEmptySubsequences: true).first.map(String.init) ?? ""
        guard !secret.isEmpty else { throw .unreadable(file: path, reason: "empty") }
        return secret
    }

    /// The whole text of a file of secrets.
    static func secretText(in path: String) throws(LaunchError) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .unreadable(file: path, reason: reason()) }
        guard status.st_mode & 0o007 == 0 else {
            throw .unreadable(file: path, reason: "others may read this secret; chmod it to 0600 or 0640")
        }
        let bytes = try bytes(of: path, limit: 64 * 1024)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .unreadable(file: path, reason: "not UTF-8 text")
        }
        return text
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
