internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The API of moves. Orders answer at once; `GET` tells how far they are.
package struct MoveAPI: Sendable {
    private let control: MoveControl

    package init(_ control: MoveControl) { self.control = control }

    package var routes: [Route] { [order, list, show, cancel, reverse, complete] }

    private struct Body: Decodable {
        let to: Int?
        let keepHours: Int?
        let force: Bool?
        let bytesPerSecond: Int64?

        private enum CodingKeys: String, CodingKey {
            case to, force
            case keepHours = "keep_hours"
            case bytesPerSecond = "bytes_per_second"
        }
    }

    private static let options: [Schema.Property] = [
        .optional(
            "keep_hours", .nullable(.integer(0...168)),
            "How long the way back stays open; 24 when absent, 0: not at all."),
        .optional("force", .nullable(.boolean), "Also between 7:30 and 9:00."),
        .optional("bytes_per_second", .nullable(.integer(10_000...10_000_000_000)), "At most; no limit when absent."),
    ]

    private static func order(of body: Body) -> MoveDesk.Order {
        var order = MoveDesk.Order()
        order.keepSeconds = (body.keepHours ?? 24) * 3600
        order.isForced = body.force ?? false
        order.bytesPerSecond = body.bytesPerSecond
        return order
    }

    private func answer(_ move: Move, _ call: Call, status: Status = .ok) -> Response {
        .json(
            MoveAnswer(move: move, uai: control.service.tenancy.map[move.establishment]?.uai, now: call.now),
            status: status)
    }

    private var order: Route {
        .api(
            .post, "/api/v1/establishments/{establishment}/moves", access: .operatorToken, tag: "Moves",
            summary: "Orders the move of an establishment to another shard, while it is in use.",
            parameters: [.uai("establishment", "Its UAI.")],
            body: .json(.object([.required("to", .integer(1...32_767), "The shard.")] + MoveAPI.options)),
            answers: [.json(MoveAnswer.schema, "The move.", status: 202)], errors: [.moveRefused, .moverNotConfigured]
        ) { call in
            let body = try await call.jsonBody(as: Body.self)
            guard let uai = UAI(rawValue: try call.path.text("establishment")), let target = body.to,
                let establishment = control.service.tenancy.map[uai]
            else { throw Problem(.notFound) }
            let move = try await control.order(
                establishment, to: ShardID(rawValue: Int16(clamping: target)), MoveAPI.order(of: body), call)
            return answer(move, call, status: .accepted)
        }
    }

    private var list: Route {
        .api(
            .get, "/api/v1/moves", access: .operatorToken, tag: "Moves", summary: "The moves, newest first.",
            query: Parameter.paging, answers: [.json(ListPage<MoveAnswer>.schema, "A page of moves.")]
        ) { call in
            let before = try call.cursor { Int64($0) }
            let map = control.service.tenancy.map
            let moves = try await control.page(before: before, limit: call.listLimit + 1, call).map {
                MoveAnswer(move: $0, uai: map[$0.establishment]?.uai, now: call.now)
            }
            return .json(ListPage(moves, limit: call.listLimit) { String($0.move.id) })
        }
    }

    private static let number = Parameter.integer("move", 1...Int.max, "Its number.")

    private var show: Route {
        .api(
            .get, "/api/v1/moves/{move}", access: .operatorToken, tag: "Moves", summary: "One move, and how far it is.",
            parameters: [MoveAPI.number], answers: [.json(MoveAnswer.schema, "The move.")], errors: [.moveUnknown]
        ) { call in
            answer(try await control.move(try MoveAPI.id(call), call), call)
        }
    }

    private static func id(_ call: Call) throws -> Int64 { Int64(try call.path.integer("move")) }

    private var cancel: Route {
        .api(
            .post, "/api/v1/moves/{move}/cancel", access: .operatorToken, tag: "Moves",
            summary: "Gives a move up, as long as it has not switched.", parameters: [MoveAPI.number],
            answers: [.json(MoveAnswer.schema, "The move.")], errors: [.moveUnknown, .moveNotNow]
        ) { call in answer(try await control.cancel(try MoveAPI.id(call), call), call) }
    }

    private var reverse: Route {
        .api(
            .post, "/api/v1/moves/{move}/reverse", access: .operatorToken, tag: "Moves",
            summary: "Takes a move back over its open way: nothing is copied.", parameters: [MoveAPI.number],
            body: .json(.object(MoveAPI.options)), answers: [.json(MoveAnswer.schema, "The move back.", status: 202)],
            errors: [.moveUnknown, .moveNotNow, .moverNotConfigured]
        ) { call in
            let body = try await call.jsonBody(as: Body.self)
            let move = try await control.reverse(try MoveAPI.id(call), MoveAPI.order(of: body), call)
            return answer(move, call, status: .accepted)
        }
    }

    private var complete: Route {
        .api(
            .post, "/api/v1/moves/{move}/complete", access: .operatorToken, tag: "Moves",
            summary: "Closes a move's way back and removes the rows it left behind.", parameters: [MoveAPI.number],
            answers: [.json(MoveAnswer.schema, "The move.")], errors: [.moveUnknown, .moveNotNow]
        ) { call in answer(try await control.complete(try MoveAPI.id(call), call), call) }
    }
}

/// A move in the admin API.
struct MoveAnswer: JSONRepresentable, Sendable {
    let move: Move
    let uai: UAI?
    let now: Int64

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", move.id)
            writer.field("establishment", uai?.rawValue)
            writer.field("from", Int(move.source.rawValue))
            writer.field("to", Int(move.target.rawValue))
            writer.field("state", move.state.rawValue)
            writer.field("pause_ms", move.pauseMilliseconds)
            writer.field("rows", move.rowsCopied)
            writer.field("bytes", move.bytesCopied)
            writer.field("rows_expected", move.rowsExpected)
            writer.field("seconds_left", move.secondsLeft(now: now))
            writer.field("attempt", move.attempt)
            writer.field("verification", move.verification.rawValue)
            writer.field("way_back", move.wayBack.rawValue)
            writer.field("way_back_until", move.wayBackUntil.map { Timestamp.iso8601(microseconds: $0) })
            writer.field("returns", move.returns)
            writer.field("error", move.error)
            writer.field("created_at", Timestamp.iso8601(microseconds: move.createdAt))
            writer.field("flipped_at", move.flippedAt.map { Timestamp.iso8601(microseconds: $0) })
            writer.field("ended_at", move.endedAt.map { Timestamp.iso8601(microseconds: $0) })
        }
    }

    static let schema = Schema.named(
        "Move",
        .object([
            .required("id", .integer()), .required("establishment", .nullable(.uai)), .required("from", .integer()),
            .required("to", .integer()), .required("state", .enumeration(Move.State.self)),
            .required("pause_ms", .nullable(.number()), "How long writes waited."),
            .required("rows", .integer(), "Copied so far."), .required("bytes", .integer(), "Copied so far."),
            .required("rows_expected", .integer()),
            .required("seconds_left", .nullable(.number()), "Of the copy, by its pace so far."),
            .required("attempt", .integer()), .required("verification", .enumeration(Move.Verification.self)),
            .required("way_back", .enumeration(Move.WayBack.self)),
            .required("way_back_until", .nullable(.dateTime)),
            .required("returns", .nullable(.integer()), "The move that this one takes back."),
            .required("error", .text(), "What stood in the way last."), .required("created_at", .dateTime),
            .required("flipped_at", .nullable(.dateTime)), .required("ended_at", .nullable(.dateTime)),
        ]))
}
