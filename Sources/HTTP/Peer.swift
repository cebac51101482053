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
        let parts = head.values("x-forwarded-for").flatMap { head.text($0).split(separator: ",") }
        var nearest = address
        for part in parts.reversed() {
            let text = String(
                part.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
            guard let candidate = Address(text) else { break }
            nearest = candidate.text
            if !trusted.contains(where: { $0.contains(candidate) }) { break }
        }
        return nearest
    }
}
