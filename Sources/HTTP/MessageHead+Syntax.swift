/// The grammar of the request line and of `Host` (RFC 9112 §3, RFC 3986 §3.2).
extension MessageHead {
    static func method(_ bytes: ArraySlice<UInt8>) -> Method? {
        // GET first: nearly every request.
        if isEqual(bytes, "GET") { return .get }
        return Method.all.first { isEqual(bytes, $0.rawValue) }
    }

    static func isVersion11(_ bytes: [UInt8], at index: Int) throws(Refusal) -> Bool {
        guard isEqual(bytes[index..<index + 7], "HTTP/1.") else { throw .unknownVersion }
        switch bytes[index + 7] {
        case UInt8(ascii: "1"): return true
        case UInt8(ascii: "0"): return false
        default: throw .unknownVersion
        }
    }

    private static func isEqual(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool {
        guard bytes.count == text.utf8.count else { return false }
        var index = bytes.startIndex
        for byte in text.utf8 {
            guard bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// Path, query and authority of an origin-form, absolute-form or (for OPTIONS) asterisk-form target.
    static func split(
        _ bytes: [UInt8], _ target: Range<Int>, _ method: Method
    ) throws(Refusal) -> (path: Range<Int>, query: Range<Int>?, authority: Range<Int>?) {
        for index in target {
            let byte = bytes[index]
            guard byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "#") else { throw .badTarget }
        }
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

    /// The host of `name`, `name:port`, `[address]` or `[address]:port`; nil for anything else.
    static func hostRange(_ bytes: [UInt8], _ field: Range<Int>) -> Range<Int>? {
        guard !field.isEmpty, field.count <= 260 else { return nil }
        var end = field.lowerBound
        if bytes[end] == UInt8(ascii: "[") {
            end += 1
            while end < field.upperBound, ASCII.isHexDigit(bytes[end]) || bytes[end] == 0x3a || bytes[end] == 0x2e {
                end += 1
            }
            guard end > field.lowerBound + 2, end < field.upperBound, bytes[end] == UInt8(ascii: "]") else {
                return nil
            }
            end += 1
        } else {
            while end < field.upperBound, ASCII.isHostName(bytes[end]) { end += 1 }
            guard end > field.lowerBound else { return nil }
        }
        if end < field.upperBound {
            let port = bytes[(end + 1)..<field.upperBound]
            guard bytes[end] == UInt8(ascii: ":"), port.count <= 5, port.allSatisfy(ASCII.isDigit) else { return nil }
        }
        return field.lowerBound..<end
    }
}
