/// The part of CBOR (RFC 8949) that authenticators write: definite lengths, no tags, no floating point.
indirect enum CBOR: Equatable {
    case integer(Int64)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    case map([(CBOR, CBOR)])
    case bool(Bool)
    case null

    static func == (left: CBOR, right: CBOR) -> Bool {
        switch (left, right) {
        case (.integer(let a), .integer(let b)): a == b
        case (.bytes(let a), .bytes(let b)): a == b
        case (.text(let a), .text(let b)): a == b
        case (.bool(let a), .bool(let b)): a == b
        case (.null, .null): true
        default: false
        }
    }

    subscript(key: CBOR) -> CBOR? {
        guard case .map(let pairs) = self else { return nil }
        return pairs.first { $0.0 == key }?.1
    }

    var bytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
    var integer: Int64? { if case .integer(let value) = self { value } else { nil } }

    /// The first value of some bytes and how many it took; nil for anything malformed, deep or long.
    static func read(_ source: [UInt8], from start: Int = 0) -> (value: CBOR, end: Int)? {
        var reader = CBORReader(source, start)
        guard let value = reader.value(depth: 0) else { return nil }
        return (value, reader.position)
    }
}

private struct CBORReader {
    private let source: [UInt8]
    private(set) var position: Int
    private var values = 0

    init(_ source: [UInt8], _ start: Int) {
        self.source = source
        position = start
    }

    mutating func value(depth: Int) -> CBOR? {
        values += 1
        guard depth <= 4, values <= 500, let head = byte() else { return nil }
        switch head {
        case 0xf4: return .bool(false)
        case 0xf5: return .bool(true)
        case 0xf6: return .null
        default: break
        }
        guard let count = argument(head & 0x1f) else { return nil }
        switch head >> 5 {
        case 0: return .integer(count)
        case 1: return .integer(-1 - count)
        case 2: return take(count).map { .bytes($0) }
        case 3: return take(count).flatMap { String(validating: $0, as: UTF8.self) }.map { .text($0) }
        case 4:
            guard count <= 100 else { return nil }
            var elements: [CBOR] = []
            for _ in 0..<count {
                guard let element = value(depth: depth + 1) else { return nil }
                elements.append(element)
            }
            return .array(elements)
        case 5:
            guard count <= 100 else { return nil }
            var pairs: [(CBOR, CBOR)] = []
            for _ in 0..<count {
                guard let key = value(depth: depth + 1), let value = value(depth: depth + 1),
                    !pairs.contains(where: { $0.0 == key })
                else { return nil }
                pairs.append((key, value))
            }
            return .map(pairs)
        default: return nil
        }
    }

    private mutating func argument(_ short: UInt8) -> Int64? {
        switch short {
        case 0..<24: return Int64(short)
        case 24...27:
            guard let bytes = take(1 << Int64(short - 24)) else { return nil }
            let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return value > UInt64(Int64.max) ? nil : Int64(value)
        default: return nil
        }
    }

    private mutating func byte() -> UInt8? { take(1)?.first }

    private mutating func take(_ count: Int64) -> [UInt8]? {
        guard count >= 0, count <= Int64(source.count - position) else { return nil }
        defer { position += Int(count) }
        return Array(source[position..<position + Int(count)])
    }
}
