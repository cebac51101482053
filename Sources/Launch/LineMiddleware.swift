internal import HTTP
internal import Identity
internal import Quotas
internal import Web

/// Says whose share of the line each exchange goes over. Runs inside the gate: it has to know who is there.
enum LineMiddleware {
    static func middleware(_ lines: Lines) -> Middleware {
        Middleware { call, next in
            // Somebody of several schools goes over the first one's line.
            let school = call.session?.holder.profiles.first?.establishment
            guard let budget = school.flatMap(lines.budget(of:)) ?? call.territory.map(lines.budget(of:)) else {
                return try await next(call)
            }
            call.request.body.pay(with: budget)
            var response = try await next(call)
            response.budget = budget
            return response
        }
    }
}
