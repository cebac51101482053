internal import Foundation
package import Runtime
internal import Synchronization

/// An IANA time zone: the one place where stored instants (UTC) become local times and back.
///
/// Every change of offset from 2000 to 2100 is looked up once per zone and process; after that a conversion is a search in
/// a short array. Outside these years the nearest known offset holds.
package final class SchoolTimeZone: Sendable {
    /// `Europe/Paris`, `Indian/Reunion` …
    package let identifier: String

    /// Offsets from UTC in seconds, each from its instant (seconds since 1970) on; the first holds before it as well.
    private let changes: [(instant: Int64, offset: Int)]

    private static let known = Mutex<[String: SchoolTimeZone]>([:])
    private static let firstInstant: Int64 = 946_684_800
    private static let lastInstant: Int64 = 4_102_444_800

    /// The zone of that IANA name, the same object each time.
    /// - Throws: `TenancyError.unknownTimeZone`.
    package static func named(_ identifier: String) throws(TenancyError) -> SchoolTimeZone {
        if let zone = known.withLock({ $0[identifier] }) { return zone }
        // Foundation also takes abbreviations and offsets (`CET`, `GMT+2`), which do not know both changes of hour.
        guard identifier == "UTC" || identifier.contains("/"), let source = TimeZone(identifier: identifier) else {
            throw .unknownTimeZone(identifier)
        }
        let zone = SchoolTimeZone(identifier, source)
        return known.withLock { zones in
            let first = zones[identifier] ?? zone
            zones[identifier] = first
            return first
        }
    }

    private init(_ identifier: String, _ source: TimeZone) {
        self.identifier = identifier
        var changes: [(instant: Int64, offset: Int)] = []
        var instant = Date(timeIntervalSince1970: Double(SchoolTimeZone.firstInstant))
        changes.append((SchoolTimeZone.firstInstant, source.secondsFromGMT(for: instant)))
        while let next = source.nextDaylightSavingTimeTransition(after: instant), next > instant,
            next.timeIntervalSince1970 < Double(SchoolTimeZone.lastInstant)
        {
            instant = next
            let offset = source.secondsFromGMT(for: next)
            if offset != changes[changes.count - 1].offset {
                changes.append((Int64(next.timeIntervalSince1970.rounded()), offset))
            }
        }
        self.changes = changes
    }

    /// Seconds east of UTC at an instant (seconds since 1970).
    package func offset(at instant: Int64) -> Int {
        var low = 0
        var high = changes.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if changes[middle].instant <= instant { low = middle } else { high = middle }
        }
        return changes[low].offset
    }

    /// What the clocks show at an instant (microseconds since 1970).
    package func local(microseconds: Int64) -> LocalTime {
        let instant = SchoolTimeZone.floor(microseconds, 1_000_000)
        let shifted = instant + Int64(offset(at: instant))
        let day = SchoolTimeZone.floor(shifted, 86_400)
        return LocalTime(date: CivilDate(daysSince1970: Int(day)), secondOfDay: Int(shifted - day * 86_400))
    }

    /// The day it is, at an instant (microseconds since 1970).
    package func date(microseconds: Int64) -> CivilDate { local(microseconds: microseconds).date }

    /// The instant (microseconds since 1970) at which the clocks show `second` seconds after midnight of `date`.
    ///
    /// 86,400 is midnight of the next day. A time the clocks jump over in spring is moved on by the jump (2:30 is 3:30); a
    /// time they show twice in autumn is the first of the two.
    package func microseconds(of date: CivilDate, second: Int) -> Int64 {
        let wall = Int64(date.daysSince1970) * 86_400 + Int64(second)
        // Taking the offset of before any change nearby: right for the first of two, and what moves a skipped time on.
        let before = offset(at: wall - 86_400)
        let early = wall - Int64(before)
        let there = offset(at: early)
        if there == before { return early * 1_000_000 }
        let late = wall - Int64(there)
        return (offset(at: late) == there ? late : early) * 1_000_000
    }

    /// The same, by minutes after midnight, 0 to 1,440.
    package func microseconds(of date: CivilDate, minute: Int) -> Int64 { microseconds(of: date, second: minute * 60) }

    /// The instants (microseconds since 1970) between which it is `date`; 23 or 25 hours apart when the hour changes.
    package func day(_ date: CivilDate) -> Range<Int64> {
        microseconds(of: date, second: 0)..<microseconds(of: date + 1, second: 0)
    }

    private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
        value >= 0 ? value / unit : (value - unit + 1) / unit
    }
}
