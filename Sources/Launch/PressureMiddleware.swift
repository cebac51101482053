internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// Who goes first when there is too much to do. Runs inside the gate: it has to know who asks.
enum PressureMiddleware {
    static func middleware(_ pressure: RequestPressure) -> Middleware {
        Middleware { call, next in
            let asker = RequestPressure.Asker(session: call.session?.id.rawValue, rank: rank(of: call))
            var response = try await pressure.serve(asker) { try await next(call) }
            // The front keeps it with the session, so that the next requests wait in their order, and takes it off.
            if asker.session != nil { response.headers.set("X-Preau-Rank", String(asker.rank + 1)) }
            return response
        }
    }

    private static func rank(of call: Call) -> Int {
        guard let session = call.session else {
            // A calendar that fetches its feed can come again; somebody who signs in is at the door.
            return call.route.access == .secretAddress ? 3 : 1
        }
        let holder = session.holder
        if holder.profiles.contains(where: { $0.role == .pupil || $0.role == .teacher }) { return 0 }
        return holder.mandates.isEmpty && holder.profiles.allSatisfy { $0.role == .guardian } ? 2 : 1
    }
}
