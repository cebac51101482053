internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

extension HomeworkService {
    /// Who acts, and where.
    struct Actor: Sendable {
        let establishment: Establishment
        let context: TenantContext
        let person: PersonID
        let account: AccountID
        let roles: Set<Role>

        var uai: String { establishment.uai.rawValue }
        var isTeacher: Bool { roles.contains(.teacher) }
        var isHead: Bool { roles.contains(.head) }
        /// The head and school life read everything, and write nothing.
        var readsAll: Bool { roles.contains(.head) || roles.contains(.schoolLife) }

        func today(_ now: Int64) -> CivilDate { establishment.timeZone.date(microseconds: now) }
    }

    /// The caller with one of `roles` in the establishment that the path names.
    /// - Throws: 404 for another tenant's establishment, 403 for somebody without such a role there.
    func actor(_ call: Call, _ roles: Role...) throws -> Actor {
        let id = try timetables.establishment(call)
        let profiles = call.profiles(in: id).filter { roles.contains($0.role) }
        guard let profile = profiles.first else {
            // Tells "not there" from "not enough", and throws in both cases.
            _ = try call.require(roles[0], in: id)
            throw HomeworkError.notFound
        }
        let (establishment, context) = try place(id)
        return Actor(
            establishment: establishment, context: context, person: profile.person,
            account: try call.requireSession().holder.account, roles: Set(profiles.map(\.role)))
    }

    func teacher(_ call: Call) throws -> Actor { try actor(call, .teacher) }
    func head(_ call: Call) throws -> Actor { try actor(call, .head) }
    func staff(_ call: Call) throws -> Actor { try actor(call, .teacher, .schoolLife, .head) }

    func timetable(_ actor: Actor, of day: CivilDate) async throws -> Timetable {
        try await timetables.timetable(of: actor.establishment.id, year: SchoolYear(of: day)).1
    }

    /// One transaction on the establishment's shard; `body` does nothing outside it.
    func write<Value: Sendable>(
        _ actor: Actor, _ body: @escaping (TenantTransaction) async throws -> Value
    ) async throws -> Value {
        try await tenancy.transaction(actor.context, repetition: .whenUndone, body)
    }

    /// The same, done once for each Idempotency-Key.
    func once(
        _ call: Call, _ actor: Actor, _ body: @escaping (TenantTransaction) async throws -> IdempotentWrites.Outcome
    ) async throws -> IdempotentWrites.Outcome {
        try await IdempotentWrites.once(
            try call.idempotencyKey(), of: actor.account, fingerprint: call.fingerprint(try await call.json()), tenancy,
            actor.context, body)
    }

    // MARK: Entries

    /// A record that the teacher may change: its author, its lesson's teachers, and whoever took the lesson.
    func record(_ id: LessonRecordID, for actor: Actor, now: Int64) async throws -> (LessonRecord, Timetable) {
        let record = try await self.teaching.record(actor.context, id)
        let timetable = try await timetable(actor, of: record.day)
        let teaching = DiaryRules.Teaching(subject: record.subject, group: record.group)
        guard
            record.author == actor.person
                || DiaryRules.teaches(actor.person, teaching, on: record.day, in: timetable, now: now)
        else { throw HomeworkError.notFound }
        return (record, timetable)
    }

    /// The same for work to do, by the day it was given.
    func assignment(_ id: AssignmentID, for actor: Actor, now: Int64) async throws -> (Assignment, Timetable) {
        let assignment = try await self.teaching.assignment(actor.context, id)
        let timetable = try await timetable(actor, of: assignment.givenOn)
        let teaching = DiaryRules.Teaching(subject: assignment.subject, group: assignment.group)
        guard
            assignment.author == actor.person
                || DiaryRules.teaches(actor.person, teaching, on: assignment.givenOn, in: timetable, now: now)
        else { throw HomeworkError.notFound }
        return (assignment, timetable)
    }

