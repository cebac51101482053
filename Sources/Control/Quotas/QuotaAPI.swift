internal import Admission
internal import HTTP
internal import Quotas
internal import Runtime
internal import Tenancy
package import Web

/// Bandwidth quotas in the admin API. A scope is a territory, a department's code or a UAI.
package struct QuotaAPI: Sendable {
    private let quotas: QuotaControl

    package init(_ quotas: QuotaControl) { self.quotas = quotas }

    package var routes: [Route] { [show, put, remove] }

    private static let scopeItem = Parameter.text("scope", "A territory, a department's code or a UAI.", maxLength: 63)
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
            let scope = try quotas.control.scope(call.query.text("scope") ?? "", call)
            return try await answer(scope, call)
        }
    }

    private func answer(_ scope: RuleScope, _ call: Call) async throws -> Response {
        let view = try await quotas.view(of: scope, now: call.now)
        return .json { writer in
            writer.object { writer in
                writer.field("scope", scope.name)
                writer.field("rate", view.today?.rate)
                writer.field("ceil", view.today?.ceil)
                writer.array("steps", view.steps) { writer, step in
                    writer.object { writer in
                        writer.field("from", step.from)
                        writer.field("rate", step.rate)
                        writer.field("ceil", step.ceil)
                    }
                }
                writer.array("usage", view.slots) { writer, slot in
                    writer.object { writer in
                        writer.field("start", Timestamp.iso8601(microseconds: slot.start))
                        writer.field("sent_bps", slot.sent)
                        writer.field("received_bps", slot.received)
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
            let scope = try quotas.control.scope(change.scope, call, for: .quotas)
            let ceil = change.ceil ?? change.rate
            guard ceil >= change.rate else {
                throw Problem(.invalidBody, errors: [Problem.Detail(.pointer("/ceil"), .ceilBelowRate)])
            }
            try await quotas.put(
                scope, rate: change.rate, ceil: ceil, from: change.from.flatMap { CivilDate($0) }, call)
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
            let scope = try quotas.control.scope(call.query.text("scope") ?? "", call, for: .quotas)
            try await quotas.remove(scope, call)
            return .status(.noContent)
        }
    }
}
