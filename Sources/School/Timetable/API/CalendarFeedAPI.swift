internal import Cryptography
internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The private address of a person's timetable, for the calendar of a phone.
///
/// The address holds a secret of 256 bits, of which the directory keeps the SHA-256. Who may see the timetable is checked
/// anew at each reading: a guardian whose child left reads nothing more.
package struct CalendarFeedAPI: Sendable {
    let service: TimetableService

    package init(_ service: TimetableService) { self.service = service }

    package var routes: [Route] { [feed, list, create, revoke, createPage, revokePage] }

    private static let daysBefore = 14
    private static let daysAfter = 90

    private var feed: Route {
        .resource(
            .get, "/calendar/{token}/timetable.ics", access: .secretAddress, tag: "Timetable",
            summary: "A timetable as iCalendar (RFC 5545).",
            parameters: [.token("token", "The secret of the address.")],
            answers: [.other("text/calendar", "Two weeks back, three months ahead.")]
        ) { call in
            guard let token = Base64URL.decode(try call.path.text("token")), token.count == 32,
                let feed = try await service.feeds.find(tokenHash: SHA256.hash(token))
            else { throw TimetableError.notFound }
            let today = try service.today(in: feed.establishment, call.now)
            let days = (today + -CalendarFeedAPI.daysBefore)...(today + CalendarFeedAPI.daysAfter)
            let view = try await view(of: feed, days, call.now)
            var response = Response(
                status: .ok, headers: [("Content-Type", "text/calendar; charset=utf-8")],
                body: .bytes(CalendarFeedAPI.calendar(view, now: call.now).bytes))
            response.headers.set("Cache-Control", "private, max-age=900")
            response.headers.set("Referrer-Policy", "no-referrer")
            return response
        }
    }

    private func view(
        of feed: CalendarFeedStore.Feed, _ days: ClosedRange<CivilDate>, _ now: Int64
    ) async throws -> TimetableView {
        for profile in feed.profiles {
            if profile.role == .guardian {
                do {
                    return try await service.pupil(
                        feed.person, in: feed.establishment, guardian: profile.person, days: days, now: now)
                } catch TimetableError.notFound { continue }
            }
            guard profile.person == feed.person else { continue }
            return profile.role == .pupil
                ? try await service.pupil(feed.person, in: feed.establishment, guardian: nil, days: days, now: now)
                : try await service.teacher(
                    feed.person, in: feed.establishment, days: days, audience: .everyone, now: now)
        }
        throw TimetableError.notFound
    }

    private static func calendar(_ view: TimetableView, now: Int64) -> CalendarFeed {
        let zone = view.establishment.timeZone
        let events = view.occurrences.filter { $0.status != .movedAway }.map { occurrence in
            let planned = occurrence.status == .moved ? occurrence.counterpart ?? occurrence.date : occurrence.date
            let id = (occurrence.lesson?.rawValue ?? occurrence.change?.rawValue)?.description ?? ""
            let people = view.teacherNames(occurrence) + (isStaff(view) ? view.groupNames(occurrence) : [])
            let status = occurrence.status == .planned ? [] : [Phrase.name(of: occurrence.status).fr]
            return CalendarFeed.Event(
                uid: "\(id)-\(planned)@\(view.establishment.uai.rawValue.lowercased()).preau",
                start: zone.microseconds(of: occurrence.date, minute: occurrence.span.start.minutes),
                end: zone.microseconds(of: occurrence.date, minute: occurrence.span.end.minutes),
                summary: view.subjectName(occurrence), location: view.roomNames(occurrence).joined(separator: ", "),
                description: (status + people + [occurrence.note]).filter { !$0.isEmpty }.joined(separator: "\n"),
                isCancelled: occurrence.status == .cancelled, sequence: view.timetable.version)
        }
        return CalendarFeed(name: Phrase.timetable(of: view.name).fr, stamp: now, events: events)
    }

    private static func isStaff(_ view: TimetableView) -> Bool { if case .teacher = view.whose { true } else { false } }

    // MARK: Giving and taking back

    private var list: Route {
        .api(
            .get, "/api/v1/me/calendar-feeds", access: TimetableAPI.readers, tag: "Timetable",
            summary: "The calendar addresses in force; the addresses themselves are shown once, when made.",
            answers: [
                .json(
                    .object([
                        .required(
                            "feeds",
                            .array(
                                of: .object([
                                    .required("establishment", .uai), .required("person", .uuid),
                                    .required("created_at", .dateTime), .required("last_used_at", .nullable(.dateTime)),
                                ])))
                    ]), "The addresses.")
            ]
        ) { call in
            let feeds = try await service.feeds.list(of: try call.requireSession().holder.account)
            let map = service.tenancy.map
            return .json { writer in
                writer.object { writer in
                    writer.array("feeds", feeds) { writer, feed in
                        writer.object { writer in
                            writer.field("establishment", map[feed.establishment]?.uai.rawValue ?? "")
                            writer.field("person", feed.person.rawValue)
                            writer.field("created_at", Timestamp.iso8601(microseconds: feed.createdAt))
                            writer.field("last_used_at", feed.lastUsedAt.map { Timestamp.iso8601(microseconds: $0) })
                        }
                    }
                }
            }
        }
    }

    private static let bodySchema = Schema.object([
        .optional("pupil", .nullable(.uuid), "The child whose timetable it is; one's own when absent.")
    ])

    private struct Body: Decodable { let pupil: String? }

    private var create: Route {
        .api(
            .post, "/api/v1/me/calendar-feeds", access: TimetableAPI.readers, tag: "Timetable",
            summary: "Makes a calendar address; the one before for the same timetable stops working.",
            body: .json(CalendarFeedAPI.bodySchema),
            answers: [.json(.object([.required("url", .text())]), "The address, shown this once.", status: 201)],
            errors: [.noTimetable]
        ) { call in
            let pupil = try await call.jsonBody(as: Body.self).pupil.flatMap { UUID($0) }
            let address = try await makeAddress(call, pupil: pupil.map { PersonID(rawValue: $0) })
            return .json(status: .created) { writer in writer.object { $0.field("url", address) } }
        }
    }

    private var revoke: Route {
        .api(
            .delete, "/api/v1/me/calendar-feeds", access: TimetableAPI.readers, tag: "Timetable",
            summary: "Switches a calendar address off.",
            query: [.uuid("pupil", "The child whose timetable it is; one's own when absent.")],
            answers: [.empty("Off.")], errors: [.noTimetable]
        ) { call in
            try await revokeAddress(call, pupil: call.query.uuid("pupil").map { PersonID(rawValue: $0) })
            return Response(status: .noContent)
        }
    }

    private static let formFields: [Parameter] = [.uuid("pupil", "The child; one's own timetable when absent.")]

    private var createPage: Route {
        .page(
            .post, "/timetable/feed", access: TimetableAPI.readers, tag: "Timetable",
            summary: "Makes a calendar address.",
            body: .form(CalendarFeedAPI.formFields), errors: [.noTimetable]
        ) { call in
            let pupil = try await call.form()["pupil"].flatMap { UUID($0) }
            let address = try await makeAddress(call, pupil: pupil.map { PersonID(rawValue: $0) })
            return CalendarFeedPages.created(call, address)
        }
    }

    private var revokePage: Route {
        .page(
            .post, "/timetable/feed/revoke", access: TimetableAPI.readers, tag: "Timetable",
            summary: "Switches a calendar address off.", body: .form(CalendarFeedAPI.formFields), errors: [.noTimetable]
        ) { call in
            let pupil = try await call.form()["pupil"].flatMap { UUID($0) }
            try await revokeAddress(call, pupil: pupil.map { PersonID(rawValue: $0) })
            return CalendarFeedPages.revoked(call)
        }
    }

    /// The timetable that the caller means, after the check that it is theirs to see.
    private func subject(_ call: Call, pupil: PersonID?) async throws -> (EstablishmentID, PersonID) {
        guard let home = call.profiles.first?.establishment else { throw TimetableError.notFound }
        let today = try service.today(in: home, call.now)
        let views = try await service.mine(call.profiles, pupil: pupil, days: today...today, now: call.now)
        guard let view = views.first else { throw TimetableError.notFound }
        switch view.whose {
        case .pupil(let person), .teacher(let person): return (view.establishment.id, person)
        case .group, .room: throw TimetableError.notFound
        }
    }

    private func makeAddress(_ call: Call, pupil: PersonID?) async throws -> String {
        let (establishment, person) = try await subject(call, pupil: pupil)
        let secret = SecureRandom.bytes(32)
        try await service.feeds.create(
            tokenHash: SHA256.hash(secret), account: try call.requireSession().holder.account,
            establishment: establishment, person: person)
        // The authority the browser asked for, port included; the HTTP server let only a well-formed one through.
        let authority = call.request.header("host") ?? call.request.host
        return
            "\(call.request.isSecure ? "https" : "http")://\(authority)/calendar/\(Base64URL.encode(secret))/timetable.ics"
    }

    private func revokeAddress(_ call: Call, pupil: PersonID?) async throws {
        let (establishment, person) = try await subject(call, pupil: pupil)
        try await service.feeds.revoke(
            account: try call.requireSession().holder.account, establishment: establishment, person: person)
    }
}
