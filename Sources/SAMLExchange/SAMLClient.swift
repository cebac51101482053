internal import Glibc
package import Runtime

/// Asks `preau-saml`, on threads of its own: whatever becomes of that process, nothing else of the node waits for it.
package struct SAMLClient: Sendable {
    private let directory: String
    private let pool: BlockingPool
    private let patience: Duration

    /// - Parameters:
    ///   - directory: where its sockets are.
    ///   - pool: bounded; whoever finds it full is told at once that there is no answer.
    ///   - patience: for the whole of one question and its answer.
    package init(directory: String, pool: BlockingPool, patience: Duration = .seconds(4)) {
        self.directory = directory
        self.pool = pool
        self.patience = patience
    }

    /// - Throws: `.unavailable`, `.refused`.
    package func ask(_ verb: SAMLVerb, _ record: SAMLRecord) async throws(SAMLExchangeError) -> SAMLRecord {
        var question = record
        question.add(SAMLVerb.field, verb.rawValue)
        guard let frame = question.frame else { throw .refused("too large") }
        let path = directory + "/" + verb.role.socket
        let answer: SAMLRecord?
        do {
            answer = try await pool.run { [patience] in
                SAMLSocket.exchange(path, frame, until: .now + patience)
            }
        } catch {
            throw .unavailable
        }
        guard let answer else { throw .unavailable }
        if let reason = answer[SAMLVerb.refusal] { throw .refused(reason) }
        return answer
    }
}

/// A stream socket in the file system, with a deadline for each step.
package enum SAMLSocket {
    /// One question and its answer. Nil when there is none by `deadline`.
    static func exchange(_ path: String, _ question: [UInt8], until deadline: Instant) -> SAMLRecord? {
        let descriptor = socket(
            AF_UNIX,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // A full line of waiting connections refuses at once (EAGAIN): that is an answer, too.
        guard with(path, { connect(descriptor, $0, $1) }) == 0, write(question, to: descriptor, until: deadline) else {
            return nil
        }
        return read(from: descriptor, until: deadline).flatMap { SAMLRecord($0) }
    }

    /// A socket where connections can wait, for this user and group; inherited by the programs that this one starts.
    /// - Throws: `RuntimeError.system`.
    package static func listen(at path: String, waiting: Int32) throws(RuntimeError) -> Int32 {
        unlink(path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        let before = umask(0o117)
        defer { umask(before) }
        guard with(path, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, waiting) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(call: "bind \(path)", code: code)
        }
        return descriptor
    }

    /// The next connection, which does not block. Waits for it; nil when there is none after all.
    package static func accept(on descriptor: Int32) -> Int32? {
        let connection = Glibc.accept(descriptor, nil, nil)
        guard connection >= 0 else { return nil }
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        _ = fcntl(connection, F_SETFL, O_NONBLOCK)
        return connection
    }

    /// Calls `body` with the address of a socket in the file system; -1 when its path is too long.
    private static func with(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8) + [0]
        guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else { return -1 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// A whole frame without its length; nil when it is too long or does not come in time.
    package static func read(from descriptor: Int32, until deadline: Instant) -> [UInt8]? {
        guard let head = bytes(4, from: descriptor, until: deadline), let length = SAMLRecord.length(head) else {
            return nil
        }
        return bytes(length, from: descriptor, until: deadline)
    }

    private static func bytes(_ count: Int, from descriptor: Int32, until deadline: Instant) -> [UInt8]? {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while result.count < count {
            guard wait(descriptor, POLLIN, until: deadline) else { return nil }
            let wanted = min(chunk.count, count - result.count)
            let got = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, wanted, 0) }
            if got < 0, errno == EINTR || errno == EAGAIN { continue }
            guard got > 0 else { return nil }
            result += chunk[..<got]
        }
        return result
    }

    package static func write(_ bytes: [UInt8], to descriptor: Int32, until deadline: Instant) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard wait(descriptor, POLLOUT, until: deadline) else { return false }
            let sent = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if sent < 0, errno == EINTR || errno == EAGAIN { continue }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    private static func wait(_ descriptor: Int32, _ event: Int32, until deadline: Instant) -> Bool {
        while true {
            let left = deadline.since(.now).wholeNanoseconds / 1_000_000
            guard left > 0 else { return false }
            var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            let count = poll(&entry, 1, Int32(clamping: left))
            if count > 0 { return true }
            guard count < 0, errno == EINTR else { return false }
        }
    }
}
