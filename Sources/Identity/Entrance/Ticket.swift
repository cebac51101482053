internal import Admission
internal import Cryptography
internal import HTTP
internal import Runtime
internal import Tenancy
internal import Web

/// What somebody who waits keeps: who they are and since when, sealed. It survives nodes and Redis; it says nothing to whoever
/// reads it, because it is given before any password: `t1.<kid>.<nonce and text>.<code>`.
struct Ticket: Sendable {
    static let cookieName = "preau_ticket"
    private static let longest = 2000
    /// Older ones have lost their turn; milliseconds.
    private static let life: Int64 = 12 * 3_600_000
    /// Beside the number of scopes: who proves elsewhere who they are.
    private static let provedElsewhere: UInt8 = 128

    let applicant: Applicant
    /// Milliseconds since 1970, by Redis's clock.
    let firstSeen: Int64

    // MARK: Sealing

    func sealed(with keyring: Keyring) -> String {
        let key = keyring.current
        var writer = ByteWriter()
        writer.uint64(UInt64(clamping: firstSeen))
        writer.uint64(applicant.account.rawValue.high)
        writer.uint64(applicant.account.rawValue.low)
        writer.byte(applicant.role.code)
        writer.byte(applicant.isQueued ? UInt8(clamping: applicant.queuedShare ?? 101) : 255)
        let scopes = applicant.scopes.prefix(24)
        writer.byte(UInt8(scopes.count) | (applicant.proof == .elsewhere ? Ticket.provedElsewhere : 0))
        for scope in scopes {
            writer.text(scope.kind)
            writer.text(scope.name)
        }
        let nonce = SecureRandom.bytes(16)
        let text = nonce + Ticket.masked(writer.bytes, key.ticket, nonce)
        let head = "t1.\(key.id).\(Base64URL.encode(text))"
        return "\(head).\(Base64URL.encode(Array(key.ticket.code(for: head).prefix(16))))"
    }

    /// Nil for anything but a ticket of ours that is not too old.
    static func open(_ text: String, with keyring: Keyring, now: Int64) -> Ticket? {
        guard text.utf8.count <= longest else { return nil }
        let parts = text.split(separator: ".", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "t1", let key = keyring.key(parts[1])?.key,
            let code = Base64URL.decode(parts[3])
        else { return nil }
        let head = Array(text.utf8[..<parts[2].endIndex])
        guard constantTimeEqual(code, Array(key.ticket.code(for: head).prefix(16))),
            let sealed = Base64URL.decode(parts[2]), sealed.count > 16
        else { return nil }
        let nonce = Array(sealed[..<16])
        var reader = ByteReader(masked(Array(sealed[16...]), key.ticket, nonce))
        guard let seen = reader.uint64(), let account = UUID(&reader),
            let role = reader.byte().flatMap(Role.init(code:)),
            let queued = reader.byte(), let count = reader.byte()
        else { return nil }
        var scopes: [RuleScope] = []
        for _ in 0..<count & ~provedElsewhere {
            guard let kind = reader.text(), let name = reader.text(), let scope = RuleScope(kind: kind, name: name)
            else {
                return nil
            }
            scopes.append(scope)
        }
        let firstSeen = Int64(clamping: seen)
        guard reader.isAtEnd, firstSeen > now - life else { return nil }
        return Ticket(
            applicant: Applicant(
                account: AccountID(rawValue: account), role: role, scopes: scopes, isQueued: queued != 255,
                queuedShare: queued <= 100 ? Int(queued) : nil,
                proof: count & provedElsewhere != 0 ? .elsewhere : .password),
            firstSeen: firstSeen)
    }

    /// HMAC-SHA256 as a stream of bytes: a nonce is random and used once.
    private static func masked(_ bytes: [UInt8], _ key: HMACKey, _ nonce: [UInt8]) -> [UInt8] {
        var result = bytes
        var stream: [UInt8] = []
        for index in bytes.indices {
            if index % 32 == 0 { stream = key.code(for: Array("mask ".utf8) + nonce + [UInt8(index / 32)]) }
            result[index] ^= stream[index % 32]
        }
        return result
    }

    // MARK: Its cookie

    static func setting(_ ticket: String, isSecure: Bool) -> String {
        CookieHeader.set(cookieName, ticket, isSecure: isSecure)
    }

    /// Once somebody is in, or has nothing to wait for.
    static func discard(from response: inout Response, _ call: Call) {
        guard call.request.cookie(cookieName) != nil else { return }
        response.headers.add("Set-Cookie", CookieHeader.remove(cookieName, isSecure: call.request.isSecure))
    }
}

extension Problem {
    /// A program keeps its turn by the same cookie.
    func keepingTurn(of error: IdentityError, isSecure: Bool) -> Problem {
        guard case .waiting(_, let ticket) = error else { return self }
        return adding(header: "Set-Cookie", Ticket.setting(ticket, isSecure: isSecure))
    }
}
