internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Reading the homework diary, for any front, and what a pupil says of their own work.
package struct HomeworkAPI: Sendable {
    let service: HomeworkService

    package init(_ service: HomeworkService) { self.service = service }

    package var routes: [Route] { [mine, progress, missed, group, load, missedByPupil] }

    static let readers = Access.roles("pupil", "guardian", "teacher")
    static let followers = Access.roles("pupil", "guardian")
    static let staff = Access.roles("teacher", "school_life", "head")
    static let establishment = Parameter.uai("establishment", "The establishment's UAI.")
    static let path = "/api/v1/establishments/{establishment}"
    static let pupil = Parameter.uuid("pupil", "The child, of those in /api/v1/me/children.")
    static let missedDays = Parameter.text(
        "days", "The days missed, with commas between: 2026-11-23,2026-11-24. At most 31.", maxLength: 350
    ).required

    private static let answerSchema = Schema.object([
        .required("from", .date), .required("to", .date),
        .required("diaries", .array(of: DiaryView.schema), "One for each establishment."),
    ])

    private var mine: Route {
        .api(
            .get, "/api/v1/me/homework", access: HomeworkAPI.readers, tag: "Homework",
            summary: "One's own homework diary, or a child's.",
            description:
                "A guardian chooses with `pupil`; without it the first child is shown. A teacher reads their own, with totals.",
            query: [HomeworkAPI.pupil] + TimetableAPI.span,
            answers: [.json(HomeworkAPI.answerSchema, "Work to do and lesson records.")], errors: [.noTimetable]
        ) { call in
            let profiles = call.profiles
            let days = try days(call, in: profiles.first?.establishment)
            let views = try await service.mine(
                profiles, pupil: call.query.uuid("pupil").map { PersonID(rawValue: $0) }, days: days, now: call.now)
            return HomeworkAPI.answer(views, days)
        }
    }

    private struct ProgressBody: Decodable { let progress: String }

    private var progress: Route {
        .api(
            .put, "/api/v1/me/homework/{assignment}/progress", access: .roles("pupil"), tag: "Homework",
            summary: "How far one is with a piece of work, as oneself says.",
            parameters: [.uuid("assignment", "The work.")],
            body: .json(.object([.required("progress", .enumeration(Assignment.Progress.self))])),
            answers: [.empty("Noted.")]
        ) { call in
            let wanted = try await call.jsonBody(as: ProgressBody.self).progress
            guard let progress = Assignment.Progress(rawValue: wanted) else {
                throw HomeworkError.invalid(field: "progress")
            }
            try await service.set(
                progress, of: AssignmentID(rawValue: try call.path.uuid("assignment")), call.profiles)
            return Response(status: .noContent)
        }
    }

    private static let missedSchema = Schema.object([
        .required("days", .array(of: .date)),
        .required("lesson_records", .array(of: DiaryView.recordSchema), "What was done on these days."),
        .required("given", .array(of: DiaryView.assignmentSchema), "The work given on these days."),
        .required("due", .array(of: DiaryView.assignmentSchema), "The work that was due on these days."),
    ])

    private var missed: Route {
        .api(
            .get, "/api/v1/me/homework/missed", access: HomeworkAPI.followers, tag: "Homework",
            summary: "What was done, given and due on days that a pupil was absent.",
            query: [HomeworkAPI.missedDays, HomeworkAPI.pupil],
            answers: [.json(HomeworkAPI.missedSchema, "Of these days only.")],
            errors: [.noTimetable, .unanswerableParameter]
        ) { call in
            let days = try HomeworkAPI.missedDays(call)
            let views = try await service.mine(
                call.profiles.filter { $0.role == .pupil || $0.role == .guardian },
                pupil: call.query.uuid("pupil").map { PersonID(rawValue: $0) }, days: HomeworkAPI.span(of: days),
                now: call.now)
            guard let view = views.first else { throw HomeworkError.notFound }
            return HomeworkAPI.answer(missed: view, days, withProgress: true)
        }
    }

    private var missedByPupil: Route {
        .api(
            .get, HomeworkAPI.path + "/pupils/{pupil}/homework/missed", access: HomeworkAPI.staff, tag: "Homework",
            summary: "The same for a pupil of one's establishment.",
            parameters: [HomeworkAPI.establishment, .uuid("pupil", "The pupil.")], query: [HomeworkAPI.missedDays],
            answers: [.json(HomeworkAPI.missedSchema, "Of these days only.")],
            errors: [.noTimetable, .unanswerableParameter]
        ) { call in
            let actor = try service.staff(call)
            let days = try HomeworkAPI.missedDays(call)
            let view = try await service.pupil(
                PersonID(rawValue: try call.path.uuid("pupil")), in: actor.establishment.id, guardian: nil,
                days: HomeworkAPI.span(of: days), now: call.now)
            return HomeworkAPI.answer(missed: view, days, withProgress: false)
        }
    }

    private var group: Route {
        .api(
            .get, HomeworkAPI.path + "/homework/groups/{group}", access: HomeworkAPI.staff, tag: "Homework",
            summary: "The diary of a class or group.",
            parameters: [HomeworkAPI.establishment, .uuid("group", "The class or group.")], query: TimetableAPI.span,
            answers: [.json(HomeworkAPI.answerSchema, "Work to do and lesson records.")], errors: [.noTimetable]
        ) { call in
            let actor = try service.staff(call)
            let days = try days(call, in: actor.establishment.id)
            let view = try await service.group(
                GroupID(rawValue: try call.path.uuid("group")), in: actor.establishment.id,
                reader: actor.readsAll ? nil : actor.person, days: days, now: call.now)
            return HomeworkAPI.answer([view], days)
        }
    }

    private var load: Route {
        .api(
            .get, HomeworkAPI.path + "/homework/groups/{group}/load", access: HomeworkAPI.staff, tag: "Homework",
            summary: "How much a class has to do for each day, from all its teachers.",
            description: "The most that one of its pupils has, from all the groups the pupil is in, published or not.",
            parameters: [HomeworkAPI.establishment, .uuid("group", "The class or group.")], query: TimetableAPI.span,
            answers: [
                .json(
                    .object([
                        .required(
                            "days",
                            .array(
                                of: .object([
                                    .required("day", .date), .required("assignments", .integer(0...Int.max)),
                                    .required("tests", .integer(0...Int.max)),
                                    .required("estimated_minutes", .integer(0...Int.max)),
                                ])), "Days with work only.")
                    ]), "By day.")
            ], errors: [.noTimetable]
        ) { call in
            let actor = try service.staff(call)
            let days = try days(call, in: actor.establishment.id)
            let group = GroupID(rawValue: try call.path.uuid("group"))
            guard try await service.timetable(actor, of: days.lowerBound).groups[group] != nil else {
                throw HomeworkError.notFound
            }
            let load = try await service.teaching.load(actor.context, of: group, days)
            return .json { writer in
                writer.object { writer in
                    writer.array("days", load) { writer, day in
                        writer.object { writer in
                            writer.field("day", day.day)
                            writer.field("assignments", day.assignments)
                            writer.field("tests", day.tests)
                            writer.field("estimated_minutes", day.minutes)
                        }
                    }
                }
            }
        }
    }

    // MARK: What every route needs

    func days(_ call: Call, in establishment: EstablishmentID?) throws -> ClosedRange<CivilDate> {
        try TimetableAPI(service.timetables).days(call, in: establishment)
    }

    /// The days named, in order.
    static func missedDays(_ call: Call) throws(Problem) -> [CivilDate] {
        let words = (call.query.text("days") ?? "").split(separator: ",", omittingEmptySubsequences: true)
        let days = words.compactMap { CivilDate($0) }
        guard !days.isEmpty, days.count == words.count, days.count <= 31, let first = days.min(), let last = days.max(),
            last - first < HomeworkService.longestSpan, SchoolYear(of: first) == SchoolYear(of: last)
        else { throw .unanswerable(parameter: "days", .missedDaysDoNotFit) }
        return Set(days).sorted()
    }

    static func span(of days: [CivilDate]) -> ClosedRange<CivilDate> {
        guard let first = days.first, let last = days.last else {
            return CivilDate(daysSince1970: 0)...CivilDate(daysSince1970: 0)
        }
        return first...last
    }

    private static func answer(_ views: [DiaryView], _ days: ClosedRange<CivilDate>) -> Response {
        var writer = JSONWriter(capacity: 16_384 * max(1, views.count))
        writer.object { writer in
            writer.field("from", days.lowerBound)
            writer.field("to", days.upperBound)
            writer.field("diaries", views)
        }
        return .json(writer.bytes)
    }

    private static func answer(
        missed view: DiaryView, _ days: [CivilDate], withProgress: Bool
    ) -> Response {
        let chosen = Set(days)
        let statuses = view.lessonStatuses
        func write(_ name: StaticString, _ assignments: [Assignment], _ writer: inout JSONWriter) {
            writer.array(name, assignments) { writer, assignment in
                writer.object { writer in
                    view.write(assignment, statuses, &writer)
                    if withProgress { writer.field("progress", (view.progress[assignment.id] ?? .toDo).rawValue) }
                }
            }
        }
        return .json { writer in
            writer.object { writer in
                writer.field("days", days)
                writer.array("lesson_records", view.records.filter { chosen.contains($0.day) }) { writer, record in
                    view.write(record, &writer)
                }
                write("given", view.given.filter { chosen.contains($0.givenOn) }, &writer)
                write("due", view.assignments.filter { chosen.contains($0.dueOn) }, &writer)
            }
        }
    }
}
