import Runtime
import Testing

@Suite struct UUIDTests {
    @Test func writesAndReadsItsText() throws {
        let uuid = UUID(high: 0x0190_163d_8694_7391, low: 0x8eb9_0000_abcd_ef01)
        #expect(uuid.description == "0190163d-8694-7391-8eb9-0000abcdef01")
        #expect(UUID(uuid.description) == uuid)
        #expect(UUID(uuid.description.uppercased()) == uuid)
        #expect(UUID("00000000-0000-0000-0000-000000000000") == UUID(high: 0, low: 0))
        #expect(UUID("ffffffff-ffff-ffff-ffff-ffffffffffff") == UUID(high: .max, low: .max))
    }

    @Test(arguments: [
        "", "0190163d", "0190163d-8694-7391-8eb9-0000abcdef0", "0190163d-8694-7391-8eb9-0000abcdef011",
        "0190163d86947391-8eb9-0000abcdef01-00", "0190163d-8694-7391-8eb9-0000abcdef0g",
        "0190163d_8694-7391-8eb9-0000abcdef01",
        "0190163d8694739108eb90000abcdef010000", "{0190163d-8694-7391-8eb9-0000abcdef0}",
        "----------------------------------",
        "0190163d-8694-7391-8eb9-0000abcdefé1", "0190163d-8694-7391-8eb9-0000abcdef0\0",
        " 190163d-8694-7391-8eb9-0000abcdef01",
    ])
    func refusesWhatIsNone(_ text: String) { #expect(UUID(text) == nil) }

    @Test func readsSixteenBytesWhereTheyAre() {
        let bytes = [0xff, 0xff] + (0..<16).map { UInt8($0) }
        #expect(UUID(bytes: bytes, at: 2)?.description == "00010203-0405-0607-0809-0a0b0c0d0e0f")
        #expect(UUID(bytes: bytes, at: 3) == nil)
        #expect(UUID(bytes: bytes, at: -1) == nil)
        #expect(UUID(bytes: Array(bytes[..<15])) == nil)
    }

    @Test func makesVersion7ThatFollowsTheClock() {
        let before = UInt64(WallClock.microseconds / 1000)
        let uuids = (0..<10_000).map { _ in UUID.v7() }
        let after = UInt64(WallClock.microseconds / 1000)
        #expect(Set(uuids).count == uuids.count)
        for uuid in uuids {
            let milliseconds = uuid.high >> 16
            guard (before...after).contains(milliseconds), uuid.high >> 12 & 0xf == 7, uuid.low >> 62 == 0b10 else {
                Issue.record("\(uuid) is no version 7 of now")
                return
            }
        }
        #expect(zip(uuids, uuids.dropFirst()).allSatisfy { $0.high >> 16 <= $1.high >> 16 })
        // 74 bits differ from one to the next: no two share their random part.
        #expect(Set(uuids.map(\.low)).count == uuids.count)
    }

    @Test func ordersLikeItsText() {
        let uuids = (0..<1000).map { _ in UUID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)) }
        #expect(uuids.sorted().map(\.description) == uuids.map(\.description).sorted())
    }
}

@Suite struct TimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_305_600_123_456, "2026-11-22T00:00:00.123Z"), (951_782_399_999_999, "2000-02-28T23:59:59.999Z"),
            (253_402_300_799_000_000, "9999-12-31T23:59:59.000Z"), (-1_000_000, "1969-12-31T23:59:59.000Z"),
        ] as [(Int64, String)])
    func writesTimestamps(_ microseconds: Int64, _ text: String) {
        #expect(Timestamp.iso8601(microseconds: microseconds) == text)
    }

    @Test func neverWraps() {
        #expect(Instant.now + .seconds(Int64.max) == .distantFuture)
        #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
        let now = Instant.now
        #expect(now + .seconds(-1) == now)
        #expect(now.since(now + .seconds(5)) == .zero)
        #expect((now + .milliseconds(1500)).since(now) == .milliseconds(1500))
        #expect(Duration.seconds(-1).wholeNanoseconds == 0)
        #expect(Duration.milliseconds(2).wholeNanoseconds == 2_000_000)
    }
}
