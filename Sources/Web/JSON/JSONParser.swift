/// Why a text is not JSON that we take, with the offset of the byte where it shows.
package enum JSONSyntaxError: Error, Equatable, Sendable {
    case unexpected(offset: Int)
    case ended
    case tooDeep(offset: Int)
    case tooManyValues(offset: Int)
    case duplicateMember(offset: Int)
    case invalidText(offset: Int)
    case numberOutOfRange(offset: Int)
}

/// Reads one JSON value, within bounds.
///
/// Stricter than RFC 8259 asks: a member named twice is refused (two readers could take different ones), so are NUL and
/// lone surrogates, which no database column would take.
package struct JSONParser {
    private let source: [UInt8]
    private var position = 0
    private var values = 0
    private let depthLimit: Int
    private let valueLimit: Int

    package init(_ source: [UInt8], depthLimit: Int = 16, valueLimit: Int = 20_000) {
        self.source = source
        self.depthLimit = depthLimit
        self.valueLimit = valueLimit
    }

    package mutating func parse() throws(JSONSyntaxError) -> JSON {
        position = 0
        values = 0
        let value = try value(depth: 0)
        skipSpace()
        guard position == source.count else { throw .unexpected(offset: position) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSON {
        skipSpace()
        guard position < source.count else { throw .ended }
        values += 1
        guard values <= valueLimit else { throw .tooManyValues(offset: position) }
        switch source[position] {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw .unexpected(offset: position)
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSON {
        guard depth <= depthLimit else { throw .tooDeep(offset: position) }
        position += 1
        var members: [JSON.Member] = []
        var names: Set<String> = []
        skipSpace()
        if try take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            let start = position
            guard try peek() == UInt8(ascii: "\"") else { throw .unexpected(offset: position) }
            let name = try string()
            guard names.insert(name).inserted else { throw .duplicateMember(offset: start) }
            skipSpace()
            guard try take(UInt8(ascii: ":")) else { throw .unexpected(offset: position) }
            members.append(JSON.Member(name, try value(depth: depth)))
            skipSpace()
            if try take(UInt8(ascii: ",")) { continue }
            guard try take(UInt8(ascii: "}")) else { throw .unexpected(offset: position) }
            return .object(members)
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSON {
        guard depth <= depthLimit else { throw .tooDeep(offset: position) }
        position += 1
        var elements: [JSON] = []
        skipSpace()
        if try take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            if try take(UInt8(ascii: ",")) { continue }
            guard try take(UInt8(ascii: "]")) else { throw .unexpected(offset: position) }
            return .array(elements)
        }
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        let opening = position
        position += 1
        var text: [UInt8] = []
        var start = position
        while true {
            guard position < source.count else { throw .ended }
            let byte = source[position]
            switch byte {
            case UInt8(ascii: "\""):
                text.append(contentsOf: source[start..<position])
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else { throw .invalidText(offset: opening) }
                return string
            case UInt8(ascii: "\\"):
                text.append(contentsOf: source[start..<position])
                position += 1
                try escape(into: &text)
                start = position
            case 0..<0x20: throw .unexpected(offset: position)
            default: position += 1
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        let offset = position
        let byte = try peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code) {
                guard try take(UInt8(ascii: "\\")), try take(UInt8(ascii: "u")) else {
                    throw .invalidText(offset: offset)
                }
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw .invalidText(offset: offset) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard code != 0, let scalar = Unicode.Scalar(code) else { throw .invalidText(offset: offset) }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw .unexpected(offset: offset)
        }
    }

    private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = hexValue(try peek()) else { throw .unexpected(offset: position) }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private mutating func number() throws(JSONSyntaxError) -> JSON {
        let start = position
        _ = try take(UInt8(ascii: "-"))
        let leading = position
        guard digits() > 0 else { throw position < source.count ? .unexpected(offset: position) : .ended }
        guard position - leading == 1 || source[leading] != UInt8(ascii: "0") else {
            throw .unexpected(offset: leading)
        }
        var isWhole = true
        if position < source.count, source[position] == UInt8(ascii: ".") {
            position += 1
            isWhole = false
            guard digits() > 0 else { throw .unexpected(offset: position) }
        }
        if position < source.count, source[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            isWhole = false
            if position < source.count, source[position] == UInt8(ascii: "+") || source[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard digits() > 0 else { throw .unexpected(offset: position) }
        }
        guard position - start <= 64 else { throw .numberOutOfRange(offset: start) }
        let text = String(decoding: source[start..<position], as: UTF8.self)
        if isWhole, let value = Int(text) { return .integer(value) }
        guard !isWhole, let value = Double(text), value.isFinite else { throw .numberOutOfRange(offset: start) }
        return .number(value)
    }

    private mutating func digits() -> Int {
        let start = position
        while position < source.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(source[position]) {
            position += 1
        }
        return position - start
    }

    private mutating func word(_ word: StaticString) throws(JSONSyntaxError) {
        let end = position + word.utf8CodeUnitCount
        guard end <= source.count else { throw .ended }
        let matches = word.withUTF8Buffer { $0.elementsEqual(source[position..<end]) }
        guard matches else { throw .unexpected(offset: position) }
        position = end
    }

    private func peek() throws(JSONSyntaxError) -> UInt8 {
        guard position < source.count else { throw .ended }
        return source[position]
    }

    private mutating func take(_ byte: UInt8) throws(JSONSyntaxError) -> Bool {
        guard try peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < source.count {
            switch source[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }
}

func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
