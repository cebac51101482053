internal import Admission
internal import HTTP
package import Postgres
package import Quotas
internal import Runtime
internal import Tenancy
package import Web

/// Bandwidth quotas in the admin API. A scope is a territory, a department's code or a UAI.
package struct QuotaAPI: Sendable {
    private let control: AdmissionControl
    private let quotas: QuotaBookCache
    private let store: QuotaWritingStore
    private let usage: LineUsageStore

    package init(_ control: AdmissionControl, quotas: QuotaBookCache, directory: PostgresPool) {
        self.control = control
        self.quotas = quotas
        store = QuotaWritingStore(directory)
        usage = LineUsageStore(directory)
    }

    package var routes: [Route] { [show, put, remove] }

    private static let scopeItem = Parameter.text("scope", "A territory, a department's code or a UAI.", maxLength: 63)
    /// More establishments than this are not summed: the meter of a territory is then that of each.
    private static let mostSummed = 1000

    private static let bits = Schema.integer(1000...1_000_000_000_000_000)

    private static let shown = Schema.named(
        "Quota",
        .object([
            .required("scope", .text()),
            .required("rate", .nullable(.integer()), "Guaranteed, in bits per second; null for no quota today."),
            .required("ceil", .nullable(.integer()), "With what others leave."),
            .required(
                "steps",
                .array(
                    of: .object([
                        .required("from", .nullable(.date)), .required("rate", .integer()),
                        .required("ceil", .integer()),
                    ])), "By day, the oldest first."),
            .required(
                "usage",
                .array(
                    of: .object([
                        .required("start", .dateTime), .required("sent_bps", .integer()),
                        .required("received_bps", .integer()),
                    ])), "Slots of ten minutes, the newest first, of the last day."),
        ]))

    private var show: Route {
        .api(
            .get, "/api/v1/quotas", access: AdminAPI.administrators, tag: "Quotas",
            summary: "The quota of a scope, its steps by day, and what went over the line.",
            query: [Self.scopeItem.required],
            answers: [.json(Self.shown, "The quota.")], errors: [.notFound]
        ) { call in
            let scope = try control.scope(call.query.text("scope") ?? "", call)
            return try await answer(scope, call)
        }
    }

    private func answer(_ scope: RuleScope, _ call: Call) async throws -> Response {
        let book = quotas.book
        let establishments = control.establishments(of: scope)
        let zone = try establishments.first?.timeZone ?? SchoolTimeZone.named("Europe/Paris")
        let today = book.quota(of: scope, on: zone.date(microseconds: call.now))
        var payers = establishments.prefix(Self.mostSummed).map { RuleScope.establishment($0.uai) }
        if case .territory = scope { payers.append(scope) }
        let slots = (try? await usage.slots(of: payers, most: 144)) ?? []
        return .json { writer in
            writer.object { writer in
                writer.field("scope", scope.name)
                writer.field("rate", today?.rate)
                writer.field("ceil", today?.ceil)
                writer.array("steps", book.steps[scope] ?? []) { writer, step in
                    writer.object { writer in
                        writer.field("from", step.from)
                        writer.field("rate", step.rate)
                        writer.field("ceil", step.ceil)
                    }
                }
                writer.array("usage", slots) { writer, slot in
                    writer.object { writer in
                        writer.field("start", Timestamp.iso8601(microseconds: slot.start))
                        writer.field("sent_bps", slot.sent * 8 / 600)
                        writer.field("received_bps", slot.received * 8 / 600)
                    }
                }
            }
        }
    }

    private struct Change: Decodable {
        let scope: String
        let rate: Int
        let ceil: Int?
        let from: String?
    }

    private var put: Route {
        .api(
            .put, "/api/v1/quotas", access: AdminAPI.administrators, tag: "Quotas",
            summary: "Sets the quota of a scope; in force for running downloads as well, at once.",
            body: .json(
                .object([
                    .required("scope", .text(2...63)), .required("rate", Self.bits, "Bits per second."),
                    .optional("ceil", .nullable(Self.bits), "The rate when absent."),
                    .optional("from", .nullable(.date), "Today when absent."),
                ])),
            answers: [.json(Self.shown, "The quota.")], errors: [.notFound, .noRight, .unavailable]
        ) { call in
            let change = try await call.jsonBody(as: Change.self)
            let scope = try control.scope(change.scope, call, for: .quotas)
            let ceil = change.ceil ?? change.rate
            guard ceil >= change.rate else {
                throw Problem(.invalidBody, errors: [Problem.Detail(.pointer("/ceil"), .ceilBelowRate)])
            }
            try await changing {
                try await store.put(
                    scope, rate: change.rate, ceil: ceil, from: change.from.flatMap { CivilDate($0) },
                    in: control.place(of: scope), by: control.actor(call))
            }
            return try await answer(scope, call)
        }
    }

    private var remove: Route {
        .api(
            .delete, "/api/v1/quotas", access: AdminAPI.administrators, tag: "Quotas",
            summary: "Removes what was set for a scope; what its manifest declares is in force again.",
            query: [Self.scopeItem.required], answers: [.empty("Removed.")],
            errors: [.notFound, .noRight, .unavailable]
        ) { call in
            let scope = try control.scope(call.query.text("scope") ?? "", call, for: .quotas)
            try await changing {
                _ = try await store.remove(scope, in: control.place(of: scope), by: control.actor(call))
            }
            return .status(.noContent)
        }
    }

    private func changing(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch is PostgresError {
            throw Problem(.unavailable, retryAfter: .seconds(2))
        }
    }
}

extension Phrase {
    static let ceilBelowRate = Phrase(
        fr: "Le plafond est inférieur au débit garanti.", en: "The ceiling is below the guaranteed rate.")
}
