/// Cuts a stream of bytes where its content says so: the same rows give the same blocks tomorrow, whatever was added before
/// them, so that only what is new has to be sent.
struct BlockCutter {
    /// In bytes; most blocks are about a quarter of a megabyte.
    static let least = 64 << 10
    static let most = 1 << 20
    /// A cut where this many of the lowest bits of the rolling hash are nought.
    private static let mask: UInt64 = (1 << 18) - 1

    private var buffer: [UInt8] = []
    private var scanned = 0
    private var hash: UInt64 = 0

    /// One random number for each byte (a "gear" hash); the same for ever, or nothing would be found again.
    private static let gear: [UInt64] = {
        var state: UInt64 = 0x7072_6561_7531_3236
        return (0..<256).map { _ in
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }()

    /// - Returns: the blocks that became whole.
    mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        buffer += bytes
        var blocks: [[UInt8]] = []
        var start = 0
        let gear = BlockCutter.gear
        buffer.withUnsafeBufferPointer { buffer in
            while scanned < buffer.count {
                hash = (hash << 1) &+ gear[Int(buffer[scanned])]
                scanned += 1
                let length = scanned - start
                guard length >= BlockCutter.most || length >= BlockCutter.least && hash & BlockCutter.mask == 0 else {
                    continue
                }
                blocks.append(Array(buffer[start..<scanned]))
                start = scanned
                hash = 0
            }
        }
        buffer.removeFirst(start)
        scanned -= start
        return blocks
    }

    /// What is left, at the end; nil when nothing is.
    mutating func finish() -> [UInt8]? {
        defer { (buffer, scanned, hash) = ([], 0, 0) }
        return buffer.isEmpty ? nil : buffer
    }
}
