/// A shard: one PostgreSQL database that holds whole establishments. Chosen by the operator who adds it, never reused.
package struct ShardID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int16

    package init(rawValue: Int16) { self.rawValue = rawValue }

    package static func < (left: ShardID, right: ShardID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}
