/// One word of a command: its name, a key or an argument. Always sent as a counted string, so nothing needs quoting.
package enum RedisWord: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
    ExpressibleByIntegerLiteral
{
    case text(String)
    case bytes([UInt8])
    case integer(Int)

    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
}

/// Commands in RESP2 form (`*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`), written into one buffer that is used again.
struct RedisCommandBuffer {
    /// The command and a zero byte: hiredis 0.14 looks for the channels of a `SUBSCRIBE` with `strchr`, past the length
    /// that it is given.
    private var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(1024) }

    var count: Int { bytes.count - 1 }

    /// Lends the command; the byte after its end is zero.
    func withCommand<Result>(_ body: (UnsafePointer<CChar>?, Int) -> Result) -> Result {
        bytes.withUnsafeBytes { body($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count - 1) }
    }

    mutating func encode(_ words: [RedisWord]) {
        // One oversized value must not keep its memory for ever.
        if bytes.capacity > 1 << 20 { bytes = [] }
        bytes.removeAll(keepingCapacity: true)
        header(UInt8(ascii: "*"), words.count)
        for word in words {
            switch word {
            case .text(var text): text.withUTF8 { append($0) }
            case .bytes(let value): value.withUnsafeBufferPointer { append($0) }
            case .integer(let value): append(decimal: value)
            }
        }
        bytes.append(0)
    }

    private mutating func append(_ word: UnsafeBufferPointer<UInt8>) {
        header(UInt8(ascii: "$"), word.count)
        bytes.append(contentsOf: word)
        endLine()
    }

    private mutating func append(decimal value: Int) {
        header(UInt8(ascii: "$"), RedisCommandBuffer.width(value))
        appendDigits(value)
        endLine()
    }

    private mutating func header(_ mark: UInt8, _ count: Int) {
        bytes.append(mark)
        appendDigits(count)
        endLine()
    }

    private mutating func endLine() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func appendDigits(_ value: Int) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        guard rest >= 10 else { return bytes.append(UInt8(ascii: "0") + UInt8(rest)) }
        let start = bytes.count
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }

    private static func width(_ value: Int) -> Int {
        var width = value < 0 ? 2 : 1
        var rest = value.magnitude / 10
        while rest > 0 {
            width += 1
            rest /= 10
        }
        return width
    }
}
