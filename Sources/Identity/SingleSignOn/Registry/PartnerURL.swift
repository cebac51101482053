internal import Web

/// An address of a partner application, taken apart: only what two readers understand alike is one.
///
/// Refused: anything but http and https, a user name, a backslash, a character outside ASCII or a control, a segment that is or
/// decodes to `.` or `..`, an encoded slash in the path. Case of scheme and host, the default port, a fragment and a
/// `;jsessionid` make no difference.
package struct PartnerURL: Hashable, Sendable {
    package let isSecure: Bool
    /// Lower-case; `[…]` for IPv6.
    package let host: String
    package let port: UInt16
    /// From its first slash on, as it was written.
    package let path: String
    package let query: String?
    /// `https://host`, with the port when it is not the scheme's own.
    package let origin: String
    /// One text for one address.
    package let text: String

    static let longest = 2000

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= PartnerURL.longest, bytes.allSatisfy(PartnerURL.isPlain) else { return nil }
        let rest: ArraySlice<UInt8>
        if let after = PartnerURL.after("https://", in: bytes) {
            (isSecure, rest) = (true, after)
        } else if let after = PartnerURL.after("http://", in: bytes) {
            (isSecure, rest) = (false, after)
        } else {
            return nil
        }
        let withoutFragment = rest.prefix { $0 != UInt8(ascii: "#") }
        let authority = withoutFragment.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard let (host, port) = PartnerURL.place(authority) else { return nil }
        self.host = host
        self.port = port ?? (isSecure ? 443 : 80)
        let target = withoutFragment[authority.endIndex...]
        let rawPath = target.prefix { $0 != UInt8(ascii: "?") }
        query =
            rawPath.endIndex == target.endIndex
            ? nil : String(decoding: target[(rawPath.endIndex + 1)...], as: UTF8.self)
        guard let path = PartnerURL.path(rawPath) else { return nil }
        self.path = path
        let usual: UInt16 = isSecure ? 443 : 80
        origin = (isSecure ? "https://" : "http://") + self.host + (self.port == usual ? "" : ":\(self.port)")
        self.text = origin + path + (query.map { "?" + $0 } ?? "")
    }

    /// The same address with one more item at the end of its query.
    package func adding(_ name: StaticString, _ value: String) -> String {
        let query = query.flatMap { $0.isEmpty ? nil : $0 + "&" } ?? ""
        return "\(origin)\(path)?\(query)\(name)=\(value.percentEncoded())"
    }

    /// Whether only this machine can be meant: what development partners are.
    package var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || PartnerURL.isLoopbackAddress(host)
    }

    private static func isLoopbackAddress(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        guard byte > 0x20, byte < 0x7f else { return false }
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            return false
        default: return true
        }
    }

    private static func after(_ scheme: StaticString, in bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let count = scheme.utf8CodeUnitCount
        guard bytes.count > count else { return nil }
        let matches = scheme.withUTF8Buffer { wanted in
            zip(bytes, wanted).allSatisfy { byte, wanted in
                byte == wanted || ((65...90).contains(byte) && byte + 32 == wanted)
            }
        }
        return matches ? bytes[count...] : nil
    }

    private static func place(_ authority: ArraySlice<UInt8>) -> (host: String, port: UInt16?)? {
        guard !authority.contains(UInt8(ascii: "@")), !authority.contains(UInt8(ascii: "%")) else { return nil }
        let text = String(decoding: authority, as: UTF8.self).lowercased()
        var host = Substring(text)
        var port: UInt16?
        let end = host.hasPrefix("[") ? host.lastIndex(of: "]").map(host.index(after:)) : host.firstIndex(of: ":")
        if let end, end != host.endIndex {
            let digits = host[host.index(after: end)...]
            guard host[end] == ":", let number = UInt16(digits), number > 0, String(number) == digits else {
                return nil
            }
            port = number
            host = host[..<end]
        }
        return isHost(host) ? (String(host), port) : nil
    }

    private static func isHost(_ host: Substring) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]") {
            return host.dropFirst().dropLast().utf8.allSatisfy { $0 == 58 || $0 == 46 || isHex($0) } && host.count > 3
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return !host.isEmpty && host.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.utf8.allSatisfy {
                        (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 95
                    }
            }
    }

    private static func isHex(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte | 0x20) }

    private static func path(_ raw: ArraySlice<UInt8>) -> String? {
        guard !raw.isEmpty else { return "/" }
        var text = String(decoding: raw, as: UTF8.self)
        if let mark = text.firstRange(of: ";jsessionid=") { text = String(text[..<mark.lowerBound]) }
        for segment in text.split(separator: "/", omittingEmptySubsequences: false) {
            guard let decoded = decoded(segment), decoded != ".", decoded != "..",
                !decoded.utf8.contains(where: { $0 == 47 || $0 == 92 || $0 < 0x20 || $0 == 0x7f })
            else { return nil }
        }
        return text.isEmpty ? "/" : text
    }

    /// Nil for an escape that is none.
    private static func decoded(_ segment: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(segment.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                rest.prefix(2).allSatisfy(isHex)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
