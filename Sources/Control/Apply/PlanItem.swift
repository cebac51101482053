package import Tenancy
package import Web

/// One thing that applying would do, as people and programs are told.
package struct PlanItem: Sendable {
    package enum Action: String, Sendable {
        case add
        case change
        case remove
    }

    package enum Subject: String, Sendable, CaseIterable {
        case territory
        case host
        case department
        case calendar
        case news
        case window
        case admission
        case bandwidth
        case establishment
    }

    /// A value that will not be the same.
    package struct Detail: Sendable {
        package let field: String
        package let before: JSON
        package let after: JSON
    }

    package let action: Action
    package let subject: Subject
    package let territory: TerritoryID
    /// What it is called in the directory: a host name, a UAI, a rule's name.
    package let target: String
    /// The same with what people know it by.
    package let label: String
    /// The shard that a new establishment is placed on.
    package let shard: ShardID?
    /// Of a change.
    package let details: [Detail]
    package let before: JSON?
    package let after: JSON?
}

extension PlanItem.Detail {
    /// Objects are compared member by member; a member that is missing is null.
    static func differences(_ before: JSON, _ after: JSON, under path: String) -> [PlanItem.Detail] {
        guard before != after else { return [] }
        guard let old = before.members, let new = after.members else {
            return [PlanItem.Detail(field: path, before: before, after: after)]
        }
        let names = old.map(\.name) + new.map(\.name).filter { before[$0] == nil }
        return names.flatMap {
            differences(before[$0] ?? .null, after[$0] ?? .null, under: path.isEmpty ? $0 : "\(path).\($0)")
        }
    }
}
