internal import Redis
internal import Runtime
internal import Tenancy

/// What one loop asks of one territory's buckets: the shares that are active here, and the levels above them.
struct LineTree {
    /// The territory, or the platform.
    let root: RuleScope
    /// In the order in which Redis was told of them.
    let shares: [LineShare]
    /// Another for each other list of shares or limits.
    let stamp: Int

    /// Everything: limits, payers and what they want (`preau_lines_lease`).
    func whole(loop: String, tick: Duration) -> [RedisWord] {
        var limits: [LineLimit] = []
        var parents: [RuleScope: String] = [:]
        for share in shares {
            for (level, limit) in share.limits.enumerated() where parents[limit.scope] == nil {
                limits.append(limit)
                parents[limit.scope] = level == 0 ? "" : Self.name(of: share.limits[level - 1].scope)
            }
        }
        var words: [RedisWord] = [
            .text(loop), .integer(Int(tick.components.attoseconds / 1_000_000_000_000_000)), .integer(limits.count),
        ]
        for limit in limits {
            words += [
                .text(Self.name(of: limit.scope)), .text(parents[limit.scope] ?? ""), .integer(limit.rate / 8),
                .integer(limit.ceil / 8),
            ]
        }
        words.append(.integer(shares.count))
        for (share, wanted) in zip(shares, wanted(tick)) {
            words += [.text(share.limits.last.map { Self.name(of: $0.scope) } ?? ""), .integer(wanted)]
        }
        words.append(.integer(stamp))
        return words
    }

    /// What has changed since then (`preau_lines_again`).
    func again(loop: String, tick: Duration) -> [RedisWord] {
        [.text(loop), .integer(stamp)] + wanted(tick).map { .integer($0) }
    }

    private func wanted(_ tick: Duration) -> [Int] { shares.map { Int($0.wanted(tick: tick.seconds)) } }

    private static func name(of scope: RuleScope) -> String { scope.kind.prefix(1) + ":" + scope.name }
}
