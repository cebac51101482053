/// The other end of a connection, and how far its word about others goes.
final class Peer: Sendable {
    let address: String
    let isTrusted: Bool
    private let trusted: [AddressRange]

    init(address: String, isTrusted: Bool, trusted: [AddressRange]) {
        self.address = address
        self.isTrusted = isTrusted
        self.trusted = trusted
    }

    /// The nearest address in `X-Forwarded-For`, read from the right, that is not itself a trusted proxy: what stands
    /// further left is only what the client claims. A part that is not an address ends the search.
    func forwardedAddress(_ head: MessageHead) -> String {
        var nearest = address
        for field in head.values("x-forwarded-for").reversed() {
            // From the right: of a request through one proxy, which is nearly every one, this is the whole of the field.
            var end = field.upperBound
            while end >= field.lowerBound {
                let comma = head.bytes[field.lowerBound..<end].lastIndex(of: UInt8(ascii: ","))
                let part = (comma.map { $0 + 1 } ?? field.lowerBound)..<end
                end = comma ?? field.lowerBound - 1
                guard !part.isEmpty else { continue }
                let text = head.text(Peer.trimmed(part, of: head.bytes))
                guard let candidate = Address(text) else { return nearest }
                // IPv4 is read in one form only; IPv6 has many.
                nearest = text.utf8.contains(UInt8(ascii: ":")) ? candidate.text : text
                if !trusted.contains(where: { $0.contains(candidate) }) { return nearest }
            }
        }
        return nearest
    }

    private static func trimmed(_ part: Range<Int>, of bytes: [UInt8]) -> Range<Int> {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var part = part
        while let first = part.first, isBlank(bytes[first]) { part = first + 1..<part.upperBound }
        while let last = part.last, isBlank(bytes[last]) { part = part.lowerBound..<last }
        return part
    }
}
