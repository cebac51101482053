/// One school as the directory describes it. Immutable, and handed on by reference: each request looks at it several times.
package final class Establishment: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case college
        case lycee
        case lyceeProfessionnel = "lycee_professionnel"
        case lyceePolyvalent = "lycee_polyvalent"
        case citeScolaire = "cite_scolaire"
        case other
    }

    package enum State: String, Sendable, CaseIterable {
        /// Registered; its shard may not know it yet.
        case provisioning
        case active
        case suspended
        case closed
    }

    /// Where its rows live. `epoch` is one more with each move; the shard keeps the same number.
    package struct Placement: Hashable, Sendable {
        package let shard: ShardID
        package let epoch: Int64
    }

    package let id: EstablishmentID
    package let uai: UAI
    package let territory: TerritoryID
    package let name: String
    package let kind: Kind
    /// `6e`, `2de`, `Tle` …
    package let levels: [String]
    /// INSEE code: `77`, `2A`, `974`.
    package let department: String
    package let city: String
    package let timeZone: SchoolTimeZone
    /// Of the territory's school calendar: `A`, `B`, `C` or a name of its own.
    package let zone: String
    package let placement: Placement?
    package let state: State
    /// Not a real school: made up for development or a demonstration.
    package let isInvented: Bool
    /// Services that are switched off here, by name: `timetable`.
    package let modulesOff: Set<String>

    package init(
        id: EstablishmentID, uai: UAI, territory: TerritoryID, name: String, kind: Kind, levels: [String],
        department: String, city: String, timeZone: SchoolTimeZone, zone: String, placement: Placement?, state: State,
        isInvented: Bool, modulesOff: Set<String> = []
    ) {
        self.id = id
        self.uai = uai
        self.territory = territory
        self.name = name
        self.kind = kind
        self.levels = levels
        self.department = department
        self.city = city
        self.timeZone = timeZone
        self.zone = zone
        self.placement = placement
        self.state = state
        self.isInvented = isInvented
        self.modulesOff = modulesOff
    }
}
