package import Tenancy
package import YAML

/// Everything that one folder of `Tenants/` declares.
package struct TerritoryManifest: Sendable {
    /// A department that the territory serves.
    package struct Department: Sendable, Hashable {
        /// INSEE: `77`, `2A`, `974`.
        package let code: String
        package let name: String
        package let academy: String
        /// Of the school calendar: the academy's, unless the department has days of its own (Alsace, Moselle).
        package let zone: String
    }

    package let id: TerritoryID
    package let identity: TerritoryIdentity
    /// Of every school year and zone that calendar.yaml has.
    package let calendars: [SchoolCalendar]
    package let news: [NewsManifest]
    package let rules: RulesManifest
    package let establishments: [EstablishmentManifest]
    /// SHA-256 of the folder's files, in hexadecimal.
    package let digest: String
}

/// `territory.yaml`: who the territory is.
package struct TerritoryIdentity: Sendable {
    package let place: YAMLPlace
    package let kind: Territory.Kind
    /// INSEE, of the region or the department.
    package let code: String
    package let name: String
    /// What its people call their workspace: `ENT 77`.
    package let title: String
    /// The region that a department lies in; empty for a region.
    package let region: String
    package let parent: YAMLPlaced<TerritoryID>?
    /// The first is the one that links are made with.
    package let hosts: [YAMLPlaced<HostName>]
    package let timeZone: SchoolTimeZone
    package let theme: Theme
    package let departments: [YAMLPlaced<TerritoryManifest.Department>]
    package let shards: ShardPolicy
    package let defaults: EstablishmentDefaults
    /// An address of electronic mail, named in the accessibility statement.
    package let accessibilityContact: String?
}

/// Where "place it" may place.
package struct ShardPolicy: Sendable {
    /// Nil: any shard that takes new establishments.
    package let among: [ShardID]?
}

/// What an establishment of the territory is unless its own lines say otherwise.
package struct EstablishmentDefaults: Sendable {
    package let kind: Establishment.Kind
    package let levels: [Level]
    package let shard: ShardChoice
}
