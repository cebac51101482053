import Glibc

/// A TCP client that sends exactly the bytes it is told to.
final class RawClient {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    struct Answer {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]

        subscript(name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    enum Failure: Error {
        case cannotConnect(Int32)
        case closed(partial: String)
        case timedOut(partial: String)
    }

    init(_ port: UInt16, receiveBuffer: Int32? = nil, from source: String? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4)
        }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if let source {
            var own = RawClient.address(source, 0)
            _ = withUnsafePointer(to: &own) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, 16) }
            }
        }
        var address = RawClient.address("127.0.0.1", port)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, 16) }
        }
        guard code == 0 else { throw Failure.cannotConnect(errno) }
    }

    deinit { close(descriptor) }

    private static func address(_ text: String, _ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, text, &address.sin_addr)
        return address
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends what the peer takes; a closed connection is noticed when reading.
    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000) }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Sends zeros for as long as the peer takes them, at most `seconds`; returns how many it took.
    @discardableResult
    func sendWithoutWaiting(_ count: Int, for seconds: Double) -> Int {
        let piece = [UInt8](repeating: 48, count: 65_536)
        var sent = 0
        for _ in 0..<Int(seconds * 1000) {
            while sent < count {
                let taken = Glibc.send(descriptor, piece, min(piece.count, count - sent), 0x4040)
                guard taken > 0 else { break }
                sent += taken
            }
            usleep(1000)
        }
        return sent
    }

    /// Ends our direction; the peer sees the end of the stream.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes with a reset instead of an end.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    func setTimeout(seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// More bytes into the buffer; false at the end of the stream.
    func fill() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &piece, piece.count, 0)
        if count < 0 {
            guard errno == ECONNRESET else { throw Failure.timedOut(partial: String(decoding: buffer, as: UTF8.self)) }
            return false
        }
        buffer += piece[..<count]
        return count > 0
    }

    /// Everything until the peer closes.
    func readToEnd() throws -> [UInt8] {
        while try fill() {}
        defer { buffer = [] }
        return buffer
    }

    /// True when the peer has closed and nothing is left to read.
    func isClosed() throws -> Bool { buffer.isEmpty ? try !fill() : false }

    /// - Parameter head: the answer is to a HEAD, and has no body whatever it says.
    func read(head: Bool = false) throws -> Answer {
        while RawClient.end(of: buffer) == nil {
            guard try fill() else { throw Failure.closed(partial: String(decoding: buffer, as: UTF8.self)) }
        }
        let end = RawClient.end(of: buffer) ?? buffer.count
        let lines = String(decoding: buffer[..<(end - 4)], as: UTF8.self).split(separator: "\r\n")
        buffer.removeFirst(end)
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1].dropFirst()) : "")
        }
        guard let first = lines.first, first.hasPrefix("HTTP/1.1 "), let status = Int(first.dropFirst(9).prefix(3))
        else {
            throw Failure.closed(partial: lines.joined(separator: "|"))
        }
        var answer = Answer(status: status, headers: headers, body: [])
        if head || answer.status == 304 || answer.status == 204 || answer.status < 200 { return answer }
        if answer["Transfer-Encoding"] == "chunked" {
            answer.body = try readChunks()
        } else if let length = answer["Content-Length"].flatMap({ Int($0) }) {
            answer.body = try take(length)
        } else {
            answer.body = try readToEnd()
        }
        return answer
    }

    private func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let size = Int(try readLine(), radix: 16) ?? -1
            guard size >= 0 else { throw Failure.closed(partial: "bad chunk") }
            let piece = try take(size)
            _ = try readLine()
            if size == 0 { return body }
            body += piece
        }
    }

    private func readLine() throws -> String {
        while true {
            if let feed = buffer.firstIndex(of: 10) {
                defer { buffer.removeFirst(feed + 1) }
                return String(decoding: buffer[..<max(0, feed - 1)], as: UTF8.self)
            }
            guard try fill() else { throw Failure.closed(partial: "in a chunk") }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw Failure.closed(partial: "body of \(buffer.count) bytes") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private static func end(of bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 0...(bytes.count - 4)
        where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 && bytes[index + 3] == 10 {
            return index + 4
        }
        return nil
    }
}
