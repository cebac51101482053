internal import Glibc

/// One question to a server of this machine or of its network, and its answer until it closes. Blocks: for a thread of a
/// `BlockingPool`.
package enum SocketExchange {
    package enum Place: Sendable, Equatable, CustomStringConvertible {
        /// An IPv4 address in numbers, and a port.
        case network(address: String, port: UInt16)
        /// A socket in the file system.
        case file(String)

        package var description: String {
            switch self {
            case .network(let address, let port): "\(address):\(port)"
            case .file(let path): path
            }
        }
    }

    /// - Parameters:
    ///   - limit: an answer longer than that is cut there.
    ///   - patience: of each step: connecting, sending, each piece of the answer.
    /// - Throws: `RuntimeError.system`.
    package static func ask(
        _ place: Place, _ question: String, limit: Int, patience: Duration
    ) throws(RuntimeError) -> String {
        let family = if case .network = place { AF_INET } else { AF_UNIX }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        defer { close(descriptor) }
        let nanoseconds = patience.wholeNanoseconds
        var time = timeval(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_usec: Int(nanoseconds % 1_000_000_000 / 1000))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
        guard connect(descriptor, to: place) else { throw .system(call: "connect", code: errno) }
        var bytes = Array(question.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(call: "send", code: errno) }
            bytes = bytes.dropFirst(count)
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while answer.count < limit {
            let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(call: "recv", code: errno) }
            if count == 0 { break }
            answer += chunk[..<min(count, limit - answer.count)]
        }
        return String(decoding: answer, as: UTF8.self)
    }

    private static func connect(_ descriptor: Int32, to place: Place) -> Bool {
        switch place {
        case .network(let text, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard inet_pton(AF_INET, text, &address.sin_addr) == 1 else {
                errno = EINVAL
                return false
            }
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        case .file(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = Array(path.utf8) + [0]
            guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
                errno = ENAMETOOLONG
                return false
            }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                }
            }
        }
    }
}
