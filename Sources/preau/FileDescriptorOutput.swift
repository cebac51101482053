internal import Glibc

/// Standard error, without the C library's shared stream.
enum FileDescriptorOutput {
    static func complain(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
