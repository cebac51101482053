internal import Identity
package import Runtime
package import Tenancy

/// The timetable on one loop: who sees whose, over which days. Pages, API and calendar feed all ask here.
package final class TimetableService: @unchecked Sendable {
    // Safety: confined to its loop.
    let tenancy: Tenancy
    let store: TimetableStore
    let edits = TimetableEditStore()
    let feeds: CalendarFeedStore
    private let reader: TimetableReader

    /// At most so many days in one answer.
    static let longestSpan = 62

    package init(loop: EventLoop, tenancy: Tenancy, feeds: CalendarFeedStore, cache: TimetableCache) {
        self.tenancy = tenancy
        self.feeds = feeds
        store = TimetableStore(tenancy)
        reader = TimetableReader(loop: loop, store: store, cache: cache)
    }

    // MARK: Whose timetables somebody has

    /// One that a person may choose as theirs: their own, or a child's.
    package struct Choice: Sendable, Hashable {
        package let establishment: EstablishmentID
        package let person: PersonID
        package let name: String
        package let isChild: Bool
    }

    /// The children that a person's guardian profiles give sight of, over all their establishments and shards.
    ///
    /// A shard that does not answer is left out: the children elsewhere are shown all the same.
    func children(of profiles: [Profile], now: Int64) async throws -> (children: [Choice], isComplete: Bool) {
        var children: [Choice] = []
        var isComplete = true
        for profile in profiles where profile.role == .guardian {
            do {
                let context = try tenancy.context(for: profile.establishment)
                let here = try await store.children(
                    context, of: profile.person, today: today(in: profile.establishment, now))
                children += here.map {
                    Choice(establishment: profile.establishment, person: $0.id, name: $0.name, isChild: true)
                }
            } catch let error as TenancyError where error.isPassing {
                isComplete = false
            }
        }
        return (children, isComplete)
    }

    /// A person's own timetables, or one child's.
    /// - Parameters:
    ///   - pupil: the child asked for; nil for the person's own, or a guardian's first child.
    ///   - children: whom the guardian profiles give sight of, where that was read already.
    /// - Throws: `TimetableError.notFound` for a pupil who is not theirs to see.
    func mine(
        _ profiles: [Profile], pupil: PersonID?, among children: [Choice]? = nil, days: ClosedRange<CivilDate>,
        now: Int64
    ) async throws -> [TimetableView] {
        let reading = OwnReading<TimetableView, TimetableError>(
            isStaff: \.isStaff,
            pupil: { try await self.pupil($0, in: $1, guardian: $2, days: days, now: now) },
            staff: {
                try await self.teacher(
                    $0.person, in: $0.establishment, days: days, audience: $0.role.audience, now: now)
            },
            notFound: .notFound)
        return try await reading.views(profiles, pupil: pupil) {
            if let children { return children.first }
            return try await self.children(of: profiles, now: now).children.first
        }
    }

    // MARK: One timetable

    /// - Parameter guardian: the guardian on whose behalf it is read; nil when the pupil or the school's staff asks.
    func pupil(
        _ pupil: PersonID, in id: EstablishmentID, guardian: PersonID?, days: ClosedRange<CivilDate>, now: Int64
    ) async throws -> TimetableView {
        let (establishment, context) = try place(id)
        let year = SchoolYear(of: days.lowerBound)
        let standing = try await store.standing(
            context, pupil: pupil, guardian: guardian, year: year, from: days.lowerBound, to: days.upperBound,
            today: establishment.timeZone.date(microseconds: now))
        let timetable = try await reader.timetable(context, year: year, version: standing.version)
        return view(
            establishment, .pupil(pupil), standing.name, timetable, .groups(standing.groups), days, .everyone, now)
    }

    func teacher(
        _ teacher: PersonID, in id: EstablishmentID, days: ClosedRange<CivilDate>, audience: TimetableRules.Audience,
        now: Int64
    ) async throws -> TimetableView {
        let (establishment, context) = try place(id)
        let year = SchoolYear(of: days.lowerBound)
        let standing = try await store.standing(context, staff: teacher, year: year)
        let timetable = try await reader.timetable(context, year: year, version: standing.version)
        return view(
            establishment, .teacher(teacher), standing.name, timetable, .teacher(teacher), days, audience, now)
    }

    func group(
        _ group: GroupID, in id: EstablishmentID, days: ClosedRange<CivilDate>, audience: TimetableRules.Audience,
        now: Int64
    ) async throws -> TimetableView {
        let (establishment, timetable) = try await timetable(of: id, year: SchoolYear(of: days.lowerBound))
        guard let name = timetable.groups[group]?.name else { throw TimetableError.notFound }
        return view(establishment, .group(group), name, timetable, .groups([group]), days, audience, now)
    }

    func room(
        _ room: RoomID, in id: EstablishmentID, days: ClosedRange<CivilDate>, audience: TimetableRules.Audience,
        now: Int64
    ) async throws -> TimetableView {
        let (establishment, timetable) = try await timetable(of: id, year: SchoolYear(of: days.lowerBound))
        guard let name = timetable.rooms[room] else { throw TimetableError.notFound }
        return view(establishment, .room(room), name, timetable, .room(room), days, audience, now)
    }

    /// The whole timetable of an establishment, as it is in its shard now.
    func timetable(of id: EstablishmentID, year: SchoolYear) async throws -> (Establishment, Timetable) {
        let (establishment, context) = try place(id)
        let version = try await store.version(context, year: year)
        return (establishment, try await reader.timetable(context, year: year, version: version))
    }

    /// The timetable at a version that the caller has just read with other things, in the same trip.
    func timetable(_ context: TenantContext, year: SchoolYear, version: Int64) async throws -> Timetable {
        try await reader.timetable(context, year: year, version: version)
    }

    /// The day it is in an establishment.
    func today(in id: EstablishmentID, _ now: Int64) throws(TenancyError) -> CivilDate {
        guard let establishment = tenancy.map[id] else { throw .unknownEstablishment(id) }
        return establishment.timeZone.date(microseconds: now)
    }

    private func place(_ id: EstablishmentID) throws(TenancyError) -> (Establishment, TenantContext) {
        guard let establishment = tenancy.map[id] else { throw .unknownEstablishment(id) }
        return (establishment, try tenancy.context(for: id))
    }

    private func view(
        _ establishment: Establishment, _ whose: TimetableView.Whose, _ name: String, _ timetable: Timetable,
        _ subject: Timetable.Subject, _ days: ClosedRange<CivilDate>, _ audience: TimetableRules.Audience, _ now: Int64
    ) -> TimetableView {
        TimetableView(
            establishment: establishment, whose: whose, name: name, days: days, timetable: timetable,
            subject: subject, audience: audience, now: now)
    }
}

extension Role {
    /// Those who have a timetable of their own as members of the school's staff.
    var isStaff: Bool {
        switch self {
        case .teacher, .schoolLife, .head, .staff: true
        case .pupil, .guardian, .territoryAdmin, .regionAdmin, .platformAdmin, .establishmentAdmin: false
        }
    }

    /// School life and the head prepare changes before everybody sees them.
    var audience: TimetableRules.Audience { self == .schoolLife || self == .head ? .editor : .everyone }
}
