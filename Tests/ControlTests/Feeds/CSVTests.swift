import Runtime
import Testing

@testable import Control

@Suite struct CSVTests {
    /// The same table in each encoding.
    private static func table(_ encoding: CSVText.Encoding, marked: Bool = false) -> [UInt8] {
        let text = "Nom;Prénom\nÉ;b"
        var bytes: [UInt8] = []
        switch encoding {
        case .utf8:
            if marked { bytes = [0xef, 0xbb, 0xbf] }
            bytes.append(contentsOf: text.utf8)
        case .utf16:
            bytes = [0xff, 0xfe]
            for unit in text.utf16 { bytes += [UInt8(unit & 0xff), UInt8(unit >> 8)] }
        case .windows1252, .macRoman:
            let isMac = encoding == .macRoman
            for scalar in text.unicodeScalars {
                switch scalar {
                case "é": bytes.append(isMac ? 0x8e : 0xe9)
                case "É": bytes.append(isMac ? 0x83 : 0xc9)
                default: bytes.append(UInt8(scalar.value))
                }
            }
        }
        return bytes
    }

    @Test(arguments: [CSVText.Encoding.utf8, .utf16, .windows1252, .macRoman])
    func findsTheEncodingOut(encoding: CSVText.Encoding) throws {
        for bytes in [Self.table(encoding), Self.table(encoding, marked: true)] {
            let text = try CSVText(bytes)
            #expect(text.encoding == encoding && text.header == ["Nom", "Prénom"])
            #expect(text.rows == [CSVText.Row(line: 2, fields: ["É", "b"])])
        }
    }

    @Test(arguments: ["a;b;c", "a,b,c", "a\tb\tc", "\"a;,\";b;c"]) func findsTheSeparatorOut(header: String) throws {
        #expect(try CSVText(Array(header.utf8)).header.count == 3)
    }

