/// Commands in RESP2 form (`*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`), written into one piece of memory that is used again.
final class RedisCommandBuffer {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes of the command; a zero byte follows them: hiredis 0.14 looks for the channels of a `SUBSCRIBE` with `strchr`,
    /// past the length that it is given.
    private(set) var count = 0

    private static let usualCapacity = 1024
    /// The most digits of an integer, its sign, a mark and two line ends.
    private static let overheadOfAWord = 32

    init() {
        capacity = RedisCommandBuffer.usualCapacity
        start = .allocate(capacity: capacity)
        start.pointee = 0
    }

    deinit { start.deallocate() }

    /// Lends the command; the byte after its end is zero.
    func withCommand<Result>(_ body: (UnsafePointer<CChar>, Int) -> Result) -> Result {
        start.withMemoryRebound(to: CChar.self, capacity: count + 1) { body($0, count) }
    }

    func encode(_ words: [RedisWord]) {
        makeRoom(for: words)
        count = 0
        header(UInt8(ascii: "*"), words.count)
        for word in words {
            switch word {
            case .text(var text): text.withUTF8 { append($0) }
            case .bytes(let value): value.withUnsafeBufferPointer { append($0) }
            case .integer(let value):
                header(UInt8(ascii: "$"), RedisCommandBuffer.width(value))
                digits(of: value)
                endLine()
            }
        }
        start[count] = 0
    }

    private func makeRoom(for words: [RedisWord]) {
        var needed = RedisCommandBuffer.overheadOfAWord
        for word in words {
            needed += 2 * RedisCommandBuffer.overheadOfAWord
            switch word {
            case .text(let text): needed += text.utf8.count
            case .bytes(let value): needed += value.count
            case .integer: break
            }
        }
        // Memory for one oversized value is not kept for ever.
        guard needed > capacity || capacity > 1 << 20 else { return }
        start.deallocate()
        capacity = max(needed, RedisCommandBuffer.usualCapacity)
        start = .allocate(capacity: capacity)
    }

    private func append(_ word: UnsafeBufferPointer<UInt8>) {
        header(UInt8(ascii: "$"), word.count)
        if let first = word.baseAddress {
            (start + count).update(from: first, count: word.count)
            count += word.count
        }
        endLine()
    }

    private func header(_ mark: UInt8, _ value: Int) {
        start[count] = mark
        count += 1
        digits(of: value)
        endLine()
    }

    private func endLine() {
        start[count] = UInt8(ascii: "\r")
        start[count + 1] = UInt8(ascii: "\n")
        count += 2
    }

    private func digits(of value: Int) {
        let width = RedisCommandBuffer.width(value)
        var rest = value.magnitude
        var position = count + width
        count = position
        repeat {
            position -= 1
            start[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if value < 0 { start[position - 1] = UInt8(ascii: "-") }
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
