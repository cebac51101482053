/// Writes JSON as UTF-8, straight into one array.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.object {
///     $0.field("id", lesson.id)
///     $0.array("rooms", lesson.rooms)
/// }
/// ```
/// A member's name is a literal, known to need no escaping. Commas are the writer's business.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(capacity: Int = 1024) { bytes.reserveCapacity(capacity) }

    /// What one value writes.
    package static func bytes(of value: some JSONRepresentable, capacity: Int = 1024) -> [UInt8] {
        var writer = JSONWriter(capacity: capacity)
        value.write(to: &writer)
        return writer.bytes
    }

    // MARK: Containers

    package mutating func object<Failure: Error>(
        _ members: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        open(UInt8(ascii: "{"))
        try members(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func array<Failure: Error>(
        _ elements: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        open(UInt8(ascii: "["))
        try elements(&self)
        close(UInt8(ascii: "]"))
    }

    package mutating func array<Elements: Sequence, Failure: Error>(
        _ elements: Elements, _ write: (inout JSONWriter, Elements.Element) throws(Failure) -> Void
    ) throws(Failure) {
        open(UInt8(ascii: "["))
        for element in elements { try write(&self, element) }
        close(UInt8(ascii: "]"))
    }

    // MARK: Members

    @inline(__always)
    package mutating func field(_ name: StaticString, _ value: some JSONRepresentable) {
        key(name)
        value.write(to: &self)
    }

    package mutating func object<Failure: Error>(
        _ name: StaticString, _ members: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try object(members)
    }

    package mutating func array<Elements: Sequence, Failure: Error>(
        _ name: StaticString, _ elements: Elements,
        _ write: (inout JSONWriter, Elements.Element) throws(Failure) -> Void
    ) throws(Failure) {
        key(name)
        try array(elements, write)
    }

    package mutating func array<Elements: Sequence>(_ name: StaticString, _ elements: Elements)
    where Elements.Element: JSONRepresentable {
        key(name)
        array(elements) { $1.write(to: &$0) }
    }

    /// The name of the next member; its value must follow.
    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.appendStatic(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// The name of the next member when it is data.
    package mutating func key(escaping name: String) {
        write(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Values

    package mutating func write(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(text)
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func write(_ value: Int) {
        separate()
        bytes.appendDecimal(value)
    }

    package mutating func write(_ value: Bool) { raw(value ? "true" : "false") }

    /// JSON has no infinity: one becomes null.
    package mutating func write(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        bytes.appendUTF8(value.description)
    }

    /// A number that is already in JSON's notation, such as an exact numeric of PostgreSQL; quoted when it is not one.
    package mutating func write(exactNumber text: String) {
        guard JSON.isNumber(text) else { return write(text) }
        separate()
        bytes.appendUTF8(text)
    }

    package mutating func null() { raw("null") }

    /// Bytes that are a JSON value already, such as a jsonb column.
    package mutating func write(json value: [UInt8]) {
        separate()
        bytes.append(contentsOf: value)
    }

    /// A value that was written before, in parts: `append` adds them one after the other.
    /// - Parameter length: how many bytes are about to come in all, about.
    package mutating func write(parts length: Int, _ append: (inout [UInt8]) -> Void) {
        separate()
        bytes.reserveCapacity(bytes.count + length + 1024)
        append(&bytes)
    }

    /// Members of an object that were written before: `"a":1,"b":2`; at least one.
    package mutating func write(members: [UInt8]) {
        separate()
        bytes.append(contentsOf: members)
    }

    // MARK: Inside

    private mutating func raw(_ word: StaticString) {
        separate()
        bytes.appendStatic(word)
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func appendEscaped(_ text: String) {
        var text = text
        text.withUTF8 { source in
            var start = 0
            var index = 0
            while index < source.count {
                let byte = source[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[start..<index]))
                bytes.append(UInt8(ascii: "\\"))
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
                case 0x0A: bytes.append(UInt8(ascii: "n"))
                case 0x0D: bytes.append(UInt8(ascii: "r"))
                case 0x09: bytes.append(UInt8(ascii: "t"))
                default:
                    bytes.appendStatic("u00")
                    bytes.append(hexDigit(byte >> 4))
                    bytes.append(hexDigit(byte & 0xf))
                }
                index += 1
                start = index
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[start...]))
        }
    }
}
