package import Runtime

/// A value that can be a statement's parameter.
///
/// Integers, text, numeric and JSON travel as text of no declared type, so the server takes the type that the statement
/// asks for (an `Int` compares with an `integer` column by that column's own index, a `String` can be an enumeration's
/// value) and refuses what does not fit. The others travel as binary of their declared type.
package protocol PostgresBindable: Sendable {
    /// The declared type; 0 when the value travels as text of a type that the server infers.
    static var postgresType: UInt32 { get }

    var isNull: Bool { get }

    /// Appends the value's bytes. - Returns: false when PostgreSQL has no such value.
    func encode(into bytes: inout [UInt8]) -> Bool
}

extension PostgresBindable {
    package var isNull: Bool { false }
}

/// A value that can be an element of an array parameter.
package protocol PostgresArrayElement: PostgresBindable {
    /// The declared type of an array of these; 0 together with `postgresType`.
    static var postgresArrayType: UInt32 { get }
}

// MARK: Values that travel as text

extension PostgresArrayElement where Self: FixedWidthInteger {
    package static var postgresType: UInt32 { PostgresType.inferred }
    package static var postgresArrayType: UInt32 { PostgresType.inferred }

    package func encode(into bytes: inout [UInt8]) -> Bool {
        // 20 bytes hold every 64-bit integer, sign included.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = 20
            var rest = UInt64(magnitude)
            repeat {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if self < 0 { bytes.append(UInt8(ascii: "-")) }
            bytes.append(contentsOf: digits[first...])
        }
        return true
    }
}

extension Int16: PostgresArrayElement {}
extension Int32: PostgresArrayElement {}
extension Int64: PostgresArrayElement {}
extension Int: PostgresArrayElement {}

/// An array of these is a `bytea`.
extension UInt8: PostgresArrayElement {
    package static var postgresArrayType: UInt32 { PostgresType.bytea }
}

extension String: PostgresArrayElement {
    package static var postgresType: UInt32 { PostgresType.inferred }
    package static var postgresArrayType: UInt32 { PostgresType.inferred }

    package func encode(into bytes: inout [UInt8]) -> Bool {
        let start = bytes.count
        bytes.append(contentsOf: utf8)
        return !bytes[start...].contains(0)
    }
}

// MARK: Values that travel as binary

extension Bool: PostgresArrayElement {
    package static var postgresType: UInt32 { PostgresType.bool }
    package static var postgresArrayType: UInt32 { PostgresType.boolArray }

    package func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(self ? 1 : 0)
        return true
    }
}

extension Double: PostgresArrayElement {
    package static var postgresType: UInt32 { PostgresType.float8 }
    package static var postgresArrayType: UInt32 { PostgresType.float8Array }

    package func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.appendBigEndian(bitPattern)
        return true
    }
}

extension UUID: PostgresArrayElement {
    package static var postgresType: UInt32 { PostgresType.uuid }
    package static var postgresArrayType: UInt32 { PostgresType.uuidArray }

    package func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.appendBigEndian(high)
        bytes.appendBigEndian(low)
        return true
    }
}

extension CivilDate: PostgresArrayElement {
    package static var postgresType: UInt32 { PostgresType.date }
    package static var postgresArrayType: UInt32 { PostgresType.dateArray }
    /// 2000-01-01, from which PostgreSQL counts.
    static let postgresEpoch = 10_957

    package func encode(into bytes: inout [UInt8]) -> Bool {
        // 5874898-01-01 and 4713-01-01 BC are the bounds of the type.
        guard (-2_451_545..<2_145_031_949).contains(daysSince1970 - CivilDate.postgresEpoch) else { return false }
        bytes.appendBigEndian(Int32(daysSince1970 - CivilDate.postgresEpoch))
        return true
    }
}

extension Array: PostgresBindable where Element: PostgresArrayElement {
    package static var postgresType: UInt32 { Element.postgresArrayType }

    package func encode(into bytes: inout [UInt8]) -> Bool {
        if Element.postgresArrayType == PostgresType.bytea {
            self.withUnsafeBytes { bytes.append(contentsOf: $0) }
            return true
        }
        return Element.postgresType == PostgresType.inferred ? encodeText(into: &bytes) : encodeBinary(into: &bytes)
    }
}

extension Optional: PostgresBindable where Wrapped: PostgresBindable {
    package static var postgresType: UInt32 { Wrapped.postgresType }

    package var isNull: Bool { self?.isNull ?? true }

    package func encode(into bytes: inout [UInt8]) -> Bool { self?.encode(into: &bytes) ?? true }
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {
    package static var postgresArrayType: UInt32 { Wrapped.postgresArrayType }
}

/// Identifiers and enumerations declare the conformance and have it done by their raw value.
extension PostgresBindable where Self: RawRepresentable, RawValue: PostgresBindable {
    package static var postgresType: UInt32 { RawValue.postgresType }

    package func encode(into bytes: inout [UInt8]) -> Bool { rawValue.encode(into: &bytes) }
}

extension PostgresArrayElement where Self: RawRepresentable, RawValue: PostgresArrayElement {
    package static var postgresArrayType: UInt32 { RawValue.postgresArrayType }
}

extension [UInt8] {
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
