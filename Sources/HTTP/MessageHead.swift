/// The request line and header fields of one request, checked, in one array.
///
/// libmicrohttpd 0.9.75 is lenient, and what it hands out hides what it was lenient about. So the block is read again
/// here as it stands in its buffer, where every separator that it recognised is overwritten with NUL:
/// `GET·/path·HTTP/1.1··Host· example··…··` (`·` is NUL; two of them for CR LF, one for a space, a colon or a bare LF).
/// Whatever two programs could read in two ways is refused.
struct MessageHead: Sendable {
    /// Where a field stands in `bytes`: 8 bytes, since a block is never larger than 64 kB.
    struct Field: Sendable {
        private let nameStart: UInt16
        private let nameEnd: UInt16
        private let valueStart: UInt16
        private let valueEnd: UInt16

        init(name: Range<Int>, value: Range<Int>) {
            nameStart = UInt16(truncatingIfNeeded: name.lowerBound)
            nameEnd = UInt16(truncatingIfNeeded: name.upperBound)
            valueStart = UInt16(truncatingIfNeeded: value.lowerBound)
            valueEnd = UInt16(truncatingIfNeeded: value.upperBound)
        }

        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    enum Framing: Equatable, Sendable {
        case none
        case length(Int)
        case chunked
    }

    /// The block with the target as it was sent.
    let bytes: [UInt8]
    let method: Method
    let path: Range<Int>
    let query: Range<Int>?
    let isVersion11: Bool
    private(set) var fields: [Field] = []
    private(set) var framing = Framing.none
    private(set) var expectsContinue = false
    /// Lowercase, without port; empty for an HTTP/1.0 request without it.
    private(set) var host = ""

    /// - Parameters:
    ///   - bytes: the block in the form above, to the NULs of its empty line included.
    ///   - target: the bytes of the request target.
    init(_ bytes: [UInt8], target: Range<Int>, limits: HTTPServerConfiguration.Limits) throws(Refusal) {
        self.bytes = bytes
        guard target.count <= limits.target else { throw .targetTooLong }
        guard bytes.count <= min(limits.headerBlock, Int(UInt16.max)) else { throw .headersTooLarge }
        guard target.lowerBound > 1, target.upperBound + 11 < bytes.count, !target.isEmpty else { throw .malformed }
        guard let method = MessageHead.method(bytes[..<(target.lowerBound - 1)]) else { throw .unknownMethod }
        self.method = method

        // Read from the end of the target: a NUL or a second space inside the line moves the version away from here.
        let version = target.upperBound + 1
        guard bytes[target.upperBound] == 0, bytes[version + 8] == 0, bytes[version + 9] == 0 else { throw .malformed }
        isVersion11 = try MessageHead.isVersion11(bytes, at: version)
        let authority: Range<Int>?
        (path, query, authority) = try MessageHead.split(bytes, target, method)
        try readFields(from: version + 10, limits)
        try check(authority)
    }

    // MARK: Fields

    /// The first value of that name (in lowercase).
    func value(_ name: String) -> Range<Int>? {
        for field in fields where isNamed(field, name) { return field.value }
        return nil
    }

    func values(_ name: String) -> [Range<Int>] {
        fields.lazy.filter { isNamed($0, name) }.map(\.value)
    }

    func text(_ range: Range<Int>) -> String {
        bytes.withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self) }
    }

    func isNamed(_ field: Field, _ name: String) -> Bool {
        let range = field.name
        guard range.count == name.utf8.count else { return false }
        var index = range.lowerBound
        for byte in name.utf8 {
            guard ASCII.lowercased(bytes[index]) == byte else { return false }
            index += 1
        }
        return true
    }

    private mutating func readFields(from start: Int, _ limits: HTTPServerConfiguration.Limits) throws(Refusal) {
        var found: [Field] = []
        found.reserveCapacity(16)
        let end = bytes.count
        let refusal: Refusal? = bytes.withUnsafeBufferPointer { bytes in
            var index = start
            while true {
                guard index + 1 < end else { return .malformed }
                if bytes[index] == 0 { return bytes[index + 1] == 0 && index + 2 == end ? nil : .malformed }
                let nameStart = index
                while index < end, ASCII.isToken(bytes[index]) { index += 1 }
                // A space before the colon, a folded line, an empty name: none ends at a NUL after a token.
                guard index > nameStart, index < end, bytes[index] == 0 else { return .malformed }
                let name = nameStart..<index
                index += 1
                while index < end, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
                let valueStart = index
                while index < end, ASCII.isFieldValue(bytes[index]) { index += 1 }
                // Only CR LF leaves two NULs; a bare LF, or a NUL that was sent, leaves one before the next character.
                guard index + 1 < end, bytes[index] == 0, bytes[index + 1] == 0 else { return .malformed }
                var valueEnd = index
                while valueEnd > valueStart, bytes[valueEnd - 1] == 0x20 || bytes[valueEnd - 1] == 0x09 {
                    valueEnd -= 1
                }
                index += 2
                guard index - nameStart <= limits.headerLine, found.count < limits.headerCount else {
                    return .headersTooLarge
                }
                found.append(Field(name: name, value: valueStart..<valueEnd))
            }
        }
        if let refusal { throw refusal }
        fields = found
    }

    // MARK: What must be there once

    private mutating func check(_ authority: Range<Int>?) throws(Refusal) {
        var hostField: Range<Int>?
        var length: Range<Int>?
        var coding: Range<Int>?
        for field in fields {
            switch field.name.count {
            case 4 where isNamed(field, "host"):
                guard hostField == nil else { throw .badHost }
                hostField = field.value
            case 14 where isNamed(field, "content-length"):
                guard length == nil else { throw .ambiguousLength }
                length = field.value
            case 17 where isNamed(field, "transfer-encoding"):
                guard coding == nil else { throw .ambiguousLength }
                coding = field.value
            case 6 where isNamed(field, "expect"):
                guard text(field.value).lowercased() == "100-continue" else { throw .unknownExpectation }
                expectsContinue = isVersion11
            default: break
            }
        }
        try readFraming(length, coding)
        try readHost(hostField, authority)
    }

    private mutating func readFraming(_ length: Range<Int>?, _ coding: Range<Int>?) throws(Refusal) {
        if let coding {
            guard length == nil, isVersion11 else { throw .ambiguousLength }
            // The byte after the value must be its end: libmicrohttpd compares without trimming, and takes
            // "chunked " for a body that ends with the connection.
            guard text(coding).lowercased() == "chunked", bytes[coding.upperBound] == 0 else { throw .unknownCoding }
            framing = .chunked
        } else if let length {
            guard !length.isEmpty, length.count <= 18, bytes[length].allSatisfy(ASCII.isDigit),
                bytes[length.upperBound] == 0
            else { throw .ambiguousLength }
            let value = bytes[length].reduce(0) { $0 * 10 + Int($1 - 0x30) }
            framing = value == 0 ? .none : .length(value)
        }
    }

    private mutating func readHost(_ field: Range<Int>?, _ authority: Range<Int>?) throws(Refusal) {
        guard let field else {
            guard !isVersion11, authority == nil else { throw .badHost }
            return
        }
        // RFC 9112 §3.2.2 lets the target's authority win; a front that reads the field would route elsewhere.
        if let authority { guard text(authority).lowercased() == text(field).lowercased() else { throw .badHost } }
        guard let name = MessageHead.hostRange(bytes, field) else { throw .badHost }
        let host = text(name)
        self.host = bytes[name].contains(where: ASCII.isUppercase) ? host.lowercased() : host
    }
}
