import Runtime
import TestSupport
import Testing

@testable import Postgres

@Suite struct ValueTests {
    let server: TestPostgres

    init() throws { server = try SharedServer.server.get() }

    private enum Level: String, PostgresBindable, PostgresDecodable {
        case sixth = "6e"
        case fifth = "5e"
    }

    private struct Identifier: RawRepresentable, PostgresArrayElement, PostgresDecodable, Equatable {
        let rawValue: Int32
    }

    /// Sends a value, has the server say what it received as text, and reads it back.
    private func roundTrip<Value: PostgresBindable & PostgresDecodable & Equatable & Sendable>(
        _ value: Value, _ type: String, text: String? = nil
    ) async throws {
        try await server.withPool { pool, _ async throws in
            let statement = PostgresStatement(unsafeSQL: "select $1::\(type), ($1::\(type))::text")
            let row = try #require(try await pool.query(statement, value).first)
            #expect(try row.value(0, as: Value.self) == value)
            if let text { #expect(try row.text(1) == text) }
        }
    }

    private func roundTrip<Element: PostgresArrayElement & PostgresDecodable & Equatable & Sendable>(
        array: [Element], _ type: String, text: String
    ) async throws {
        try await server.withPool { pool, _ async throws in
            let statement = PostgresStatement(unsafeSQL: "select $1::\(type)[], ($1::\(type)[])::text")
            let row = try #require(try await pool.query(statement, array).first)
            #expect(try row.array(0, of: Element.self) == array)
            #expect(try row.text(1) == text)
        }
    }

    @Test func integers() async throws {
        for value in [Int16.min, -1, 0, 1, .max] { try await roundTrip(value, "int2", text: String(value)) }
        for value in [Int32.min, 0, .max] { try await roundTrip(value, "int4", text: String(value)) }
        for value in [Int64.min, 0, .max] { try await roundTrip(value, "int8", text: String(value)) }
        for value in [Int.min, -10, 9, 10, .max] { try await roundTrip(value, "int8", text: String(value)) }
    }

    @Test func textAndEnumerations() async throws {
        for value in ["", "é\"\\' $1 {}", "漢字 👩‍👩‍👧", String(repeating: "x", count: 1_000_000)] {
            try await roundTrip(value, "text", text: value)
        }
        try server.sql(
            "do $$ begin if to_regtype('level') is null then create type level as enum ('6e', '5e'); end if; end $$")
        try await roundTrip(Level.fifth, "level", text: "5e")
        try await roundTrip(Identifier(rawValue: 7), "int4", text: "7")
        try await roundTrip("abc", "varchar(10)", text: "abc")
    }

    @Test func everythingElse() async throws {
        for value in [true, false] { try await roundTrip(value, "bool") }
        for value in [0, -1.5, 1e300, Double.infinity, 0.1] { try await roundTrip(value, "float8") }
        let identifier = UUID.v7()
        try await roundTrip(identifier, "uuid", text: identifier.description)
        for text in ["2026-11-22", "1999-12-31", "2000-01-01", "0001-01-01", "9999-12-31", "1582-10-10"] {
            try await roundTrip(try #require(CivilDate(text)), "date", text: text)
        }
        for text in ["0", "12.50", "-0.001", "100000000", "123456789012345678901234567890.12345", "0.00001", "10000"] {
            try await roundTrip(try #require(PostgresNumeric(text)), "numeric", text: text)
        }
        for text in ["NaN", "Infinity", "-Infinity"] {
            try await roundTrip(try #require(PostgresNumeric(text)), "numeric", text: text)
        }
        try await roundTrip(JSONText(#"{"a": [1, null, "é"]}"#), "jsonb", text: #"{"a": [1, null, "é"]}"#)
        try await roundTrip(JSONText(#"{ "a":1 }"#), "json", text: #"{ "a":1 }"#)
    }

    @Test func instants() async throws {
        try await roundTrip(PostgresTimestamp(microseconds: 0), "timestamptz", text: "1970-01-01 00:00:00+00")
        try await roundTrip(
            PostgresTimestamp(microseconds: 1_795_478_400_123_456), "timestamptz", text: "2026-11-24 00:00:00.123456+00"
        )
        try await roundTrip(PostgresTimestamp(microseconds: -1), "timestamptz", text: "1969-12-31 23:59:59.999999+00")
        try await roundTrip(PostgresTimestamp.infinity, "timestamptz", text: "infinity")
        try await roundTrip(PostgresTimestamp.negativeInfinity, "timestamptz", text: "-infinity")
    }

    @Test func arrays() async throws {
        try await roundTrip(array: [1, -2, 3], "int4", text: "{1,-2,3}")
        try await roundTrip(array: [Int](), "int8", text: "{}")
        try await roundTrip(
            array: ["a", "", #"b "c" \ {d},e"#, "NULL"], "text", text: #"{a,"","b \"c\" \\ {d},e","NULL"}"#)
        try await roundTrip(array: [true, false], "bool", text: "{t,f}")
        try await roundTrip(array: [Identifier(rawValue: 3)], "int4", text: "{3}")
        let identifiers = [UUID.v7(), UUID.v7()]
        try await roundTrip(
            array: identifiers, "uuid", text: "{\(identifiers.map(\.description).joined(separator: ","))}")
        try await roundTrip(array: [try #require(CivilDate("2026-09-01"))], "date", text: "{2026-09-01}")
        try await roundTrip(array: [PostgresTimestamp.infinity], "timestamptz", text: "{infinity}")
        try await roundTrip(array: [try #require(PostgresNumeric("1.10"))], "numeric", text: "{1.10}")
        try await server.withPool { pool, _ async throws in
            let statement = PostgresStatement("select $1::text[], $2::uuid[], null::int[], array[[1,2],[3,4]]")
            let identifier: UUID? = UUID.v7()
            let row = try #require(try await pool.query(statement, ["a", nil] as [String?], [nil, identifier]).first)
            #expect(try row.arrayOfOptionals(0, of: String.self) == ["a", nil])
            #expect(try row.arrayOfOptionals(1, of: UUID.self) == [nil, identifier])
            #expect(try row.optionalArray(2, of: Int32.self) == nil)
            #expect(throws: PostgresError.self) { try row.array(0, of: String.self) }
            #expect(throws: PostgresError.self) { try row.array(3, of: Int32.self) }
        }
    }

    @Test func bytes() async throws {
        try await server.withPool { pool, _ async throws in
            let all = (0...255).map { UInt8($0) }
            for value in [all, [], [UInt8](repeating: 0, count: 3_000_000)] {
                let row = try #require(
                    try await pool.query(
                        PostgresStatement("select $1::bytea, length($1), $2::bytea"), value, nil as [UInt8]?
                    )
                    .first)
                #expect(try row.bytes(0) == value)
                #expect(try row.int(1) == value.count)
                #expect(try row.optionalBytes(2) == nil)
            }
        }
    }

    @Test func nullIsNotAValue() async throws {
        try await server.withPool { pool, _ async throws in
            let row = try #require(
                try await pool.query(
                    PostgresStatement("select $1::int, $2::text, $3::uuid, $4::timestamptz"), nil as Int?,
                    nil as String?,
                    nil as UUID?, nil as PostgresTimestamp?
                ).first)
            for column in 0..<4 { #expect(row.isNull(column)) }
            #expect(try row.optionalInt(0) == nil)
            #expect(try row.optionalText(1) == nil)
            #expect(throws: PostgresError.decoding(column: 0, expected: "Int, found NULL")) { try row.int(0) }
        }
    }

    @Test func refusesToReadOneTypeAsAnother() async throws {
        try await server.withPool { pool, _ async throws in
            let row = try #require(
                try await pool.query(
                    PostgresStatement("select 1::int8, 1.5::numeric, 'x'::text, now()::timestamp, 1::int4, row(1, 'a')")
                ).first)
            #expect(throws: PostgresError.decoding(column: 0, expected: "Int32, found type 20")) { try row.int32(0) }
            #expect(throws: PostgresError.self) { try row.double(1) }
            #expect(throws: PostgresError.self) { try row.int(2) }
            #expect(throws: PostgresError.self) { try row.timestamp(3) }
            #expect(throws: PostgresError.self) { try row.text(4) }
            #expect(throws: PostgresError.self) { try row.text(5) }
            #expect(throws: PostgresError.self) { try row.int(6) }
            #expect(throws: PostgresError.self) { try row.int(-1) }
            #expect(try row.int64(0) == 1)
            #expect(try row.int(4) == 1)
        }
    }

    @Test func refusesWhatPostgresCannotHold() async throws {
        try await server.withPool { pool, _ async throws in
            let statement = PostgresStatement("select $1::int, $2::text")
            #expect(
                await failure { _ = try await pool.query(statement, 1, "a\0b") }.error == .invalidValue(parameter: 2))
            #expect(
                await failure { _ = try await pool.query(statement, 1, ["a\0b"]) }.error == .invalidValue(parameter: 2))
            let far = CivilDate(daysSince1970: .max / 2)
            let tooFar = await failure { _ = try await pool.query(PostgresStatement("select $1::date"), far) }.error
            #expect(tooFar == .invalidValue(parameter: 1))
            #expect(await failure { _ = try await pool.query(statement, Int.max, "") }.error?.sqlState == "22003")
        }
    }

    @Test func errorsKeepNoValue() async throws {
        try server.sql(
            "create table if not exists logins (login text constraint logins_login_key unique); truncate logins")
        try await server.withPool { pool, _ async throws in
            let insert = PostgresStatement("insert into logins values ($1)")
            #expect(try await pool.query(insert, "camille.durand").affected == 1)
            let duplicate = await failure { _ = try await pool.query(insert, "camille.durand") }.error
            #expect(duplicate?.violatedConstraint == "logins_login_key")
            #expect(!"\(String(describing: duplicate))".contains("camille"))
            let malformed = await failure {
                _ = try await pool.query(PostgresStatement("select $1::int"), "camille")
            }.error
            #expect(malformed?.sqlState == "22P02")
            #expect(!"\(String(describing: malformed))".contains("camille"))
        }
    }

    @Test func numericArithmeticIsExact() throws {
        #expect(PostgresNumeric(units: 1250, decimals: 2).text == "12.50")
        #expect(PostgresNumeric(units: -5, decimals: 3).text == "-0.005")
        #expect(PostgresNumeric(units: 7, decimals: 0).text == "7")
        #expect(try #require(PostgresNumeric("12.5")).units(decimals: 2) == 1250)
        #expect(try #require(PostgresNumeric("-0.005")).units(decimals: 3) == -5)
        #expect(try #require(PostgresNumeric("12.500")).units(decimals: 1) == 125)
        #expect(try #require(PostgresNumeric("12.501")).units(decimals: 2) == nil)
        #expect(try #require(PostgresNumeric("NaN")).units(decimals: 2) == nil)
        for text in ["", "-", ".", "1.", ".5", "1e5", "+1", "1,5", " 1", "nan"] {
            #expect(PostgresNumeric(text) == nil)
        }
    }
}