    @Test func readsQuotesAndCountsLines() throws {
        let text = try CSVText(Array("a;b\r\n\"x \"\"y\"\"\nz\";2\r\n\r\n3;4\r5;6".utf8))
        #expect(
            text.rows == [
                .init(line: 2, fields: ["x \"y\"\nz", "2"]), .init(line: 5, fields: ["3", "4"]),
                .init(line: 6, fields: ["5", "6"]),
            ])
    }

    @Test(arguments: [
        "", "\n\n", "a;b\n\"open", "a\u{0}b;c", "a;" + String(repeating: "x", count: 11_000),
        String(repeating: ";", count: 300),
    ])
    func refusesWhatIsNoTable(text: String) {
        #expect(throws: CSVText.Refusal.self) { try CSVText(Array(text.utf8)) }
    }

    @Test(arguments: [
        ("01/02/2014", "2014-02-01"), ("2014-02-01", "2014-02-01"), ("01022014", "2014-02-01"),
        ("1.2.14", "2014-02-01"),
        ("01-02-1999", "1999-02-01"), ("31/02/2014", nil), ("demain", nil), ("1/2", nil),
    ])
    func readsDates(text: String, date: String?) {
        #expect(CSVPeople.date(text)?.description == date)
    }

    @Test func tellsErrorsByLineAndColumn() throws {
        let file =
            "externalid;Prénom*;Nom*;Classe;Date de naissance*;email;Casier\nE1;Élie;FICTIF;6A;01/02/2014;x@y.invalid;3\nE2;;FICTIF;6A;;;\nE 3;Zoé;CONTE;6A;;;\nE4;Zoé;CONTE;6A|6B;30/02/2014;sans;\nE1;Autre;FICTIF;6A;;;"
        let text = try CSVText(Array(file.utf8))
        let columns = CSVColumns(header: text.header, remembered: [:])
        #expect(columns.missing(for: .pupil) == [] && columns.fields.last == .some(nil))
        let people = CSVPeople(text, columns, kind: .pupil, structure: "0770001H")
        #expect(people.entries.map(\.person.key) == ["E1", "E4"] && people.rejected == 3)
        #expect(people.entries[1].person.places.map(\.code) == ["6A", "6B"])
        #expect(
            people.anomalies.list.map { "\($0.code.rawValue) \($0.line ?? 0) \($0.column ?? "-")" } == [
                "missing_field 3 given_name", "wrong_key 4 key", "bad_value 5 Date de naissance*", "bad_value 5 email",
                "duplicate_key 6 -",
            ])
    }

    @Test func columnsAreRememberedByName() throws {
        let text = try CSVText(Array("Patronyme;Prénom;Enfant 1;Enfant 2\nA;B;E1;E2".utf8))
        #expect(CSVColumns(header: text.header, remembered: [:]).missing(for: .guardian) == [.familyName])
        let columns = CSVColumns(header: text.header, remembered: ["patronyme": .familyName])
        let people = CSVPeople(text, columns, kind: .guardian, structure: "0770001H")
        #expect(people.entries.map(\.children) == [["E1", "E2"]])
        // Without an identifier of its own, the name is one.
        #expect(people.entries[0].person.key == "n-b.a")
    }

    @Test func noCellIsAFormula() throws {
        var writer = CSVWriter()
        writer.row(["=1+1", "+33", "-x", "@y", "\tz", "a;b", "d\"e", "plain"])
        let text = try CSVText(writer.bytes)
        #expect(text.header == ["'=1+1", "'+33", "'-x", "'@y", "'\tz", "a;b", "d\"e", "plain"])
        #expect(text.header.prefix(4).map(CSVPeople.withoutGuard) == ["=1+1", "+33", "-x", "@y"])
    }

    /// What has to be put right, by line and column, and the same file once it is.
    @Test func findsFaultsAndPutsThemRight() throws {
        let text = try CSVText(
            Array(
                """
                id;nom;prénom;né le;mail
                1;Fable;Anne;le trois;anne
                2;;Bruno;04/03/2014;
                1;Fable;Claire;05/03/2014;
                x y;Fable;Denis;06/03/2014;
                5;Fable;Élise
                """.utf8))
        let columns = CSVColumns(header: text.header, remembered: ["né le": .birthDate])
        func faults(_ text: CSVText) -> [CSVFault] {
            CSVPeople(text, columns, kind: .pupil, structure: "0770001A").faults
        }
        #expect(
            faults(text) == [
                CSVFault(line: 2, column: 3, reason: .notADay), CSVFault(line: 2, column: 4, reason: .notAnAddress),
                CSVFault(line: 3, column: 1, reason: .missing), CSVFault(line: 4, column: 0, reason: .twice(line: 2)),
                CSVFault(line: 5, column: 0, reason: .notAKey),
            ])
        var corrections = CSVCorrections()
        for (line, column, value) in [
            (2, 3, "03/03/2014"), (2, 4, ""), (3, 1, "Conte"), (4, 0, "3"), (6, 3, "07/03/2014"), (6, 9, "nowhere"),
        ] {
            let isKept = corrections.set(value, at: .init(line: line, column: column))
            #expect(isKept)
        }
        let isDropped = corrections.drop(5)
        #expect(isDropped)
        // As it is kept and read again.
        let again = CSVCorrections(corrections.json)
        #expect(again == corrections)
        let right = text.corrected(by: again)
        #expect(faults(right).isEmpty)
        #expect(right.rows.map(\.line) == [2, 3, 4, 6])
        #expect(right.rows.last?.fields == ["5", "Fable", "Élise", "07/03/2014"])
        #expect(text.rows.count == 5)
    }

    @Test func correctionsAreBounded() {
        var corrections = CSVCorrections()
        let isLong = corrections.set(String(repeating: "x", count: 501), at: .init(line: 1, column: 0))
        let hasNothing = corrections.set("\u{0}", at: .init(line: 1, column: 0))
        #expect(!isLong && !hasNothing)
        for line in 0..<CSVCorrections.most { _ = corrections.set("x", at: .init(line: line, column: 0)) }
        let isOneMore = corrections.set("x", at: .init(line: -1, column: 0))
        let isAgain = corrections.set("y", at: .init(line: 5, column: 0))
        #expect(!isOneMore && isAgain && corrections.cells.count == CSVCorrections.most)
    }
}
