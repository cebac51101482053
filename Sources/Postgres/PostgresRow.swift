internal import CPostgres
package import Runtime

/// One row. Columns count from 0, as in the statement's list. Each accessor refuses a column of another type, and NULL
/// unless its name begins with `optional`, with `PostgresError.decoding`.
package struct PostgresRow: Sendable {
    private let result: QueryResult?
    private let index: Int32

    init(result: QueryResult?, index: Int32) {
        self.result = result
        self.index = index
    }

    package func isNull(_ column: Int) -> Bool {
        guard let result else { return true }
        return PQgetisnull(result.pointer, index, Int32(truncatingIfNeeded: column)) != 0
    }

    package func bool(_ column: Int) throws(PostgresError) -> Bool { try value(column) }
    package func int16(_ column: Int) throws(PostgresError) -> Int16 { try value(column) }
    package func int32(_ column: Int) throws(PostgresError) -> Int32 { try value(column) }
    package func int64(_ column: Int) throws(PostgresError) -> Int64 { try value(column) }
    package func int(_ column: Int) throws(PostgresError) -> Int { try value(column) }
    package func double(_ column: Int) throws(PostgresError) -> Double { try value(column) }
    package func text(_ column: Int) throws(PostgresError) -> String { try value(column) }
    package func bytes(_ column: Int) throws(PostgresError) -> [UInt8] { try value(column, as: Bytes.self).content }
    package func uuid(_ column: Int) throws(PostgresError) -> UUID { try value(column) }
    package func date(_ column: Int) throws(PostgresError) -> CivilDate { try value(column) }
    package func timestamp(_ column: Int) throws(PostgresError) -> PostgresTimestamp { try value(column) }
    package func numeric(_ column: Int) throws(PostgresError) -> PostgresNumeric { try value(column) }
    package func json(_ column: Int) throws(PostgresError) -> JSONText { try value(column) }

    package func optionalBool(_ column: Int) throws(PostgresError) -> Bool? { try optional(column) }
    package func optionalInt16(_ column: Int) throws(PostgresError) -> Int16? { try optional(column) }
    package func optionalInt32(_ column: Int) throws(PostgresError) -> Int32? { try optional(column) }
    package func optionalInt64(_ column: Int) throws(PostgresError) -> Int64? { try optional(column) }
    package func optionalInt(_ column: Int) throws(PostgresError) -> Int? { try optional(column) }
    package func optionalDouble(_ column: Int) throws(PostgresError) -> Double? { try optional(column) }
    package func optionalText(_ column: Int) throws(PostgresError) -> String? { try optional(column) }
    package func optionalBytes(_ column: Int) throws(PostgresError) -> [UInt8]? {
        try optional(column, as: Bytes.self)?.content
    }
    package func optionalUUID(_ column: Int) throws(PostgresError) -> UUID? { try optional(column) }
    package func optionalDate(_ column: Int) throws(PostgresError) -> CivilDate? { try optional(column) }
    package func optionalTimestamp(_ column: Int) throws(PostgresError) -> PostgresTimestamp? { try optional(column) }
    package func optionalNumeric(_ column: Int) throws(PostgresError) -> PostgresNumeric? { try optional(column) }
    package func optionalJSON(_ column: Int) throws(PostgresError) -> JSONText? { try optional(column) }

    /// A value of any decodable type: an enumeration or an identifier by its raw value, for instance.
    package func value<Value: PostgresDecodable>(
        _ column: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let value = try optional(column, as: type) else {
            throw .decoding(column: column, expected: "\(Value.self), found NULL")
        }
        return value
    }

    /// The same, nil for NULL.
    package func optional<Value: PostgresDecodable>(
        _ column: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value? {
        guard let (bytes, found) = try cell(column) else { return nil }
        guard let value = Value(postgres: bytes, type: found) else {
            throw .decoding(column: column, expected: "\(Value.self), found type \(found)")
        }
        return value
    }

    /// An array of one dimension without NULLs.
    package func array<Element: PostgresDecodable>(
        _ column: Int, of type: Element.Type = Element.self
    ) throws(PostgresError) -> [Element] {
        guard let array = try optionalArray(column, of: type) else {
            throw .decoding(column: column, expected: "[\(Element.self)], found NULL")
        }
        return array
    }

    /// The same, nil for a NULL in place of the array.
    package func optionalArray<Element: PostgresDecodable>(
        _ column: Int, of type: Element.Type = Element.self
    ) throws(PostgresError) -> [Element]? {
        guard let (bytes, found) = try cell(column) else { return nil }
        guard let optionals = PostgresArrayReader.elements(of: bytes, as: type) else {
            throw .decoding(column: column, expected: "[\(Element.self)], found type \(found)")
        }
        var elements: [Element] = []
        elements.reserveCapacity(optionals.count)
        for element in optionals {
            guard let element else {
                throw .decoding(column: column, expected: "[\(Element.self)], found a NULL in it")
            }
            elements.append(element)
        }
        return elements
    }

    /// An array of one dimension that may hold NULLs.
    package func arrayOfOptionals<Element: PostgresDecodable>(
        _ column: Int, of type: Element.Type = Element.self
    ) throws(PostgresError) -> [Element?] {
        guard let (bytes, found) = try cell(column), let elements = PostgresArrayReader.elements(of: bytes, as: type)
        else {
            throw .decoding(column: column, expected: "[\(Element.self)?]")
        }
        _ = found
        return elements
    }

    private func cell(_ column: Int) throws(PostgresError) -> (bytes: UnsafeRawBufferPointer, type: UInt32)? {
        guard let result, column >= 0, column < Int(PQnfields(result.pointer)) else {
            throw .decoding(column: column, expected: "a column")
        }
        let column = Int32(column)
        guard PQgetisnull(result.pointer, index, column) == 0 else { return nil }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result.pointer, index, column), count: Int(PQgetlength(result.pointer, index, column)))
        return (bytes, PQftype(result.pointer, column))
    }
}
