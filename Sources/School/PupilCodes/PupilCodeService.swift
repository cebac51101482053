internal import HTTP
internal import Identity
internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Codes that a school gives its pupils by itself, on one loop: a teacher one of their own pupils, the head a whole class.
final class PupilCodeService: @unchecked Sendable {
    // Safety: confined to its loop.
    let tenancy: Tenancy
    private let store: PupilCodeStore
    private let keyring: Keyring

    /// How long a code lasts that is told to one pupil, and one of a whole class; the directory's function says the same.
    static let oneSeconds = 3600
    static let manySeconds = 86_400
    /// At most so many pupils at once: more than a class has.
    static let most = 100

    init(tenancy: Tenancy, directory: PostgresPool, keyring: Keyring) {
        self.tenancy = tenancy
        self.keyring = keyring
        store = PupilCodeStore(tenancy, directory)
    }

    /// Somebody who may give codes in one establishment.
    struct Giver: Sendable {
        let establishment: Establishment
        let person: PersonID
        let account: AccountID
        /// Sees every class: school life, the head.
        let isEverywhere: Bool
        /// May give a class of them at once.
        let mayGiveMany: Bool
        let today: CivilDate
    }

    /// The caller in the establishment that the path names.
    /// - Throws: 404 for another tenant's establishment, 403 for somebody of another role there.
    func giver(_ call: Call) throws -> Giver {
        guard let uai = UAI(rawValue: try call.path.text("establishment")), let establishment = tenancy.map[uai] else {
            throw Problem(.notFound)
        }
        let profiles = try call.require(.teacher, .schoolLife, .head, in: establishment.id)
        return try giver(profiles, establishment, call)
    }

    /// Everywhere the caller may give codes, an establishment each.
    func givers(_ call: Call) throws -> [Giver] {
        let profiles = try call.require(.teacher, .schoolLife, .head)
        var seen: [EstablishmentID] = []
        for profile in profiles where !seen.contains(profile.establishment) { seen.append(profile.establishment) }
        return try seen.compactMap { id in
            guard let establishment = tenancy.map[id] else { return nil }
            return try giver(profiles.filter { $0.establishment == id }, establishment, call)
        }
    }

    private func giver(_ profiles: [Profile], _ establishment: Establishment, _ call: Call) throws -> Giver {
        let rank: [Role] = [.head, .schoolLife, .teacher]
        guard let role = rank.first(where: { role in profiles.contains { $0.role == role } }),
            let profile = profiles.first(where: { $0.role == role })
        else { throw Problem(.notFound) }
        return Giver(
            establishment: establishment, person: profile.person, account: try call.requireSession().holder.account,
            isEverywhere: role != .teacher, mayGiveMany: role == .head,
            today: establishment.timeZone.date(microseconds: call.now))
    }

    // MARK: Looking

    func groups(_ giver: Giver) async throws -> [PupilCodeGroup] {
        try await store.groups(
            try tenancy.context(for: giver.establishment.id), of: giver.person, everywhere: giver.isEverywhere,
            today: giver.today)
    }

    /// - Throws: 404 for a group that is not the caller's.
    func roll(_ giver: Giver, _ id: GroupID) async throws -> (group: PupilCodeGroup, pupils: [PupilCodeHolder]) {
        guard let group = try await groups(giver).first(where: { $0.id == id }) else { throw Problem(.notFound) }
        let pupils = try await store.pupils(
            try tenancy.context(for: giver.establishment.id), of: id, today: giver.today)
        return (group, try await store.withAccounts(pupils, in: giver.establishment.id))
    }

    // MARK: Giving

    /// Gives each of these pupils of a group a new code; one that they had before counts for nothing any more.
    /// - Throws: 404 for a group or a pupil that is not the caller's; `.onePupilAtATime`, `.tooManyCodes`.
    func issue(
        to people: Set<PersonID>, of group: GroupID, _ giver: Giver, _ call: Call
    ) async throws -> IssuedPupilCodes {
        guard people.count == 1 || giver.mayGiveMany else { throw Problem(.onePupilAtATime) }
        let chosen = try await roll(giver, group).pupils.filter { people.contains($0.person) }
        guard chosen.count == people.count, !chosen.isEmpty, chosen.count <= PupilCodeService.most else {
            throw Problem(.notFound)
        }
        var outcome = IssuedPupilCodes(
            seconds: chosen.count > 1 ? PupilCodeService.manySeconds : PupilCodeService.oneSeconds)
        var drafts: [(holder: PupilCodeHolder, account: AccountID, code: AccessCode)] = []
        for holder in chosen {
            if let account = holder.account { drafts.append((holder, account, .new())) }
        }
        let given =
            drafts.isEmpty
            ? []
            : try await store.issue(
                drafts.map { ($0.account, keyring.codeHashes($0.code, of: $0.account)[0]) },
                in: giver.establishment.id, by: giver.account, from: call.request.remoteAddress)
        // One pupil may be refused for what else they are; a whole class is refused for how many were given.
        if given.isEmpty, drafts.count > 1 { throw Problem(.tooManyCodes, retryAfter: .seconds(3600)) }
        for holder in chosen {
            if let draft = drafts.first(where: { $0.holder.person == holder.person }), given.contains(draft.account) {
                outcome.codes.append(
                    IssuedPupilCode(person: holder.person, name: holder.name, login: holder.login, code: draft.code))
            } else {
                outcome.refused.append(holder)
            }
        }
        return outcome
    }
}
