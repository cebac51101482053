package import Runtime

/// A value that can be read from a column, in PostgreSQL's binary form.
package protocol PostgresDecodable {
    /// Nil unless `type` (an object identifier of `pg_type`) and the bytes are those of such a value.
    init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32)
}

extension UnsafeRawBufferPointer {
    /// The value in network byte order, when it fills the whole buffer.
    func bigEndian<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
        count == MemoryLayout<Integer>.size ? Integer(bigEndian: loadUnaligned(as: Integer.self)) : nil
    }
}

extension PostgresDecodable where Self: FixedWidthInteger {
    /// Widens what the server sent, never narrows it: whether a value fits must not depend on the day's data.
    package init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        let value: Self?
        switch type {
        case PostgresType.int2: value = bytes.bigEndian(Int16.self).flatMap(Self.init(exactly:))
        case PostgresType.int4 where Self.bitWidth >= 32:
            value = bytes.bigEndian(Int32.self).flatMap(Self.init(exactly:))
        case PostgresType.int8 where Self.bitWidth >= 64:
            value = bytes.bigEndian(Int64.self).flatMap(Self.init(exactly:))
        case PostgresType.oid where Self.bitWidth >= 64:
            value = bytes.bigEndian(UInt32.self).flatMap(Self.init(exactly:))
        default: value = nil
        }
        guard let value else { return nil }
        self = value
    }
}

extension Int16: PostgresDecodable {}
extension Int32: PostgresDecodable {}
extension Int64: PostgresDecodable {}
extension Int: PostgresDecodable {}

extension Bool: PostgresDecodable {
    package init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard type == PostgresType.bool, let byte = bytes.bigEndian(UInt8.self) else { return nil }
        self = byte != 0
    }
}

extension Double: PostgresDecodable {
    package init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        switch type {
        case PostgresType.float8:
            guard let pattern = bytes.bigEndian(UInt64.self) else { return nil }
            self.init(bitPattern: pattern)
        case PostgresType.float4:
            guard let pattern = bytes.bigEndian(UInt32.self) else { return nil }
            self.init(Float(bitPattern: pattern))
        default: return nil
        }
    }
}

extension String: PostgresDecodable {
    package init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard PostgresType.isText(type) else { return nil }
        // Of a type that `create type` made, only text is text: a composite's binary form has NULs in it.
        guard type < PostgresType.firstUserDefined || !bytes.contains(0) else { return nil }
        self.init(checking: bytes.assumingMemoryBound(to: UInt8.self))
    }
}

extension UUID: PostgresDecodable {
    package init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard type == PostgresType.uuid, bytes.count == 16 else { return nil }
        self.init(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}

extension CivilDate: PostgresDecodable {
    package init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        // The infinities of the type are the two ends of its range.
        guard type == PostgresType.date, let days = bytes.bigEndian(Int32.self), days != .min, days != .max else {
            return nil
        }
        self.init(daysSince1970: Int(days) + CivilDate.postgresEpoch)
    }
}

extension PostgresTimestamp: PostgresDecodable {
    package init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard type == PostgresType.timestamptz, let value = bytes.bigEndian(Int64.self) else { return nil }
        self.init(sinceEpoch: value)
    }
}

extension PostgresNumeric: PostgresDecodable {
    package init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard type == PostgresType.numeric else { return nil }
        self.init(binary: bytes)
    }
}

extension JSONText: PostgresDecodable {
    package init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        switch type {
        case PostgresType.json: self.init(String(decoding: bytes, as: UTF8.self))
        case PostgresType.jsonb:
            // The first byte is the version of the format; there is only 1.
            guard bytes.first == 1 else { return nil }
            self.init(String(decoding: bytes.dropFirst(), as: UTF8.self))
        default: return nil
        }
    }
}

/// The content of a `bytea`.
struct Bytes: PostgresDecodable {
    let content: [UInt8]

    init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard type == PostgresType.bytea else { return nil }
        content = [UInt8](bytes)
    }
}

/// Identifiers and enumerations declare the conformance and are read by their raw value.
extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    package init?(postgres bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard let rawValue = RawValue(postgres: bytes, type: type) else { return nil }
        self.init(rawValue: rawValue)
    }
}

/// Reads the binary form of `array_send`.
enum PostgresArrayReader {
    /// Nil when it is not an array of one dimension of such elements.
    static func elements<Element: PostgresDecodable>(
        of bytes: UnsafeRawBufferPointer, as type: Element.Type
    ) -> [Element?]? {
        var rest = bytes[...]
        func integer() -> Int? {
            guard rest.count >= 4 else { return nil }
            defer { rest = rest.dropFirst(4) }
            return Int(Int32(bigEndian: UnsafeRawBufferPointer(rebasing: rest).loadUnaligned(as: Int32.self)))
        }
        guard let dimensions = integer(), integer() != nil, let elementType = integer() else { return nil }
        if dimensions == 0 { return [] }
        // Each element takes 4 bytes at least, which bounds what a broken length can make us reserve.
        guard dimensions == 1, let count = integer(), integer() != nil, count >= 0, count <= rest.count / 4 else {
            return nil
        }
        var elements: [Element?] = []
        elements.reserveCapacity(count)
        for _ in 0..<count {
            guard let length = integer() else { return nil }
            guard length >= 0 else {
                elements.append(nil)
                continue
            }
            guard length <= rest.count,
                let element = Element(
                    postgres: UnsafeRawBufferPointer(rebasing: rest.prefix(length)),
                    type: UInt32(truncatingIfNeeded: elementType))
            else { return nil }
            elements.append(element)
            rest = rest.dropFirst(length)
        }
        return rest.isEmpty ? elements : nil
    }
}
