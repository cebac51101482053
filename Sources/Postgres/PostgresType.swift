/// Object identifiers of the built-in types, from `pg_type.dat`; they never change.
enum PostgresType {
    /// Let the server decide from the statement; such a value travels as text.
    static let inferred: UInt32 = 0
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let char: UInt32 = 18
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let oid: UInt32 = 26
    static let json: UInt32 = 114
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let unknown: UInt32 = 705
    static let bpchar: UInt32 = 1042
    static let varchar: UInt32 = 1043
    static let date: UInt32 = 1082
    static let timestamptz: UInt32 = 1184
    static let numeric: UInt32 = 1700
    static let uuid: UInt32 = 2950
    static let jsonb: UInt32 = 3802
    static let boolArray: UInt32 = 1000
    static let byteaArray: UInt32 = 1001
    static let float8Array: UInt32 = 1022
    static let dateArray: UInt32 = 1182
    static let timestamptzArray: UInt32 = 1185
    static let uuidArray: UInt32 = 2951
    /// Types made by `create type` start here: enumerations, which travel as text.
    static let firstUserDefined: UInt32 = 16384

    static func isText(_ type: UInt32) -> Bool {
        switch type {
        case text, varchar, bpchar, name, char, unknown: true
        default: type >= firstUserDefined
        }
    }
}
