internal import HTTP
package import Postgres
package import Quotas
internal import Runtime
internal import Tenancy
internal import Web

/// Bandwidth quotas for those who administer: what holds, what went over the line, the change itself.
package struct QuotaControl: Sendable {
    let control: AdmissionControl
    private let quotas: QuotaBookCache
    private let store: QuotaWritingStore
    private let usage: LineUsageStore

    package init(_ control: AdmissionControl, quotas: QuotaBookCache, directory: PostgresPool) {
        self.control = control
        self.quotas = quotas
        store = QuotaWritingStore(directory)
        usage = LineUsageStore(directory)
    }

    /// More establishments than this are not summed: the meter of a territory is then that of each.
    private static let mostSummed = 1000
    /// Slots of ten minutes in a day.
    static let slotsADay = 144

    /// A quota and its meter.
    struct View: Sendable {
        /// What went over the line in ten minutes, or in the part of them that has passed; bits per second.
        struct Slot: Sendable {
            /// Microseconds since 1970.
            let start: Int64
            let sent: Int
            let received: Int
        }

        let scope: RuleScope
        /// In force today.
        let today: QuotaStep?
        /// By day, the oldest first.
        let steps: [QuotaStep]
        /// The newest first; none while the directory does not answer.
        let slots: [Slot]
        let timeZone: SchoolTimeZone
    }

    /// Sums the meters of the scope's establishments: one statement, which grows with their number.
    func view(of scope: RuleScope, now: Int64, most: Int = slotsADay) async throws -> View {
        let book = quotas.book
        let establishments = control.establishments(of: scope)
        let zone = try establishments.first?.timeZone ?? SchoolTimeZone.named("Europe/Paris")
        var payers = establishments.prefix(Self.mostSummed).map { RuleScope.establishment($0.uai) }
        if case .territory = scope { payers.append(scope) }
        let slots = (try? await usage.slots(of: payers, most: most)) ?? []
        return View(
            scope: scope, today: book.quota(of: scope, on: zone.date(microseconds: now)),
            steps: book.steps[scope] ?? [],
            slots: slots.map { slot in
                let seconds = Int(min(600, max(60, (now - slot.start) / 1_000_000)))
                return View.Slot(
                    start: slot.start, sent: slot.sent * 8 / seconds, received: slot.received * 8 / seconds)
            }, timeZone: zone)
    }

    func put(_ scope: RuleScope, rate: Int, ceil: Int, from: CivilDate?, _ call: Call) async throws {
        try await changing {
            try await store.put(
                scope, rate: rate, ceil: ceil, from: from, in: control.place(of: scope), by: control.actor(call))
        }
    }

    /// What its manifest declares is in force again.
    func remove(_ scope: RuleScope, _ call: Call) async throws {
        try await changing {
            _ = try await store.remove(scope, in: control.place(of: scope), by: control.actor(call))
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
