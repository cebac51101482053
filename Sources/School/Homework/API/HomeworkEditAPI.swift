internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Writing in the diary: the teachers of a lesson, and who replaces them on its day.
package struct HomeworkEditAPI: Sendable {
    let service: HomeworkService

    package init(_ service: HomeworkService) { self.service = service }

    package var routes: [Route] {
        [
            addRecord, record, replaceRecord, removeRecord, addAssignment, assignment, replaceAssignment,
            removeAssignment,
        ]
    }

    static let teachers = Access.roles("teacher")
    static let record = Parameter.uuid("record", "The lesson record.")
    static let assignment = Parameter.uuid("assignment", "The work to do.")

    // MARK: Lesson records

    private var addRecord: Route {
        .api(
            .post, HomeworkAPI.path + "/lesson-records", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Records what was done in a lesson.", parameters: [HomeworkAPI.establishment],
            body: .json(LessonRecordBody.schema, limit: 262_144), conditions: [.idempotencyKey],
            answers: [.json(DiaryView.recordSchema, "The record; its revision is the ETag.", status: 201)],
            errors: [
                .noTimetable, .invalidHomework, .noLessonThatDay, .notTeaching, .alreadyRecorded, .fileNotAttachable,
                .idempotencyKeyReused,
            ]
        ) { call in
            let actor = try service.teacher(call)
            let body = try await call.jsonBody(as: LessonRecordBody.self)
            let draft = try body.draft()
            let files = HomeworkBodies.files(body.files) ?? []
            let timetable = try await service.timetable(actor, of: draft.day)
            let (occurrence, subject) = try DiaryRules.lesson(
                of: draft, by: actor.person, in: timetable, now: call.now)
            let id = LessonRecordID.new()
            let now = call.now
            let outcome = try await service.once(call, actor) { transaction in
                try await service.edits.add(
                    draft, as: id, of: occurrence, subject: subject, year: timetable.year, by: actor.person,
                    in: transaction)
                try await service.files.set(
                    files, of: id.rawValue, use: .lessonRecord, by: actor.person, in: transaction)
                let listed = try await service.listed(id.rawValue, .lessonRecord, in: transaction)
                let record = LessonRecord(
                    id: id, group: draft.group, subject: subject, author: actor.person, day: draft.day,
                    start: occurrence.span.start, lesson: draft.lesson, change: draft.change, title: draft.title,
                    content: draft.content, annotation: draft.annotation, publishedAt: draft.publishedAt ?? now,
                    revision: 1, visa: nil)
                return IdempotentWrites.Outcome(
                    status: 201, body: HomeworkEditAPI.json(record, listed, timetable, actor, now),
                    location: "/api/v1/establishments/\(actor.uai)/lesson-records/\(id.rawValue)")
            }
            return outcome.response
        }
    }

    private var record: Route {
        .api(
            .get, HomeworkAPI.path + "/lesson-records/{record}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "A lesson record, as its teachers read it.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.record],
            answers: [.json(DiaryView.recordSchema, "The record; its revision is the ETag.")], errors: [.noTimetable]
        ) { call in
            let actor = try service.teacher(call)
            let (record, timetable) = try await service.record(
                LessonRecordID(rawValue: try call.path.uuid("record")), for: actor, now: call.now)
            return try await response(record, timetable, actor, call.now)
        }
    }

    private var replaceRecord: Route {
        .api(
            .put, HomeworkAPI.path + "/lesson-records/{record}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Changes what a record says.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.record],
            body: .json(LessonRecordChange.schema, limit: 262_144),
            conditions: [.ifMatchRequired], answers: [.json(DiaryView.recordSchema, "The record as it is now.")],
            errors: [.noTimetable, .invalidHomework, .homeworkChanged, .homeworkFrozen, .fileNotAttachable]
        ) { call in
            let actor = try service.teacher(call)
            let revision = try HomeworkEditAPI.revision(call)
            let body = try await call.jsonBody(as: LessonRecordChange.self)
            let (old, timetable) = try await service.record(
                LessonRecordID(rawValue: try call.path.uuid("record")), for: actor, now: call.now)
            let published = try HomeworkBodies.instant(body.publishedAt)
            let files = HomeworkBodies.files(body.files)
            try await service.write(actor) { transaction in
                try await service.edits.replace(
                    old, title: body.title, content: body.content ?? "",
                    annotation: old.author == actor.person ? body.annotation : nil, publishedAt: published,
                    revision: revision, year: timetable.year, by: actor.person, in: transaction)
                if let files {
                    try await service.files.set(
                        files, of: old.id.rawValue, use: .lessonRecord, by: actor.person, in: transaction)
                }
            }
            let record = try await service.teaching.record(actor.context, old.id)
            return try await response(record, timetable, actor, call.now)
        }
    }

    private var removeRecord: Route {
        .api(
            .delete, HomeworkAPI.path + "/lesson-records/{record}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Removes a record.", parameters: [HomeworkAPI.establishment, HomeworkEditAPI.record],
            conditions: [.ifMatchRequired], answers: [.empty("Removed.")],
            errors: [.noTimetable, .homeworkChanged, .homeworkFrozen]
        ) { call in
            let actor = try service.teacher(call)
            let revision = try HomeworkEditAPI.revision(call)
            let (old, timetable) = try await service.record(
                LessonRecordID(rawValue: try call.path.uuid("record")), for: actor, now: call.now)
            try await service.write(actor) { transaction in
                try await service.edits.remove(old, revision: revision, year: timetable.year, in: transaction)
                try await service.files.release(old.id.rawValue, use: .lessonRecord, in: transaction)
            }
            return Response(status: .noContent)
        }
    }

    // MARK: Work to do

    private var addAssignment: Route {
        .api(
            .post, HomeworkAPI.path + "/assignments", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Gives a class work to do.", parameters: [HomeworkAPI.establishment],
            body: .json(AssignmentBody.schema, limit: 262_144), conditions: [.idempotencyKey],
            answers: [.json(DiaryView.assignmentSchema, "The work; its revision is the ETag.", status: 201)],
            errors: [
                .noTimetable, .invalidHomework, .noLessonThatDay, .notTeaching, .fileNotAttachable,
                .idempotencyKeyReused,
            ]
        ) { call in
            let actor = try service.teacher(call)
            let body = try await call.jsonBody(as: AssignmentBody.self)
            let draft = try body.draft()
            let files = HomeworkBodies.files(body.files) ?? []
            let timetable = try await service.timetable(actor, of: draft.givenOn)
            let due = try DiaryRules.due(of: draft, by: actor.person, in: timetable, now: call.now)
            let id = AssignmentID.new()
            let now = call.now
            let outcome = try await service.once(call, actor) { transaction in
                try await service.edits.add(
                    draft, as: id, due: due, year: timetable.year, by: actor.person, in: transaction)
                try await service.files.set(
                    files, of: id.rawValue, use: .assignment, by: actor.person, in: transaction)
                let listed = try await service.listed(id.rawValue, .assignment, in: transaction)
                let assignment = Assignment(
                    id: id, group: draft.group, subject: draft.subject, author: actor.person, givenOn: draft.givenOn,
                    dueOn: draft.dueOn, dueStart: due?.span.start, dueLesson: due?.lesson, kind: draft.kind,
                    title: draft.title, content: draft.content, minutes: draft.minutes,
                    overrideReason: due == nil ? draft.overrideReason : nil, publishedAt: draft.publishedAt ?? now,
                    revision: 1, visa: nil)
                return IdempotentWrites.Outcome(
                    status: 201, body: HomeworkEditAPI.json(assignment, listed, nil, timetable, actor, now),
                    location: "/api/v1/establishments/\(actor.uai)/assignments/\(id.rawValue)")
            }
            return outcome.response
        }
    }

    private var assignment: Route {
        .api(
            .get, HomeworkAPI.path + "/assignments/{assignment}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Work to do, as its teachers read it: with how many pupils have done it, never which.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.assignment],
            answers: [.json(DiaryView.assignmentSchema, "The work; its revision is the ETag.")], errors: [.noTimetable]
        ) { call in
            let actor = try service.teacher(call)
            let (assignment, timetable) = try await service.assignment(
                AssignmentID(rawValue: try call.path.uuid("assignment")), for: actor, now: call.now)
            return try await response(assignment, timetable, actor, call.now)
        }
    }

    private var replaceAssignment: Route {
        .api(
            .put, HomeworkAPI.path + "/assignments/{assignment}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Changes work to do; its class, subject and day of giving stay.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.assignment],
            body: .json(AssignmentBody.schema, limit: 262_144),
            conditions: [.ifMatchRequired], answers: [.json(DiaryView.assignmentSchema, "The work as it is now.")],
            errors: [
                .noTimetable, .invalidHomework, .noLessonThatDay, .notTeaching, .homeworkChanged, .homeworkFrozen,
                .fileNotAttachable,
            ]
        ) { call in
            let actor = try service.teacher(call)
            let revision = try HomeworkEditAPI.revision(call)
            let body = try await call.jsonBody(as: AssignmentBody.self)
            let draft = try body.draft()
            let files = HomeworkBodies.files(body.files)
            let (old, timetable) = try await service.assignment(
                AssignmentID(rawValue: try call.path.uuid("assignment")), for: actor, now: call.now)
            guard draft.group == old.group else { throw HomeworkError.invalid(field: "group") }
            guard draft.subject == old.subject else { throw HomeworkError.invalid(field: "subject") }
            guard draft.givenOn == old.givenOn else { throw HomeworkError.invalid(field: "given_on") }
            let due = try DiaryRules.due(of: draft, by: actor.person, in: timetable, now: call.now)
            try await service.write(actor) { transaction in
                try await service.edits.replace(
                    old, with: draft, due: due, revision: revision, year: timetable.year, by: actor.person,
                    in: transaction)
                if let files {
                    try await service.files.set(
                        files, of: old.id.rawValue, use: .assignment, by: actor.person, in: transaction)
                }
            }
            let assignment = try await service.teaching.assignment(actor.context, old.id)
            return try await response(assignment, timetable, actor, call.now)
        }
    }

    private var removeAssignment: Route {
        .api(
            .delete, HomeworkAPI.path + "/assignments/{assignment}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Removes work to do, and what pupils noted of it.",
            parameters: [HomeworkAPI.establishment, HomeworkEditAPI.assignment], conditions: [.ifMatchRequired],
            answers: [.empty("Removed.")], errors: [.noTimetable, .homeworkChanged, .homeworkFrozen]
        ) { call in
            let actor = try service.teacher(call)
            let revision = try HomeworkEditAPI.revision(call)
            let (old, timetable) = try await service.assignment(
                AssignmentID(rawValue: try call.path.uuid("assignment")), for: actor, now: call.now)
            try await service.write(actor) { transaction in
                try await service.edits.remove(old, revision: revision, year: timetable.year, in: transaction)
                try await service.files.release(old.id.rawValue, use: .assignment, in: transaction)
            }
            return Response(status: .noContent)
        }
    }

    // MARK: Answers

    private static func json(
        _ record: LessonRecord, _ files: [StoredFile], _ timetable: Timetable, _ actor: HomeworkService.Actor,
        _ now: Int64
    ) -> [UInt8] {
        let view = view(
            of: record.group, record.day...record.day, [record.id.rawValue: files], timetable, actor, now)
        var writer = JSONWriter()
        view.write(record, &writer)
        return writer.bytes
    }

    private static func json(
        _ assignment: Assignment, _ files: [StoredFile], _ totals: ProgressTotals?, _ timetable: Timetable,
        _ actor: HomeworkService.Actor, _ now: Int64
    ) -> [UInt8] {
        let view = view(
            of: assignment.group, assignment.dueOn...assignment.dueOn, [assignment.id.rawValue: files], timetable,
            actor, now)
        var writer = JSONWriter()
        writer.object { writer in
            view.write(assignment, view.lessonStatuses, &writer)
            if let totals { DiaryView.write(totals, &writer) }
        }
        return writer.bytes
    }

    private static func view(
        of group: GroupID, _ days: ClosedRange<CivilDate>, _ files: [UUID: [StoredFile]], _ timetable: Timetable,
        _ actor: HomeworkService.Actor, _ now: Int64
    ) -> DiaryView {
        var view = DiaryView(
            establishment: actor.establishment, whose: .teacher(actor.person), name: "", days: days,
            timetable: timetable,
            span: DiarySpan(version: 0, groups: [group], days: days, records: [], assignments: [], files: files),
            now: now)
        view.author = actor.person
        return view
    }

    private func response(
        _ record: LessonRecord, _ timetable: Timetable, _ actor: HomeworkService.Actor, _ now: Int64
    ) async throws -> Response {
        let files = try await service.teaching.files(actor.context, of: record.id.rawValue, .lessonRecord)
        var response = Response.json(HomeworkEditAPI.json(record, files, timetable, actor, now))
        response.headers.set("ETag", "\"\(record.revision)\"")
        return response
    }

    private func response(
        _ assignment: Assignment, _ timetable: Timetable, _ actor: HomeworkService.Actor, _ now: Int64
    ) async throws -> Response {
        let totals = try await service.teaching.totals(actor.context, of: [assignment], today: actor.today(now))
        let files = try await service.teaching.files(actor.context, of: assignment.id.rawValue, .assignment)
        var response = Response.json(
            HomeworkEditAPI.json(assignment, files, totals[assignment.id], timetable, actor, now))
        response.headers.set("ETag", "\"\(assignment.revision)\"")
        return response
    }

    /// The revision that `If-Match` names; the gate has seen that there is one.
    static func revision(_ call: Call) throws -> Int { try TimetableEditAPI.revision(call) }
}
