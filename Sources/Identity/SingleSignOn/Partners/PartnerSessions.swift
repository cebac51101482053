internal import HTTPClient
internal import Redis
internal import Runtime
internal import Web

/// Which services a session has entered, in Redis beside the session, and telling them when it ends.
///
/// Told in the background, by a bounded number of exchanges at once out of a bounded queue; a partner that does not answer is
/// tried once more and then left: it has limits of its own.
final class PartnerSessions: @unchecked Sendable {
    // Safety: confined to its loop.

    /// A service that a session has entered.
    enum Entry: Equatable {
        /// CAS: the address that it was entered by, or where the service wants to hear, and the ticket.
        case cas(url: String, ticket: String)
        /// OpenID Connect: the client and the session's number as it knows it.
        case oidc(service: UUID, subject: String, sid: String)
        /// SAML: the service, and who was told of which session.
        case saml(service: UUID, name: String, format: String, index: String)

        var bytes: [UInt8] {
            switch self {
            case .cas(let url, let ticket): JSON.array(["c", .string(url), .string(ticket)]).bytes
            case .oidc(let service, let subject, let sid):
                JSON.array(["o", .string(service.description), .string(subject), .string(sid)]).bytes
            case .saml(let service, let name, let format, let index):
                JSON.array(["s"] + [service.description, name, format, index].map { .string($0) }).bytes
            }
        }

        init?(_ bytes: [UInt8]) {
            var parser = JSONParser(bytes)
            guard let texts = try? parser.parse().elements?.compactMap(\.text), let kind = texts.first else {
                return nil
            }
            switch (kind, texts.count) {
            case ("c", 3): self = .cas(url: texts[1], ticket: texts[2])
            case ("o", 4):
                guard let id = UUID(texts[1]) else { return nil }
                self = .oidc(service: id, subject: texts[2], sid: texts[3])
            case ("s", 5):
                guard let id = UUID(texts[1]) else { return nil }
                self = .saml(service: id, name: texts[2], format: texts[3], index: texts[4])
            default: return nil
            }
        }
    }

    private static let mostEntries = 200
    /// So many more before the oldest are forgotten: counted by the way, so that entering costs one command less.
    private static let slack = 50
    private static let mostWaiting = 10_000
    private static let mostAtOnce = 8

    private let loop: EventLoop
    private let redis: RedisClient
    private let client: HTTPClient?
    private let instruments: SingleSignOnInstruments
    private var waiting: [HTTPClient.Request] = []
    private var next = 0
    private var workers = 0

    /// Makes the request that tells a client of OpenID Connect or a service provider of SAML; nil when there is nobody to tell.
    var logoutRequest: ((Entry) async -> HTTPClient.Request?)?

    init(loop: EventLoop, redis: RedisClient, client: HTTPClient?, instruments: SingleSignOnInstruments) {
        self.loop = loop
        self.redis = redis
        self.client = client
        self.instruments = instruments
    }

    private static func key(_ id: SessionID) -> String { "sp:" + id.description }

    /// The commands that write down an entry; the last ones of the pipeline of whoever lets the session in, which is followed by
    /// ``trim(_:after:)``.
    /// - Parameter life: seconds that the session can still last.
    static func commands(_ entry: Entry, of session: SessionID, life: Int) -> [[RedisWord]] {
        let key = RedisWord.text(key(session))
        return [["RPUSH", key, .bytes(entry.bytes)], ["EXPIRE", key, .integer(max(1, life))]]
    }

    /// Forgets the oldest entries of a session that has too many. - Parameter replies: to a pipeline that ended in `commands`.
    func trim(_ session: SessionID, after replies: [RedisValue]) async {
        guard let count = replies.dropLast().last?.integer,
            count > PartnerSessions.mostEntries + PartnerSessions.slack
        else { return }
        _ = try? await redis.send(
            "LTRIM", .text(PartnerSessions.key(session)), .integer(-PartnerSessions.mostEntries), "-1")
    }

    /// The services that a session has entered are another's from now on: the person showed again who they are.
    func move(from old: SessionID, to new: SessionID) async {
        // An error when there are none: nothing to move.
        _ = try? await redis.send("RENAME", .text(PartnerSessions.key(old)), .text(PartnerSessions.key(new)))
    }

    /// A service that a session entered need not be told when it ends: it knows.
    func forget(_ entry: Entry, of session: SessionID) async {
        _ = try? await redis.send("LREM", .text(PartnerSessions.key(session)), 0, .bytes(entry.bytes))
    }

    /// Tells every service that these sessions entered. Returns at once.
    func sessionsEnded(_ identifiers: [SessionID]) {
        loop.assertCurrent()
        guard client != nil, !identifiers.isEmpty else { return }
        loop.spawn { [self] in
            for start in stride(from: 0, to: identifiers.count, by: 100) {
                let part = identifiers[start..<min(identifiers.count, start + 100)]
                let commands: [[RedisWord]] = part.map {
                    [
                        "LPOP", .text(PartnerSessions.key($0)),
                        .integer(PartnerSessions.mostEntries + PartnerSessions.slack),
                    ]
                }
                // Redis gone: the partners' own limits end what we cannot tell them of.
                guard let replies = try? await redis.pipeline(commands) else { return }
                for entry in replies.compactMap(\.array).flatMap({ $0 }).compactMap(\.bytes) {
                    if let entry = Entry(entry), let request = await request(for: entry) { tell(request) }
                }
            }
        }
    }

    private func request(for entry: Entry) async -> HTTPClient.Request? {
        guard case .cas(let url, let ticket) = entry else { return await logoutRequest?(entry) }
        let body = "logoutRequest=" + CASLogoutMessage.text(ticket: ticket).percentEncoded()
        return HTTPClient.Request(
            "POST", url, headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array(body.utf8))
    }

    private func tell(_ request: HTTPClient.Request) {
        guard waiting.count - next < PartnerSessions.mostWaiting else { return instruments.dropped.add() }
        waiting.append(request)
        guard workers < PartnerSessions.mostAtOnce else { return }
        workers += 1
        loop.spawn { [self] in
            await work()
            workers -= 1
        }
    }

    private func work() async {
        while next < waiting.count {
            let request = waiting[next]
            next += 1
            if next == waiting.count {
                waiting = []
                next = 0
            }
            if await isHeard(request) {
                instruments.told.add()
            } else {
                instruments.untold.add()
            }
        }
    }

    private func isHeard(_ request: HTTPClient.Request) async -> Bool {
        for _ in 0..<2 {
            if let answer = try? await client?.send(request), answer.status < 500 { return true }
        }
        return false
    }
}
