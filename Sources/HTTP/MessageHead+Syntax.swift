/// The grammar of the request line and of `Host` (RFC 9112 §3, RFC 3986 §3.2).
extension MessageHead {
    static let version11 = ArraySlice("HTTP/1.1".utf8)
    static let version10 = ArraySlice("HTTP/1.0".utf8)

    static func method(_ bytes: ArraySlice<UInt8>) -> Method? {
        // GET first: nearly every request.
        if bytes.elementsEqual(getBytes) { return .get }
        return Method.all.first { $0.rawValue.utf8.elementsEqual(bytes) }
    }

    private static let getBytes: [UInt8] = Array("GET".utf8)

    /// Path, query and authority of an origin-form, absolute-form or (for OPTIONS) asterisk-form target.
    static func split(
        _ bytes: [UInt8], _ target: Range<Int>, _ method: Method
    ) throws(Refusal) -> (path: Range<Int>, query: Range<Int>?, authority: Range<Int>?) {
        guard bytes[target].allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else { throw .badTarget }
        var start = target.lowerBound
        var authority: Range<Int>?
        if bytes[start] != UInt8(ascii: "/") {
            if method == .options, target.count == 1, bytes[start] == UInt8(ascii: "*") { return (target, nil, nil) }
            guard let scheme = schemes.first(where: { bytes[target].starts(with: $0) }) else { throw .badTarget }
            let host = start + scheme.count
            start = bytes[host..<target.upperBound].firstIndex(of: UInt8(ascii: "/")) ?? target.upperBound
            guard start > host, start < target.upperBound else { throw .badTarget }
            authority = host..<start
        }
        let mark = bytes[start..<target.upperBound].firstIndex(of: UInt8(ascii: "?"))
        let path = start..<(mark ?? target.upperBound)
        guard hasValidEscapes(bytes, path) else { throw .badTarget }
        return (path, mark.map { ($0 + 1)..<target.upperBound }, authority)
    }

    private static let schemes: [[UInt8]] = [Array("http://".utf8), Array("https://".utf8)]

    /// Every `%` has two hexadecimal digits, and none of them hides a NUL.
    private static func hasValidEscapes(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "%") {
                guard index + 2 < range.upperBound, ASCII.isHexDigit(bytes[index + 1]),
                    ASCII.isHexDigit(bytes[index + 2]),
                    !(bytes[index + 1] == 0x30 && bytes[index + 2] == 0x30)
                else { return false }
            }
            index += 1
        }
        return true
    }

    /// The host of `name`, `name:port`, `[address]` or `[address]:port`, all in lowercase; nil for anything else.
    static func host(_ value: String) -> String? {
        let bytes = Array(value.utf8)
        guard let first = bytes.first, bytes.count <= 260 else { return nil }
        let end: Int
        if first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close > 1,
                bytes[1..<close].allSatisfy({
                    ASCII.isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                })
            else { return nil }
            end = close + 1
        } else {
            end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
            guard end > 0, bytes[..<end].allSatisfy({ ASCII.isAlphanumeric($0) || "-._~".utf8.contains($0) }) else {
                return nil
            }
        }
        guard end < bytes.count else { return value }
        let port = bytes[(end + 1)...]
        guard bytes[end] == UInt8(ascii: ":"), port.count <= 5, port.allSatisfy(ASCII.isDigit) else { return nil }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
