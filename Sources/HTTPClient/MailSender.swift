internal import CCurl
package import Runtime

/// Hands mail over to a server, several over one connection. Each run blocks a thread of a bounded pool.
package final class MailSender: Sendable {
    /// One mail, ready to be sent.
    package struct Mail: Sendable {
        package let to: MailAddress
        /// Headers and body, lines ended by CRLF.
        package let bytes: [UInt8]

        package init(to: MailAddress, bytes: [UInt8]) {
            self.to = to
            self.bytes = bytes
        }
    }

    package enum Outcome: Sendable, Equatable {
        /// The server has taken it.
        case sent
        /// The server will never take it: its answer, from 500 on.
        case refused(Int)
        /// The server has not taken it; another time it may. libcurl's number, and the server's last answer.
        case notNow(code: Int, status: Int)
        /// The connection broke between the mail and the server's answer: it may have been taken.
        case unsure
    }

    package let server: MailServer
    private let pool: BlockingPool
    private let deadline: Duration

    /// - Parameters:
    ///   - pool: one thread for each run under way.
    ///   - deadline: of one mail.
    package init(_ server: MailServer, pool: BlockingPool, deadline: Duration = .seconds(30)) {
        self.server = server
        self.pool = pool
        self.deadline = deadline
    }

    /// Sends them one after the other; after one that cannot be sent now the rest is not tried.
    /// - Returns: what came of each.
    /// - Throws: `RuntimeError` when the pool is full.
    package func send(_ mails: [Mail]) async throws -> [Outcome] {
        let (server, milliseconds) = (server, Int(deadline.components.seconds) * 1000)
        return try await pool.run { MailSender.send(mails, to: server, milliseconds) }
    }

    private final class Source {
        private let bytes: [UInt8]
        private var position = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        func read(into buffer: UnsafeMutableRawPointer, _ room: Int) -> Int {
            let count = min(room, bytes.count - position)
            guard count > 0 else { return 0 }
            UnsafeMutableRawBufferPointer(start: buffer, count: count).copyBytes(
                from: bytes[position..<position + count])
            position += count
            return count
        }
    }

    private static func send(_ mails: [Mail], to server: MailServer, _ milliseconds: Int) -> [Outcome] {
        let nobody = [Outcome](repeating: .notNow(code: -1, status: 0), count: mails.count)
        guard Exchange.isStarted, let handle = open(server, milliseconds) else { return nobody }
        defer { ccurl_mail_close(handle) }
        var outcomes: [Outcome] = []
        for mail in mails {
            let outcome = send(mail, from: server.from, handle)
            outcomes.append(outcome)
            if case .notNow = outcome { break }
        }
        while outcomes.count < mails.count, let last = outcomes.last { outcomes.append(last) }
        return outcomes
    }

    private static func open(_ server: MailServer, _ milliseconds: Int) -> UnsafeMutableRawPointer? {
        // libcurl copies every text that it is given.
        server.url.withCString { url in
            (server.credentials?.user ?? "").withCString { user in
                (server.credentials?.password ?? "").withCString { password in
                    var plan = ccurl_mail_server()
                    plan.url = url
                    plan.user = server.credentials == nil ? nil : user
                    plan.password = server.credentials == nil ? nil : password
                    plan.must_encrypt = server.security == .starttls ? 1 : 0
                    plan.connect_ms = min(10_000, milliseconds)
                    plan.total_ms = milliseconds
                    return ccurl_mail_open(&plan)
                }
            }
        }
    }

    private static func send(_ mail: Mail, from: MailAddress, _ handle: UnsafeMutableRawPointer) -> Outcome {
        let source = Source(mail.bytes)
        var status = 0
        let code = "<\(from)>".withCString { from in
            "<\(mail.to)>".withCString { to in
                withExtendedLifetime(source) {
                    ccurl_mail_send(
                        handle, from, to, mail.bytes.count,
                        { buffer, size, count, context in
                            guard let buffer, let context else { return 0 }
                            return Unmanaged<Source>.fromOpaque(context).takeUnretainedValue().read(
                                into: buffer, size * count)
                        }, Unmanaged.passUnretained(source).toOpaque(), &status)
                }
            }
        }
        if code == 0 { return .sent }
        switch status {
        // Signing in failed: nothing is wrong with this mail.
        case _ where code == Int32(CURLE_LOGIN_DENIED.rawValue): return .notNow(code: Int(code), status: status)
        case 500...599: return .refused(status)
        // Told to go on, the mail went, and no answer came: only then it may have been taken.
        case 354: return .unsure
        default: return .notNow(code: Int(code), status: status)
        }
    }
}
