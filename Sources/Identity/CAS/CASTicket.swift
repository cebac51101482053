internal import Cryptography
internal import Redis
internal import Runtime
internal import Web

/// What a service ticket stands for, in Redis for a minute. Taking it removes it: there is one try, whatever comes of it.
struct CASTicket: Equatable {
    let session: SessionID
    let service: UUID
    /// The address that the ticket was given to, in one writing.
    let url: String
    /// Whether the person showed who they are for this very ticket.
    let isNewLogin: Bool

    static let life = 60

    /// `ST-` and 192 random bits, of letters, digits and dashes only.
    static func newName() -> String { "ST-" + Hex.encode(SecureRandom.bytes(24)) }

    /// Whether a text can be one of ours: anything else is not asked for.
    static func isName(_ text: String) -> Bool {
        text.utf8.count == 51 && text.hasPrefix("ST-")
            && text.utf8.dropFirst(3).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    static func key(_ name: String) -> RedisWord { .text("st:" + name.dropFirst(3)) }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.uint64(session.rawValue.high)
        writer.uint64(session.rawValue.low)
        writer.uint64(service.high)
        writer.uint64(service.low)
        writer.byte(isNewLogin ? 1 : 0)
        return writer.bytes + Array(url.utf8)
    }

    init(session: SessionID, service: UUID, url: String, isNewLogin: Bool) {
        self.session = session
        self.service = service
        self.url = url
        self.isNewLogin = isNewLogin
    }

    init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let session = UUID(&reader), let service = UUID(&reader), let new = reader.byte() else { return nil }
        self.init(
            session: SessionID(rawValue: session), service: service,
            url: String(decoding: bytes[33...], as: UTF8.self), isNewLogin: new == 1)
    }
}
