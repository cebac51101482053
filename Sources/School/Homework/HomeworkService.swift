internal import Identity
package import Runtime
package import Tenancy

/// The homework diary on one loop: who sees what, over which days. Pages and API both ask here.
package final class HomeworkService: @unchecked Sendable {
    // Safety: confined to its loop.
    let tenancy: Tenancy
    let timetables: TimetableService
    let store: DiaryStore
    let teaching: TeacherDiaryStore
    let edits = DiaryEditStore()
    let sequences: SequenceStore
    let kept: DiaryDocumentStore
    let readers: DiaryReaderStore
    let files: Files
    let documents: BlockingPool
    private let loop: EventLoop
    private let cache: DiaryCache

    /// At most so many days in one answer.
    static let longestSpan = 62

    /// - Parameter documents: the threads that write PDF.
    package init(
        loop: EventLoop, tenancy: Tenancy, timetables: TimetableService, files: Files, cache: DiaryCache,
        documents: BlockingPool
    ) {
        self.loop = loop
        self.tenancy = tenancy
        self.timetables = timetables
        self.cache = cache
        self.documents = documents
        self.files = files
        store = DiaryStore(tenancy, files)
        teaching = TeacherDiaryStore(tenancy, files)
        readers = DiaryReaderStore(tenancy)
        sequences = SequenceStore(tenancy)
        kept = DiaryDocumentStore(tenancy)
    }

    // MARK: One's own

    /// A person's own diaries, or one child's.
    /// - Parameters:
    ///   - pupil: the child asked for; nil for the person's own, or a guardian's first child.
    ///   - children: whom the guardian profiles give sight of, where that was read already.
    /// - Throws: `HomeworkError.notFound` for a pupil who is not theirs to see.
    func mine(
        _ profiles: [Profile], pupil: PersonID?, among children: [TimetableService.Choice]? = nil,
        days: ClosedRange<CivilDate>, now: Int64
    ) async throws -> [DiaryView] {
        let reading = OwnReading<DiaryView, HomeworkError>(
            isStaff: { $0 == .teacher },
            pupil: { try await self.pupil($0, in: $1, guardian: $2, days: days, now: now) },
            staff: { try await self.teacher($0.person, in: $0.establishment, days: days, now: now) },
            notFound: .notFound)
        return try await reading.views(profiles, pupil: pupil) {
            if let children { return children.first }
            return try await timetables.children(of: profiles, now: now).children.first
        }
    }

    // MARK: One diary

    /// - Parameter guardian: the guardian on whose behalf it is read; nil when the pupil or the school's staff asks.
    func pupil(
        _ pupil: PersonID, in id: EstablishmentID, guardian: PersonID?, days: ClosedRange<CivilDate>, now: Int64
    ) async throws -> DiaryView {
        let (establishment, context) = try place(id)
        let year = SchoolYear(of: days.lowerBound)
        let standing = try await store.standing(
            context, pupil: pupil, guardian: guardian, year: year, days: days,
            today: establishment.timeZone.date(microseconds: now))
        let timetable = try await timetables.timetable(context, year: year, version: standing.timetableVersion)
        let version = try await version(context, of: standing.groups, year, edition: standing.edition)
        let span = try await span(context, standing.groups, days, version: version)
        var view = DiaryView(
            establishment: establishment, whose: .pupil(pupil), name: standing.name, days: days, timetable: timetable,
            span: span, now: now)
        view.progress = standing.progress
        return view
    }

    /// A class's diary, for the school's staff.
    /// - Parameters:
    ///   - reader: a teacher, who sees their own entries before they are published; nil for the head and school life, who
    ///     see everybody's.
    func group(
        _ group: GroupID, in id: EstablishmentID, reader: PersonID?, days: ClosedRange<CivilDate>, now: Int64
    ) async throws -> DiaryView {
        let (establishment, context) = try place(id)
        let year = SchoolYear(of: days.lowerBound)
        let versions = try await store.versions(context, groups: [group], year: year)
        let timetable = try await timetables.timetable(context, year: year, version: versions.timetable)
        guard let name = timetable.groups[group]?.name else { throw HomeworkError.notFound }
        let span = try await span(context, [group], days, version: versions.diary)
        var view = DiaryView(
            establishment: establishment, whose: .group(group), name: name, days: days, timetable: timetable,
            span: span, now: now)
        view.author = reader
        view.seesUnpublished = reader == nil
        return view
    }

    /// A teacher's own week: what they teach, in theory or in somebody's place, and everything they wrote.
    func teacher(
        _ teacher: PersonID, in id: EstablishmentID, days: ClosedRange<CivilDate>, now: Int64
    ) async throws -> DiaryView {
        let (establishment, context) = try place(id)
        let (_, timetable) = try await timetables.timetable(of: id, year: SchoolYear(of: days.lowerBound))
        let teachings = DiaryRules.teachings(of: teacher, days, in: timetable, now: now)
        let span = try await teaching.span(context, of: teacher, teachings, days)
        var view = DiaryView(
            establishment: establishment, whose: .teacher(teacher), name: timetable.teachers[teacher] ?? "", days: days,
            timetable: timetable, span: span, now: now)
        view.author = teacher
        view.seesUnpublished = true
        view.totals = try await teaching.totals(
            context, of: view.assignments, today: establishment.timeZone.date(microseconds: now))
        return view
    }

    private func version(
        _ context: TenantContext, of groups: [GroupID], _ year: SchoolYear, edition: Int64
    ) async throws -> Int64 {
        let key = DiaryVersions.Key(establishment: context.establishment, year: year)
        if let known = cache.versions.sum(of: groups, key, edition: edition) { return known }
        let read = try await store.allVersions(context, year: year)
        cache.versions.keep(read.versions, key, edition: read.edition)
        return DiaryVersions.sum(of: groups, read.versions)
    }

    private func span(
        _ context: TenantContext, _ groups: [GroupID], _ days: ClosedRange<CivilDate>, version: Int64
    ) async throws -> DiarySpan {
        loop.assertCurrent()
        guard !groups.isEmpty else {
            return DiarySpan(version: 0, groups: [], days: days, records: [], assignments: [])
        }
        let key = DiaryCache.Key(establishment: context.establishment, groups: groups, days: days)
        if let known = cache.find(key, version: version) { return known }
        let span = try await store.span(context, groups: groups, days: days)
        cache.keep(span, key)
        return span
    }

    /// The day it is in an establishment.
    func today(in id: EstablishmentID, _ now: Int64) throws(TenancyError) -> CivilDate {
        try timetables.today(in: id, now)
    }

    func place(_ id: EstablishmentID) throws(TenancyError) -> (Establishment, TenantContext) {
        guard let establishment = tenancy.map[id] else { throw .unknownEstablishment(id) }
        return (establishment, try tenancy.context(for: id))
    }
}
