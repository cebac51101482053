package import Identity
internal import Runtime
internal import School
package import Tenancy
internal import Web

/// Fills a few establishments of each territory with an invented school, and makes an account for everybody in it. For
/// development and demonstrations only: all the accounts share one password.
package struct DemoSeed: Sendable {
    /// An account to try, as `stack.json` lists it.
    package struct Login: Sendable, Hashable {
        package let login: String
        package let role: Role
        package let establishments: [UAI]
        package let territory: TerritoryID
    }

    /// How much is made.
    package struct Size: Sendable {
        package var schoolsPerTerritory: Int
        package var pupilsPerClass: Int

        package init(schoolsPerTerritory: Int = 2, pupilsPerClass: Int = 24) {
            self.schoolsPerTerritory = schoolsPerTerritory
            self.pupilsPerClass = pupilsPerClass
        }
    }

    package static let password = "preau-demo-2026"

    private let tenancy: Tenancy
    private let accounts: AccountProvisioningStore
    private let hasher: PasswordHasher

    package init(tenancy: Tenancy, accounts: AccountProvisioningStore, hasher: PasswordHasher) {
        self.tenancy = tenancy
        self.accounts = accounts
        self.hasher = hasher
    }

    /// Adds what is missing; safe to repeat, also after an interruption.
    /// - Returns: a few accounts of each kind.
    package func run(_ size: Size) async throws -> [Login] {
        try await tenancy.refresh()
        let hash = try await hasher.hash(DemoSeed.password)
        var logins: [Login] = []
        var schools: [DemoSchool] = []
        for territory in tenancy.territories.all {
            for establishment in chosen(in: territory, size.schoolsPerTerritory) {
                guard let calendar = DemoSeed.calendar(of: territory, zone: establishment.zone) else { continue }
                let school = DemoSchool(establishment, calendar: calendar, pupilsPerClass: size.pupilsPerClass)
                let context = try tenancy.administrativeContext(for: establishment.id)
                try await DemoSchoolStore.write(school, calendar: calendar, context, tenancy)
                try await DemoChanges.write(school, calendar: calendar, context, tenancy)
                try await DemoHomeworkStore.write(school, calendar: calendar, context, tenancy)
                _ = try await accounts.put(DemoSeed.accounts(of: school, hash), source: "demo")
                schools.append(school)
                logins += DemoSeed.firstOfEachRole(school)
            }
            logins.append(try await administrator(of: territory, hash))
        }
        return try await acrossSchools(schools, hash) + logins
    }

    /// The latest school year that the territory knows.
    private static func calendar(of territory: Territory, zone: String) -> SchoolCalendar? {
        territory.calendars.filter { $0.zone == zone }.max { $0.schoolYear < $1.schoolYear }
    }

    /// Establishments spread over the shards, in the order of their UAI.
    private func chosen(in territory: Territory, _ count: Int) -> [Establishment] {
        var byShard: [ShardID: [Establishment]] = [:]
        for establishment in tenancy.map.establishments(of: territory.id) where establishment.isInvented {
            guard let shard = establishment.placement?.shard else { continue }
            byShard[shard, default: []].append(establishment)
        }
        var chosen: [Establishment] = []
        var round = 0
        while chosen.count < count {
            let candidates = byShard.sorted { $0.key < $1.key }.compactMap { $0.value.dropFirst(round).first }
            guard !candidates.isEmpty else { break }
            chosen += candidates.prefix(count - chosen.count)
            round += 1
        }
        return chosen
    }

    private static func accounts(of school: DemoSchool, _ hash: String) -> [NewAccount] {
        school.people.compactMap { person in
            Identity.Login(rawValue: person.login).map { login in
                NewAccount(
                    login: login, givenName: person.given, familyName: person.family, passwordHash: hash,
                    profiles: [Profile(establishment: school.establishment.id, role: person.role, person: person.id)])
            }
        }
    }

    private static func firstOfEachRole(_ school: DemoSchool) -> [Login] {
        [Role.pupil, .guardian, .teacher, .schoolLife, .head].compactMap { role in
            school.people.first { $0.role == role }.map { person in
                Login(
                    login: person.login, role: role, establishments: [school.establishment.uai],
                    territory: school.establishment.territory)
            }
        }
    }

    private func administrator(of territory: Territory, _ hash: String) async throws -> Login {
        let role: Role = territory.kind == .region ? .regionAdmin : .territoryAdmin
        let name = "admin.\(territory.id.rawValue)"
        if let login = Identity.Login(rawValue: name) {
            _ = try await accounts.put(
                [
                    NewAccount(
                        login: login, givenName: "Administration", familyName: "Fictive", passwordHash: hash,
                        mandates: [Mandate(role: role, territory: territory.id)])
                ], source: "demo")
        }
        return Login(login: name, role: role, establishments: [], territory: territory.id)
    }

    /// A guardian with a child in each of two establishments, and a teacher of both, wherever possible on two shards.
    private func acrossSchools(_ schools: [DemoSchool], _ hash: String) async throws -> [Login] {
        var logins: [Login] = []
        for territory in tenancy.territories.all {
            let own = schools.filter { $0.establishment.territory == territory.id }
            guard own.count >= 2 else { continue }
            let pair = [own[0], own[1]]
            for role in [Role.guardian, .teacher] {
                let people = pair.compactMap { school in
                    school.people.last { $0.role == role }.map { (school.establishment, $0) }
                }
                let name = "\(role.rawValue).deux-etablissements.\(territory.id.rawValue)"
                guard let login = Identity.Login(rawValue: name), people.count == 2 else { continue }
                _ = try await accounts.put(
                    [
                        NewAccount(
                            login: login, givenName: people[0].1.given, familyName: people[0].1.family,
                            passwordHash: hash,
                            profiles: people.map { Profile(establishment: $0.0.id, role: role, person: $0.1.id) })
                    ], source: "demo")
                logins.append(
                    Login(
                        login: name, role: role, establishments: pair.map(\.establishment.uai), territory: territory.id)
                )
            }
        }
        return logins
    }
}
