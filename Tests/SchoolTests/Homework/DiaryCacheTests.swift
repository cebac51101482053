import Runtime
import Tenancy
import Testing

@testable import School

@Suite struct DiaryCacheTests {
    private func span(_ version: Int64, _ groups: [GroupID], text: Int = 10) -> DiarySpan {
        let record = LessonRecord(
            id: .new(), group: groups[0], subject: SampleTimetable.mathematics, author: nil,
            day: SampleTimetable.monday, start: SampleTimetable.span("08:00", "09:00").start, lesson: nil, change: nil,
            title: "x", content: String(repeating: "y", count: text), annotation: "", publishedAt: 0, revision: 1,
            visa: nil)
        return DiarySpan(
            version: version, groups: groups, days: SampleTimetable.monday...SampleTimetable.monday, records: [record],
            assignments: [])
    }

    private func key(_ groups: [GroupID]) -> DiaryCache.Key {
        DiaryCache.Key(
            establishment: EstablishmentID(rawValue: 1), groups: groups,
            days: SampleTimetable.monday...SampleTimetable.monday)
    }

    @Test func onlyTheVersionAskedForIsServed() {
        let cache = DiaryCache(capacity: 1 << 20, metrics: Metrics())
        let groups = [SampleTimetable.sixthA]
        cache.keep(span(3, groups), key(groups))
        #expect(cache.find(key(groups), version: 3) != nil)
        #expect(cache.find(key(groups), version: 2) == nil)
        #expect(cache.find(key(groups), version: 4) == nil)
        cache.keep(span(2, groups), key(groups))
        #expect(cache.find(key(groups), version: 3) != nil, "an older reading does not push out a newer one")
        cache.keep(span(4, groups), key(groups))
        #expect(cache.find(key(groups), version: 4) != nil)
    }

    @Test func memoryIsBoundedAndWhatIsUsedStays() {
        let cache = DiaryCache(capacity: 100_000, metrics: Metrics())
        let used = GroupID.new()
        cache.keep(span(1, [used], text: 5_000), key([used]))
        var first: GroupID?
        for _ in 0..<100 {
            let group = GroupID.new()
            first = first ?? group
            cache.keep(span(1, [group], text: 5_000), key([group]))
            #expect(cache.find(key([used]), version: 1) != nil)
        }
        #expect(first.flatMap { cache.find(key([$0]), version: 1) } == nil)
    }

    @Test func versionsAreKnownAsOfOneEditionOnly() {
        let versions = DiaryVersions(capacity: 2)
        func key(_ number: Int32) -> DiaryVersions.Key {
            DiaryVersions.Key(establishment: EstablishmentID(rawValue: number), year: SchoolYear(rawValue: 2026))
        }
        let (read, written) = (GroupID.new(), GroupID.new())
        versions.keep([read: 3, written: 4], key(1), edition: 7)
        #expect(versions.sum(of: [read, written], key(1), edition: 7) == 7)
        #expect(versions.sum(of: [read, .new()], key(1), edition: 7) == 3, "a group without a diary")
        #expect(versions.sum(of: [read], key(1), edition: 8) == nil)
        // A restored school's numbers may be any.
        #expect(versions.sum(of: [read], key(1), edition: 6) == nil)
        #expect(versions.sum(of: [read], key(2), edition: 7) == nil)
        versions.keep([read: 5], key(1), edition: 8)
        #expect(versions.sum(of: [read], key(1), edition: 8) == 5)
        versions.keep([:], key(2), edition: 1)
        versions.keep([:], key(3), edition: 1)
        #expect(versions.sum(of: [read], key(1), edition: 8) == nil, "memory is bounded")
        #expect(versions.sum(of: [], key(3), edition: 1) == 0)
    }

    @Test func aSpanKnowsItsNextPublication() {
        let groups = [SampleTimetable.sixthA]
        func record(_ at: Int64) -> LessonRecord {
            LessonRecord(
                id: .new(), group: groups[0], subject: SampleTimetable.mathematics, author: nil,
                day: SampleTimetable.monday, start: SampleTimetable.span("08:00", "09:00").start, lesson: nil,
                change: nil, title: "x", content: "", annotation: "", publishedAt: at, revision: 1, visa: nil)
        }
        let span = DiarySpan(
            version: 1, groups: groups, days: SampleTimetable.monday...SampleTimetable.monday,
            records: [record(10), record(30), record(20)], assignments: [])
        #expect(span.nextPublication(after: 9) == 10)
        #expect(span.nextPublication(after: 10) == 20)
        #expect(span.nextPublication(after: 30) == .max)
    }
}
