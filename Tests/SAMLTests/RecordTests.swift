import SAMLExchange
import Testing

@Suite struct RecordTests {
    @Test func whatIsWrittenIsRead() throws {
        var record = SAMLRecord(["name": "Élise", "absent": nil, "empty": ""])
        record.add("name", "twice")
        let frame = try #require(record.frame)
        #expect(SAMLRecord.length(Array(frame.prefix(4))) == frame.count - 4)
        let read = SAMLRecord(Array(frame.dropFirst(4)))
        #expect(read == record)
        #expect(read?.all("name") == ["Élise", "twice"])
    }

    @Test func everyCutAndEveryLieIsRefused() throws {
        let whole = Array(try #require(SAMLRecord(["a": "bc", "d": "e"]).frame).dropFirst(4))
        // Cut between two fields it is a shorter record; anywhere else it is none.
        let good = (0...whole.count).filter { SAMLRecord(Array(whole.prefix($0))) != nil }
        #expect(good == [0, 8, 15])
        #expect(SAMLRecord([0, 0, 0, 0, 0]) == nil)
        #expect(SAMLRecord([1, 97, 0xff, 0xff, 0xff, 0xff]) == nil)
        #expect(SAMLRecord([1, 0xff, 0, 0, 0, 0]) == nil)
        #expect(SAMLRecord.length([0x7f, 0, 0, 0]) == nil)
        #expect(SAMLRecord(["a": String(repeating: "x", count: SAMLRecord.longest)]).frame == nil)
    }
}
