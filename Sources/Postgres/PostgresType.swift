/// Object identifiers of the built-in types, from `pg_type.dat`; they never change.
enum PostgresType {
    /// Let the server decide from the statement; such a value travels as text.
    static var inferred: UInt32 { 0 }
    static var bool: UInt32 { 16 }
    static var bytea: UInt32 { 17 }
    static var char: UInt32 { 18 }
    static var name: UInt32 { 19 }
    static var int8: UInt32 { 20 }
    static var int2: UInt32 { 21 }
    static var int4: UInt32 { 23 }
    static var text: UInt32 { 25 }
    static var oid: UInt32 { 26 }
    static var json: UInt32 { 114 }
    static var float4: UInt32 { 700 }
    static var float8: UInt32 { 701 }
    static var unknown: UInt32 { 705 }
    static var bpchar: UInt32 { 1042 }
    static var varchar: UInt32 { 1043 }
    static var date: UInt32 { 1082 }
    static var timestamptz: UInt32 { 1184 }
    static var numeric: UInt32 { 1700 }
    static var uuid: UInt32 { 2950 }
    static var jsonb: UInt32 { 3802 }
    static var boolArray: UInt32 { 1000 }
    static var byteaArray: UInt32 { 1001 }
    static var float8Array: UInt32 { 1022 }
    static var dateArray: UInt32 { 1182 }
    static var timestamptzArray: UInt32 { 1185 }
    static var uuidArray: UInt32 { 2951 }
    /// Types made by `create type` start here: enumerations, which travel as text.
    static var firstUserDefined: UInt32 { 16384 }

    static func isText(_ type: UInt32) -> Bool {
        switch type {
        case text, varchar, bpchar, name, char, unknown: true
        default: type >= firstUserDefined
        }
    }
}
