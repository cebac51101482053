/// A `timestamptz`: an instant, to the microsecond, UTC.
package struct PostgresTimestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// Later than every instant: a validity without an end.
    package static let infinity = PostgresTimestamp(microseconds: .max)
    package static let negativeInfinity = PostgresTimestamp(microseconds: .min)

    package static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// Microseconds from 1970 to 2000, from which PostgreSQL counts.
    private static let epoch: Int64 = 946_684_800_000_000

    /// From PostgreSQL's binary form.
    init(sinceEpoch value: Int64) {
        let (sum, overflow) = value.addingReportingOverflow(PostgresTimestamp.epoch)
        microseconds = value == .min ? .min : overflow ? .max : sum
    }

    /// PostgreSQL's binary form, whose two ends are the infinities as well.
    var sinceEpoch: Int64? {
        if microseconds == .max || microseconds == .min { return microseconds }
        let (difference, overflow) = microseconds.subtractingReportingOverflow(PostgresTimestamp.epoch)
        return overflow ? nil : difference
    }
}

extension PostgresTimestamp: PostgresArrayElement {
    package static var postgresType: UInt32 { PostgresType.timestamptz }
    package static var postgresArrayType: UInt32 { PostgresType.timestamptzArray }

    package func encode(into bytes: inout [UInt8]) -> Bool {
        guard let sinceEpoch else { return false }
        bytes.appendBigEndian(sinceEpoch)
        return true
    }
}
