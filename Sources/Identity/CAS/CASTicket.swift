internal import Cryptography
internal import Redis
internal import Runtime
internal import Web

/// What a service ticket or a proxy ticket stands for, in Redis for a minute. Taking it removes it: there is one try, whatever
/// comes of it.
struct CASTicket: Equatable {
    let session: SessionID
    let service: UUID
    /// The address that the ticket was given to, in one writing.
    let url: String
    /// Whether the person showed who they are for this very ticket.
    let isNewLogin: Bool
    /// Through whom it was asked for, the last one first; empty for a ticket that a browser brought.
    var proxies: [String] = []

    static let life = 60

    /// The beginnings of names; the standard says them.
    enum Kind: String {
        case service = "ST-"
        case proxy = "PT-"
        case granting = "PGT-"
        /// What stands for a granting ticket in an answer, which many may read.
        case stand = "PGTIOU-"
    }

    /// 192 random bits, of letters, digits and dashes only.
    static func newName(_ kind: Kind) -> String { kind.rawValue + Hex.encode(SecureRandom.bytes(24)) }

    private static let randomBytes = 8

    /// The same, to all who have no key of the ring; see ``HiddenSession``.
    static func newName(_ kind: Kind = .service, of session: SessionID, _ hidden: HiddenSession) -> String {
        kind.rawValue + Hex.encode(hidden.name(of: session, randomBytes: randomBytes))
    }

    /// The session that a name hides, when it was made to.
    static func session(in name: String, _ kind: Kind, _ hidden: HiddenSession) -> SessionID? {
        Hex.decode(name.dropFirst(kind.rawValue.utf8.count)).flatMap {
            hidden.session(in: $0, randomBytes: randomBytes)
        }
    }

    /// Whether a text can be one of ours: anything else is not asked for.
    static func isName(_ text: String, _ kind: Kind = .service) -> Bool {
        let start = kind.rawValue.utf8.count
        return text.utf8.count == start + 48 && text.hasPrefix(kind.rawValue)
            && text.utf8.dropFirst(start).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// Another place for each kind: one is never taken for the other.
    static func key(_ name: String) -> RedisWord {
        .text(name.hasPrefix(Kind.service.rawValue) ? "st:" + name.dropFirst(3) : "cas:" + name)
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.uint64(session.rawValue.high)
        writer.uint64(session.rawValue.low)
        writer.uint64(service.high)
        writer.uint64(service.low)
        writer.byte(isNewLogin ? 1 : 0)
        // An address holds no line feed.
        return writer.bytes + Array(([url] + proxies).joined(separator: "\n").utf8)
    }

    init(session: SessionID, service: UUID, url: String, isNewLogin: Bool, proxies: [String] = []) {
        self.proxies = proxies
        self.session = session
        self.service = service
        self.url = url
        self.isNewLogin = isNewLogin
    }

    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let session = UUID(&reader), let service = UUID(&reader), let new = reader.byte() else { return nil }
        let lines = String(decoding: bytes[33...], as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
        self.init(
            session: SessionID(rawValue: session), service: service, url: lines[0], isNewLogin: new == 1,
            proxies: Array(lines.dropFirst()))
    }
}
