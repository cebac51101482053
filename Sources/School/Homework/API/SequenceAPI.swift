internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Lessons prepared once and laid on those of several classes: each teacher's own.
package struct SequenceAPI: Sendable {
    let service: HomeworkService

    package init(_ service: HomeworkService) { self.service = service }

    package var routes: [Route] { [list, add, sequence, replace, remove, lay] }

    private static let parameter = Parameter.uuid("sequence", "The sequence.")
    private static let path = HomeworkAPI.path + "/sequences"

    private var list: Route {
        .api(
            .get, SequenceAPI.path, access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "One's own sequences, of all years, the newest first.", parameters: [HomeworkAPI.establishment],
            query: Parameter.paging, answers: [.json(ListPage<SequenceSummary>.schema, "A page of them.")]
        ) { call in
            let actor = try service.teacher(call)
            let limit = call.listLimit
            let rows = try await service.sequences.list(
                actor.context, of: actor.person, before: try SequenceAPI.place(call), limit: limit + 1)
            return .json(ListPage(rows, limit: limit) { $0.id.rawValue.description })
        }
    }

    private var add: Route {
        .api(
            .post, SequenceAPI.path, access: HomeworkEditAPI.teachers, tag: "Homework", summary: "Adds a sequence.",
            parameters: [HomeworkAPI.establishment], body: .json(SequenceBody.schema, limit: 1 << 20),
            conditions: [.idempotencyKey], answers: [.json(SequenceAnswer.schema, "The sequence.", status: 201)],
            errors: [.invalidHomework, .tooManyFiles, .fileNotAttachable, .idempotencyKeyReused]
        ) { call in
            let actor = try service.teacher(call)
            let body = try await call.jsonBody(as: SequenceBody.self)
            let steps = try body.checkedSteps()
            let id = SequenceID.new()
            let year = SchoolYear(of: actor.today(call.now))
            let outcome = try await service.once(call, actor) { transaction in
                _ = try await service.sequences.add(
                    id, title: body.title, steps: steps, year: year, of: actor.person, in: transaction)
                try await service.files.set(
                    TeachingSequence.files(of: steps), of: id.rawValue, use: .sequence, by: actor.person,
                    in: transaction)
                let sequence = TeachingSequence(id: id, title: body.title, revision: 1, steps: steps)
                return IdempotentWrites.Outcome(
                    status: 201, body: JSONWriter.bytes(of: SequenceAnswer(sequence: sequence)),
                    location: "/api/v1/establishments/\(actor.uai)/sequences/\(id.rawValue)")
            }
            return outcome.response
        }
    }

    private var sequence: Route {
        .api(
            .get, SequenceAPI.path + "/{sequence}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "A sequence of one's own.", parameters: [HomeworkAPI.establishment, SequenceAPI.parameter],
            answers: [.json(SequenceAnswer.schema, "The sequence; its revision is the ETag.")]
        ) { call in
            let actor = try service.teacher(call)
            return SequenceAPI.response(try await find(call, actor))
        }
    }

    private var replace: Route {
        .api(
            .put, SequenceAPI.path + "/{sequence}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Replaces a sequence; what was laid before stays as it is.",
            parameters: [HomeworkAPI.establishment, SequenceAPI.parameter],
            body: .json(SequenceBody.schema, limit: 1 << 20), conditions: [.ifMatchRequired],
            answers: [.json(SequenceAnswer.schema, "The sequence as it is now.")],
            errors: [.invalidHomework, .tooManyFiles, .fileNotAttachable, .homeworkChanged]
        ) { call in
            let actor = try service.teacher(call)
            let revision = try HomeworkEditAPI.revision(call)
            let id = SequenceID(rawValue: try call.path.uuid("sequence"))
            let body = try await call.jsonBody(as: SequenceBody.self)
            let steps = try body.checkedSteps()
            try await service.write(actor) { transaction in
                try await service.sequences.replace(
                    id, title: body.title, steps: steps, revision: revision, of: actor.person, in: transaction)
                try await service.files.set(
                    TeachingSequence.files(of: steps), of: id.rawValue, use: .sequence, by: actor.person,
                    in: transaction)
            }
            return SequenceAPI.response(try await find(call, actor))
        }
    }

    private var remove: Route {
        .api(
            .delete, SequenceAPI.path + "/{sequence}", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary: "Removes a sequence; what was laid before stays.",
            parameters: [HomeworkAPI.establishment, SequenceAPI.parameter], conditions: [.ifMatchRequired],
            answers: [.empty("Removed.")], errors: [.homeworkChanged]
        ) { call in
            let actor = try service.teacher(call)
            let revision = try HomeworkEditAPI.revision(call)
            let id = SequenceID(rawValue: try call.path.uuid("sequence"))
            try await service.write(actor) { transaction in
                try await service.sequences.remove(id, revision: revision, of: actor.person, in: transaction)
                try await service.files.release(id.rawValue, use: .sequence, in: transaction)
            }
            return Response(status: .noContent)
        }
    }

    private struct LayBody: Decodable {
        struct Class: Decodable {
            let group: String
            let subject: String
        }

        let from: String
        let classes: [Class]
    }

    private var lay: Route {
        .api(
            .post, SequenceAPI.path + "/{sequence}/lay", access: HomeworkEditAPI.teachers, tag: "Homework",
            summary:
                "Lays a sequence on the lessons of several classes: one record a lesson, its work for the next one.",
            description: "On the lessons without a record, from a day on. All classes or none.",
            parameters: [HomeworkAPI.establishment, SequenceAPI.parameter],
            body: .json(
                .object([
                    .required("from", .date),
                    .required(
                        "classes",
                        .array(
                            of: .object([.required("group", .uuid), .required("subject", .uuid)]),
                            1...SequenceRules.mostClasses)),
                ])), conditions: [.idempotencyKey],
            answers: [
                .json(
                    .object([
                        .required("lesson_records", .integer(0...Int.max)),
                        .required("assignments", .integer(0...Int.max)),
                    ]), "How many were added.", status: 201)
            ],
            errors: [.noTimetable, .invalidHomework, .notTeaching, .tooFewLessons, .idempotencyKeyReused]
        ) { call in
            let actor = try service.teacher(call)
            let body = try await call.jsonBody(as: LayBody.self)
            guard let from = CivilDate(body.from) else { throw HomeworkError.invalid(field: "from") }
            let teachings = body.classes.compactMap { each -> DiaryRules.Teaching? in
                guard let group = UUID(each.group), let subject = UUID(each.subject) else { return nil }
                return DiaryRules.Teaching(
                    subject: SubjectID(rawValue: subject), group: GroupID(rawValue: group))
            }
            guard teachings.count == body.classes.count else { throw HomeworkError.invalid(field: "classes") }
            let sequence = try await find(call, actor)
            let plan = try await service.plan(sequence, on: teachings, from: from, by: actor, now: call.now)
            let outcome = try await service.once(call, actor) { transaction in
                let counts = try await service.lay(plan, by: actor, in: transaction)
                return IdempotentWrites.Outcome(
                    status: 201,
                    body: {
                        var writer = JSONWriter()
                        writer.object { writer in
                            writer.field("lesson_records", counts.records)
                            writer.field("assignments", counts.assignments)
                        }
                        return writer.bytes
                    }())
            }
            return outcome.response
        }
    }

    private func find(_ call: Call, _ actor: HomeworkService.Actor) async throws -> TeachingSequence {
        try await service.sequences.sequence(
            actor.context, SequenceID(rawValue: try call.path.uuid("sequence")), of: actor.person)
    }

    private static func response(_ sequence: TeachingSequence) -> Response {
        var response = Response.json(SequenceAnswer(sequence: sequence))
        response.headers.set("ETag", "\"\(sequence.revision)\"")
        return response
    }

    /// Where a list of what was added last goes on.
    /// - Throws: `invalidCursor`.
    static func place(_ call: Call) throws(Problem) -> UUID {
        guard let cursor = call.query.text("cursor") else { return UUID(high: .max, low: .max) }
        guard let place = UUID(cursor) else { throw Problem(.invalidCursor) }
        return place
    }
}
