package import Tenancy
internal import Web

/// What somebody has in their charge: which rights over which territories and establishments, today.
///
/// Read anew from the directory for each request to the admin service, so that a mandate that is taken away or has run out
/// counts for nothing from that moment.
package struct Charge: Sendable {
    /// One mandate, with the territories below it already in it.
    struct Grant: Sendable {
        /// Everything: the operators, and the platform's administrators.
        let isEverything: Bool
        let territories: Set<TerritoryID>
        let establishments: Set<EstablishmentID>
        let rights: Set<AdminRight>

        init(
            isEverything: Bool = false, territories: Set<TerritoryID> = [], establishments: Set<EstablishmentID> = [],
            rights: Set<AdminRight>
        ) {
            self.isEverything = isEverything
            self.territories = territories
            self.establishments = establishments
            self.rights = rights
        }
    }

    let grants: [Grant]

    /// The operators' token.
    package static let everything = Charge(
        grants: [Grant(isEverything: true, rights: Set(AdminRight.allCases))])

    package var isEmpty: Bool { grants.isEmpty }

    /// Every right over everything: the operators, and the platform's administrators when nothing was kept from them.
    package var isUnlimited: Bool {
        grants.contains { $0.isEverything && $0.rights.count == AdminRight.allCases.count }
    }

    /// Whether somebody may do such acts anywhere at all: what the console shows in its navigation.
    package func has(_ right: AdminRight) -> Bool { grants.contains { $0.rights.contains(right) } }

    // MARK: Mandates

    /// Whether all that a mandate is over is known to them.
    /// - Parameter map: says where an establishment is; one that it does not know is nobody's.
    func contains(_ grant: Grant, _ map: ShardMap) -> Bool {
        if grant.isEverything { return grants.contains(where: \.isEverything) }
        return grant.territories.allSatisfy { contains($0) }
            && grant.establishments.allSatisfy { map[$0].map { contains($0) } ?? false }
    }

    /// Whether they have one right over all that a mandate is over, by one of their own or by several together.
    func covers(_ grant: Grant, _ right: AdminRight, _ map: ShardMap) -> Bool {
        if grant.isEverything { return coversPlatform(right) }
        return grant.territories.allSatisfy { covers($0, right) }
            && grant.establishments.allSatisfy { map[$0].map { covers($0, right) } ?? false }
    }

    // MARK: Platform

    /// Shards, nodes, moves between them: nobody's territory.
    package func coversPlatform(_ right: AdminRight) -> Bool {
        grants.contains { $0.isEverything && $0.rights.contains(right) }
    }

    // MARK: Territories

    /// Whether the territory is known to them at all.
    package func contains(_ territory: TerritoryID) -> Bool {
        grants.contains { $0.isEverything || $0.territories.contains(territory) }
    }

    package func covers(_ territory: TerritoryID, _ right: AdminRight) -> Bool {
        grants.contains { ($0.isEverything || $0.territories.contains(territory)) && $0.rights.contains(right) }
    }

    /// - Throws: `notFound` for a territory that is not theirs, `.forbidden` for a right that they do not have in it.
    package func require(_ right: AdminRight, in territory: TerritoryID) throws {
        guard contains(territory) else { throw Problem(.notFound) }
        guard covers(territory, right) else { throw ControlError.noRight(right) }
    }

    // MARK: Establishments

    package func contains(_ establishment: Establishment) -> Bool {
        grants.contains { $0.reaches(establishment) }
    }

    package func covers(_ establishment: Establishment, _ right: AdminRight) -> Bool {
        grants.contains { $0.reaches(establishment) && $0.rights.contains(right) }
    }

    /// - Throws: `notFound` for an establishment that is not theirs, `.forbidden` for a right that they do not have in it.
    package func require(_ right: AdminRight, in establishment: Establishment) throws {
        guard contains(establishment) else { throw Problem(.notFound) }
        guard covers(establishment, right) else { throw ControlError.noRight(right) }
    }

    /// - Throws: `.forbidden` unless they have it over the whole platform.
    package func requirePlatform(_ right: AdminRight) throws {
        guard coversPlatform(right) else { throw ControlError.noRight(right) }
    }

    // MARK: Lists

    /// The rows about what is theirs by one right; nil right: by any.
    package func rows(_ right: AdminRight? = nil) -> RowScope {
        let fitting = grants.filter { grant in right.map(grant.rights.contains) ?? true }
        if fitting.contains(where: \.isEverything) { return .everything }
        return .only(
            territories: Set(fitting.flatMap(\.territories)).sorted(),
            establishments: Set(fitting.flatMap(\.establishments)).sorted())
    }

    /// Whether somebody with this charge may give another the same: nobody hands on more than they have; who has a territory has its
    /// establishments as well.
    /// - Parameter map: says where an establishment is.
    func includes(_ other: Grant, _ map: ShardMap) -> Bool {
        let sources = grants.filter { $0.rights.contains(.delegation) && $0.rights.isSuperset(of: other.rights) }
        if sources.contains(where: \.isEverything) { return true }
        guard !other.isEverything else { return false }
        return other.territories.allSatisfy { territory in sources.contains { $0.territories.contains(territory) } }
            && other.establishments.allSatisfy { id in
                sources.contains { source in
                    source.establishments.contains(id) || map[id].map(source.reaches) == true
                }
            }
    }
}

extension Charge.Grant {
    fileprivate func reaches(_ establishment: Establishment) -> Bool {
        isEverything || territories.contains(establishment.territory) || establishments.contains(establishment.id)
    }
}
