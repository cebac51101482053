internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Reading timetables, for any front.
package struct TimetableAPI: Sendable {
    let service: TimetableService

    package init(_ service: TimetableService) { self.service = service }

    package var routes: [Route] { [mine, children, group, teacher, room, reference] }

    static let readers = Access.roles("pupil", "guardian", "teacher", "school_life", "head", "staff")
    static let staff = Access.roles("teacher", "school_life", "head", "staff")
    static let establishment = Parameter.uai("establishment", "The establishment's UAI.")

    static let span: [Parameter] = [
        .date("date", "Any day of the span; today in the establishment when absent."),
        .enumeration("view", ["day", "week"], "How many days: that day, or the week it is in, which is the default."),
        .date("from", "First day, in place of date and view."),
        .date("to", "Last day, inclusive; at most \(TimetableService.longestSpan) days in all."),
    ]

    private static let answerSchema = Schema.object([
        .required("from", .date), .required("to", .date),
        .required("timetables", .array(of: TimetableView.schema), "One for each establishment."),
    ])

    private var mine: Route {
        .api(
            .get, "/api/v1/me/timetable", access: TimetableAPI.readers, tag: "Timetable",
            summary: "One's own timetable, or a child's.",
            description: "A guardian chooses with `pupil`; without it the first child is shown.",
            query: [.uuid("pupil", "The child, of those in /api/v1/me/children.")] + TimetableAPI.span,
            answers: [.json(TimetableAPI.answerSchema, "The lessons, by day and time.")], errors: [.noTimetable]
        ) { call in
            let profiles = call.profiles
            let days = try days(call, in: profiles.first?.establishment)
            let views = try await service.mine(
                profiles, pupil: call.query.uuid("pupil").map { PersonID(rawValue: $0) }, days: days, now: call.now)
            return TimetableAPI.answer(views, days)
        }
    }

    private var children: Route {
        .api(
            .get, "/api/v1/me/children", access: .roles("guardian"), tag: "Timetable",
            summary: "The pupils a guardian may follow, over all establishments.",
            answers: [
                .json(
                    .object([
                        .required(
                            "children",
                            .array(
                                of: .object([
                                    .required("pupil", .uuid), .required("name", .text()),
                                    .required("establishment", .uai),
                                ]))),
                        .required("complete", .boolean, "False while a shard does not answer: some may be missing."),
                    ]), "The children.")
            ]
        ) { call in
            let (children, isComplete) = try await service.children(of: call.profiles, now: call.now)
            let map = service.tenancy.map
            return .json { writer in
                writer.object { writer in
                    writer.array("children", children) { writer, child in
                        writer.object { writer in
                            writer.field("pupil", child.person.rawValue)
                            writer.field("name", child.name)
                            writer.field("establishment", map[child.establishment]?.uai.rawValue ?? "")
                        }
                    }
                    writer.field("complete", isComplete)
                }
            }
        }
    }

    private var group: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}/timetable/groups/{group}", access: TimetableAPI.staff,
            tag: "Timetable", summary: "The timetable of a class or teaching group.",
            parameters: [TimetableAPI.establishment, .uuid("group", "The class or group.")], query: TimetableAPI.span,
            answers: [.json(TimetableAPI.answerSchema, "The lessons, by day and time.")], errors: [.noTimetable]
        ) { call in
            let (id, audience) = try staffAudience(call)
            let days = try days(call, in: id)
            let group = GroupID(rawValue: try call.path.uuid("group"))
            return TimetableAPI.answer(
                [try await service.group(group, in: id, days: days, audience: audience, now: call.now)], days)
        }
    }

    private var teacher: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}/timetable/teachers/{teacher}", access: TimetableAPI.staff,
            tag: "Timetable", summary: "The timetable of a member of staff.",
            parameters: [TimetableAPI.establishment, .uuid("teacher", "The person.")], query: TimetableAPI.span,
            answers: [.json(TimetableAPI.answerSchema, "The lessons, by day and time.")], errors: [.noTimetable]
        ) { call in
            let (id, audience) = try staffAudience(call)
            let days = try days(call, in: id)
            let teacher = PersonID(rawValue: try call.path.uuid("teacher"))
            return TimetableAPI.answer(
                [try await service.teacher(teacher, in: id, days: days, audience: audience, now: call.now)], days)
        }
    }

    private var room: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}/timetable/rooms/{room}", access: TimetableAPI.staff,
            tag: "Timetable", summary: "What takes place in a room.",
            parameters: [TimetableAPI.establishment, .uuid("room", "The room.")], query: TimetableAPI.span,
            answers: [.json(TimetableAPI.answerSchema, "The lessons, by day and time.")], errors: [.noTimetable]
        ) { call in
            let (id, audience) = try staffAudience(call)
            let days = try days(call, in: id)
            let room = RoomID(rawValue: try call.path.uuid("room"))
            return TimetableAPI.answer(
                [try await service.room(room, in: id, days: days, audience: audience, now: call.now)], days)
        }
    }

    private var reference: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}/timetable", access: TimetableAPI.staff, tag: "Timetable",
            summary: "What a timetable is made of: periods, weeks, subjects, groups, teachers, rooms.",
            parameters: [TimetableAPI.establishment],
            answers: [.json(TimetableReference.schema, "The establishment's own, for this school year.")],
            errors: [.noTimetable]
        ) { call in
            let (id, _) = try staffAudience(call)
            let year = SchoolYear(of: try service.today(in: id, call.now))
            return .json(TimetableReference(try await service.timetable(of: id, year: year).1))
        }
    }

    // MARK: What every route needs

    /// The establishment of the path and what the caller may see there. Another tenant's is not found; a pupil's or
    /// guardian's profile there is not enough.
    func staffAudience(_ call: Call) throws -> (EstablishmentID, TimetableRules.Audience) {
        let id = try service.establishment(call)
        let profiles = try call.require(.teacher, .schoolLife, .head, .staff, in: id)
        return (id, profiles.contains { $0.role.audience == .editor } ? .editor : .everyone)
    }

    /// The days asked for.
    func days(_ call: Call, in establishment: EstablishmentID?) throws -> ClosedRange<CivilDate> {
        if let from = call.query.date("from") {
            let to = call.query.date("to") ?? from + 6
            guard to >= from, to - from < TimetableService.longestSpan else {
                throw Problem.unanswerable(parameter: "to", .spanDoesNotFit(days: TimetableService.longestSpan))
            }
            return from...to
        }
        let date: CivilDate
        if let asked = call.query.date("date") {
            date = asked
        } else if let establishment {
            date = try service.today(in: establishment, call.now)
        } else {
            throw TimetableError.notFound
        }
        return call.query.text("view") == "day" ? date...date : date.monday...(date.monday + 6)
    }

    private static func answer(_ views: [TimetableView], _ days: ClosedRange<CivilDate>) -> Response {
        var writer = JSONWriter(capacity: 16_384 * max(1, views.count))
        writer.object { writer in
            writer.field("from", days.lowerBound)
            writer.field("to", days.upperBound)
            writer.key("timetables")
            writer.array { writer in for view in views { view.write(to: &writer) } }
        }
        return .json(writer.bytes)
    }
}

extension TimetableService {
    /// The establishment that the path names.
    /// - Throws: `TimetableError.notFound` for an unknown UAI.
    func establishment(_ call: Call) throws -> EstablishmentID {
        guard let uai = UAI(rawValue: try call.path.text("establishment")), let establishment = tenancy.map[uai] else {
            throw TimetableError.notFound
        }
        return establishment.id
    }
}
