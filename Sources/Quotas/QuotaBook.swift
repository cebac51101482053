package import Runtime
package import Tenancy

/// How much of the line a scope has; bits per second, as telecommunications count.
package struct QuotaStep: Sendable, Hashable {
    /// Nil: from the beginning.
    package let from: CivilDate?
    /// Guaranteed.
    package let rate: Int
    /// With what others leave.
    package let ceil: Int

    package init(from: CivilDate?, rate: Int, ceil: Int) {
        self.from = from
        self.rate = rate
        self.ceil = ceil
    }
}

/// Every quota at one version of the directory; an immutable whole, swapped at once.
package final class QuotaBook: Sendable {
    package let version: Int64
    /// By day, the oldest first.
    package let steps: [RuleScope: [QuotaStep]]

    package static let empty = QuotaBook(version: 0, steps: [:])

    package init(version: Int64, steps: [RuleScope: [QuotaStep]]) {
        self.version = version
        self.steps = steps.mapValues {
            $0.sorted { ($0.from?.daysSince1970 ?? .min) < ($1.from?.daysSince1970 ?? .min) }
        }
    }

    /// What is in force on a day: the latest step that is not in the future.
    package func quota(of scope: RuleScope, on date: CivilDate) -> QuotaStep? {
        steps[scope]?.last { $0.from.map { $0 <= date } ?? true }
    }
}
