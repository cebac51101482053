internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Changing a timetable: school life and the head of the establishment.
package struct TimetableEditAPI: Sendable {
    let service: TimetableService

    package init(_ service: TimetableService) { self.service = service }

    package var routes: [Route] { [lesson, add, replace, remove, change, takeBack, week] }

    static let editors = Access.roles("school_life", "head")
    private static let lessonParameter = Parameter.uuid("lesson", "The recurring lesson.")
    private static let path = "/api/v1/establishments/{establishment}"

    private var lesson: Route {
        .api(
            .get, TimetableEditAPI.path + "/lessons/{lesson}", access: TimetableAPI.staff, tag: "Timetable",
            summary: "A recurring lesson, with what it collides with.",
            parameters: [TimetableAPI.establishment, TimetableEditAPI.lessonParameter],
            answers: [.json(LessonAnswer.schema, "The lesson; its revision is the ETag.")], errors: [.noTimetable]
        ) { call in
            let id = try service.establishment(call)
            try call.require(.teacher, .schoolLife, .head, .staff, in: id)
            let (_, timetable) = try await service.timetable(
                of: id, year: SchoolYear(of: service.today(in: id, call.now)))
            guard let lesson = timetable.lessons[LessonID(rawValue: try call.path.uuid("lesson"))] else {
                throw TimetableError.notFound
            }
            return TimetableEditAPI.response(lesson, timetable)
        }
    }

    private var add: Route {
        .api(
            .post, TimetableEditAPI.path + "/lessons", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "Adds a recurring lesson.", parameters: [TimetableAPI.establishment],
            body: .json(LessonBody.schema),
            conditions: [.idempotencyKey],
            answers: [.json(LessonAnswer.schema, "The lesson, with what it collides with.", status: 201)],
            errors: [.noTimetable, .unknownReference, .invalidLesson, .idempotencyKeyReused]
        ) { call in
            let editor = try service.editor(call)
            let draft = try await call.jsonBody(as: LessonBody.self).draft()
            let year = SchoolYear(of: draft.from)
            let timetable = try await service.timetable(of: editor.establishment, year: year).1
            try EditRules.check(draft, in: timetable)
            let lesson = draft.lesson(.new(), revision: 1)
            let outcome = try await service.once(call, editor) { transaction in
                try await service.edits.add(draft, as: lesson.id, year: year, by: editor.person, in: transaction)
                return IdempotentWrites.Outcome(
                    status: 201, body: JSONWriter.bytes(of: LessonAnswer(lesson, in: timetable)),
                    location: "/api/v1/establishments/\(editor.uai)/lessons/\(lesson.id.rawValue)")
            }
            return outcome.response
        }
    }

    private var replace: Route {
        .api(
            .put, TimetableEditAPI.path + "/lessons/{lesson}", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "Replaces a recurring lesson.",
            parameters: [TimetableAPI.establishment, TimetableEditAPI.lessonParameter], body: .json(LessonBody.schema),
            conditions: [.ifMatchRequired], answers: [.json(LessonAnswer.schema, "The lesson as it is now.")],
            errors: [.noTimetable, .unknownReference, .invalidLesson, .lessonChanged]
        ) { call in
            let editor = try service.editor(call)
            let revision = try TimetableEditAPI.revision(call)
            let id = LessonID(rawValue: try call.path.uuid("lesson"))
            let draft = try await call.jsonBody(as: LessonBody.self).draft()
            let year = SchoolYear(of: draft.from)
            let timetable = try await service.timetable(of: editor.establishment, year: year).1
            guard timetable.lessons[id] != nil else { throw TimetableError.notFound }
            try EditRules.check(draft, in: timetable)
            let newRevision = try await service.write(editor) { transaction in
                try await service.edits.replace(
                    id, with: draft, revision: revision, year: year, by: editor.person, in: transaction)
            }
            return TimetableEditAPI.response(draft.lesson(id, revision: newRevision), timetable)
        }
    }

    private var remove: Route {
        .api(
            .delete, TimetableEditAPI.path + "/lessons/{lesson}", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "Removes a recurring lesson and its changes.",
            parameters: [TimetableAPI.establishment, TimetableEditAPI.lessonParameter], conditions: [.ifMatchRequired],
            answers: [.empty("Removed.")], errors: [.noTimetable, .lessonChanged]
        ) { call in
            let editor = try service.editor(call)
            let revision = try TimetableEditAPI.revision(call)
            let id = LessonID(rawValue: try call.path.uuid("lesson"))
            let year = SchoolYear(of: try service.today(in: editor.establishment, call.now))
            try await service.write(editor) { transaction in
                try await service.edits.remove(id, revision: revision, year: year, in: transaction)
            }
            return Response(status: .noContent)
        }
    }

    private var change: Route {
        .api(
            .post, TimetableEditAPI.path + "/lesson-changes", access: TimetableEditAPI.editors, tag: "Timetable",
            summary: "Says what happens to a lesson on a day, or adds one that takes place once.",
            description: "Replaces what was said before of the same lesson and day.",
            parameters: [TimetableAPI.establishment], body: .json(LessonChangeBody.schema),
            conditions: [.idempotencyKey],
            answers: [.json(.object([.required("id", .uuid)]), "The change.", status: 201)],
            errors: [.noTimetable, .unknownReference, .invalidLesson, .lessonNotHeld, .idempotencyKeyReused]
        ) { call in
            let editor = try service.editor(call)
            let draft = try await call.jsonBody(as: LessonChangeBody.self).draft()
            let year = SchoolYear(of: draft.date)
            try EditRules.check(draft, in: try await service.timetable(of: editor.establishment, year: year).1)
            let id = LessonChangeID.new()
            let outcome = try await service.once(call, editor) { transaction in
                try await service.edits.put(draft, as: id, year: year, by: editor.person, in: transaction)
                return IdempotentWrites.Outcome(
                    status: 201, body: Array("{\"id\":\"\(id.rawValue)\"}".utf8),
                    location: "/api/v1/establishments/\(editor.uai)/lesson-changes/\(id.rawValue)")
            }
            return outcome.response
        }
    }

    private var takeBack: Route {
        .api(
            .delete, TimetableEditAPI.path + "/lesson-changes/{change}", access: TimetableEditAPI.editors,
            tag: "Timetable", summary: "Takes a change back: the lesson is again as planned.",
            parameters: [TimetableAPI.establishment, .uuid("change", "The change.")], answers: [.empty("Taken back.")],
            errors: [.noTimetable]
        ) { call in
            let editor = try service.editor(call)
            let id = LessonChangeID(rawValue: try call.path.uuid("change"))
            let year = SchoolYear(of: try service.today(in: editor.establishment, call.now))
            try await service.write(editor) { transaction in
                try await service.edits.remove(id, year: year, in: transaction)
            }
            return Response(status: .noContent)
        }
    }

    private var week: Route {
        .api(
            .put, TimetableEditAPI.path + "/timetable/weeks/{monday}", access: TimetableEditAPI.editors,
            tag: "Timetable", summary: "Decides whether a week is A, B or without lessons.",
            parameters: [TimetableAPI.establishment, .date("monday", "The week's Monday.")],
            body: .json(.object([.required("kind", .enumeration(WeekKind.self))])), answers: [.empty("Decided.")],
            errors: [.noTimetable, .invalidLesson]
        ) { call in
            let editor = try service.editor(call)
            struct Body: Decodable { let kind: String }
            let monday = try call.path.date("monday")
            guard monday.weekday == 1, let kind = WeekKind(rawValue: try await call.jsonBody(as: Body.self).kind) else {
                throw TimetableError.invalid(field: "monday")
            }
            try await service.write(editor) { transaction in
                try await service.edits.set(kind, weekOf: monday, year: SchoolYear(of: monday), in: transaction)
            }
            return Response(status: .noContent)
        }
    }

    // MARK: Revisions

    private static func response(_ lesson: Lesson, _ timetable: Timetable) -> Response {
        var response = Response.json(LessonAnswer(lesson, in: timetable))
        response.headers.set("ETag", "\"\(lesson.revision)\"")
        return response
    }

    /// The revision that `If-Match` names. - Throws: `preconditionRequired`, `preconditionFailed`.
    static func revision(_ call: Call) throws -> Int {
        guard let header = call.request.header("if-match") else { throw Problem(.preconditionRequired) }
        guard header.hasPrefix("\""), header.hasSuffix("\""), let revision = Int(header.dropFirst().dropLast()) else {
            throw Problem(.preconditionFailed)
        }
        return revision
    }
}
