internal import HTTP
internal import Identity
internal import Quotas
internal import Web

/// Says whose share of the line each exchange goes over. Runs inside the gate: it has to know who is there.
enum LineMiddleware {
    static func middleware(_ lines: Lines) -> Middleware {
        Middleware(
            enter: { call in
                guard let budget = budget(of: call, lines) else { return }
                call.request.body.pay(with: budget)
                call[BudgetKey.self] = budget
            },
            leave: { call, response in response.budget = call[BudgetKey.self] })
    }

    /// Who pays was known when the call came; its handler may end the session.
    private enum BudgetKey: CallKey { typealias Value = any ByteBudget }

    private static func budget(of call: Call, _ lines: Lines) -> (any ByteBudget)? {
        // Somebody of several schools goes over the first one's line.
        let school = call.session?.holder.profiles.first?.establishment
        return school.flatMap(lines.budget(of:)) ?? call.territory.map(lines.budget(of:))
    }
}