    /// A pupil says how far a piece of work is.
    func set(_ progress: Assignment.Progress, of assignment: AssignmentID, _ profiles: [Profile]) async throws {
        var last: any Error = HomeworkError.notFound
        for profile in profiles where profile.role == .pupil {
            do {
                let (_, context) = try place(profile.establishment)
                return try await edits.set(progress, of: assignment, for: profile.person, context, tenancy)
            } catch HomeworkError.notFound {
                last = HomeworkError.notFound
            }
        }
        throw last
    }

    // MARK: Sequences

    /// What is to be laid on which lessons, checked before anything is written.
    struct LayingPlan: Sendable {
        let sequence: TeachingSequence
        /// Each with the lessons of its class from the first day on.
        let classes: [(teaching: DiaryRules.Teaching, lessons: [Occurrence])]
        let from: CivilDate
        let year: SchoolYear
    }

    /// - Throws: `HomeworkError.notTeaching`, `.notFound`.
    func plan(
        _ sequence: TeachingSequence, on teachings: [DiaryRules.Teaching], from day: CivilDate, by actor: Actor,
        now: Int64
    ) async throws -> LayingPlan {
        let timetable = try await timetable(actor, of: day)
        for teaching in teachings {
            guard timetable.groups[teaching.group] != nil, timetable.subjects[teaching.subject] != nil else {
                throw HomeworkError.notFound
            }
            guard DiaryRules.teaches(actor.person, teaching, on: day, in: timetable, now: now) else {
                throw HomeworkError.notTeaching
            }
        }
        // In one order for everybody, so that two teachers who lay at once take turns.
        let inOrder = Set(teachings).sorted { $0.group.rawValue < $1.group.rawValue }
        return LayingPlan(
            sequence: sequence,
            classes: inOrder.map { ($0, DiaryRules.lessons(of: $0, from: day, in: timetable, now: now)) }, from: day,
            year: timetable.year)
    }

    /// Lays a sequence with its files, on all the classes or on none.
    /// - Throws: `HomeworkError.tooFewLessons`.
    func lay(
        _ plan: LayingPlan, by actor: Actor, in transaction: TenantTransaction
    ) async throws -> (records: Int, assignments: Int) {
        let zone = actor.establishment.timeZone
        var counts = (records: 0, assignments: 0)
        var copies: [Files.Copy] = []
        for (teaching, lessons) in plan.classes {
            let taken = try await self.teaching.recorded(teaching, from: plan.from, in: transaction)
            let free = lessons.filter {
                !taken.contains(
                    TeacherDiaryStore.Slot(lesson: $0.lesson, change: $0.lesson == nil ? $0.change : nil, day: $0.date))
            }
            let laid = try SequenceRules.lay(plan.sequence, teaching, on: free) {
                zone.microseconds(of: $0.date, minute: $0.span.end.minutes)
            }
            var batch = DiaryEditStore.raising(teaching.group, plan.year, transaction)
            for each in laid {
                let record = LessonRecordID.new()
                DiaryEditStore.insert(
                    each.record, as: record, of: each.occurrence, subject: teaching.subject, year: plan.year,
                    by: actor.person, &batch)
                counts.records += 1
                copies += each.files.record.enumerated().map {
                    Files.Copy($1, to: record.rawValue, use: .lessonRecord, position: $0 + 1)
                }
                guard let work = each.work else { continue }
                let assignment = AssignmentID.new()
                DiaryEditStore.insert(
                    work.draft, as: assignment, due: work.due, year: plan.year, by: actor.person, &batch)
                counts.assignments += 1
                copies += each.files.work.enumerated().map {
                    Files.Copy($1, to: assignment.rawValue, use: .assignment, position: $0 + 1)
                }
            }
            _ = try await transaction.run(batch)
        }
        try await files.copy(
            copies, of: plan.sequence.id.rawValue, use: .sequence, by: actor.person, in: transaction)
        return counts
    }
}
