/// What goes over the socket between a node and `preau-saml`, in both directions: named texts, in their order, a name as often
/// as it has values. On the wire: the length of the rest in four bytes, then for each the length of its name in one byte, the
/// name, the length of its value in four, the value; all numbers big end first.
package struct SAMLRecord: Sendable, Equatable {
    /// Bytes of a whole frame.
    package static let longest = 1 << 20
    package static let mostFields = 2000

    package private(set) var fields: [Field] = []

    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    package init() {}

    package init(_ pairs: KeyValuePairs<String, String?>) {
        for (name, value) in pairs { add(name, value) }
    }

    package mutating func add(_ name: String, _ value: String?) {
        if let value { fields.append(Field(name: name, value: value)) }
    }

    package subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// As it is sent; nil when it is larger than the other side reads.
    package var frame: [UInt8]? {
        guard fields.count <= SAMLRecord.mostFields else { return nil }
        var bytes: [UInt8] = [0, 0, 0, 0]
        for field in fields {
            guard (1...255).contains(field.name.utf8.count), bytes.count + field.value.utf8.count < SAMLRecord.longest
            else { return nil }
            bytes.append(UInt8(field.name.utf8.count))
            bytes += field.name.utf8
            bytes += SAMLRecord.number(field.value.utf8.count)
            bytes += field.value.utf8
        }
        guard bytes.count <= SAMLRecord.longest else { return nil }
        bytes.replaceSubrange(0..<4, with: SAMLRecord.number(bytes.count - 4))
        return bytes
    }

    /// How long the rest of a frame is, by its first four bytes; nil when it is too long to be read.
    package static func length(_ head: [UInt8]) -> Int? {
        guard head.count == 4 else { return nil }
        let length = head.reduce(0) { $0 << 8 | Int($1) }
        return length <= longest - 4 ? length : nil
    }

    /// Nil for bytes that are no record.
    package init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        while !rest.isEmpty {
            guard fields.count < SAMLRecord.mostFields, let length = take(1, &rest)?.first, length > 0,
                let name = take(Int(length), &rest).flatMap({ String(validating: $0, as: UTF8.self) }),
                let size = take(4, &rest)?.reduce(0, { $0 << 8 | Int($1) }),
                let value = take(size, &rest).flatMap({ String(validating: $0, as: UTF8.self) })
            else { return nil }
            fields.append(Field(name: name, value: value))
        }
    }

    private static func number(_ value: Int) -> [UInt8] {
        [UInt8(value >> 24 & 0xff), UInt8(value >> 16 & 0xff), UInt8(value >> 8 & 0xff), UInt8(value & 0xff)]
    }
}
