internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// Who goes first when there is too much to do. Runs inside the gate: it has to know who asks.
enum PressureMiddleware {
    static func middleware(_ pressure: RequestPressure) -> Middleware {
        Middleware(
            enter: { call in
                let session = call.session
                let asker = RequestPressure.Asker(session: session?.id.rawValue, rank: rank(of: session?.holder, call))
                try pressure.begin(asker)
                call[AskerKey.self] = asker
            },
            leave: { call, response in
                guard let asker = call[AskerKey.self] else { return }
                pressure.end(asker)
                // The front keeps it with the session, so that the next requests wait in their order, and takes it off.
                if asker.session != nil { response.headers.set("X-Preau-Rank", String(asker.rank + 1)) }
            },
            fail: { call, _ in
                if let asker = call[AskerKey.self] { pressure.end(asker) }
            })
    }

    /// Who asked when the call came; its handler may end the session.
    private enum AskerKey: CallKey { typealias Value = RequestPressure.Asker }

    private static func rank(of holder: Holder?, _ call: Call) -> Int {
        guard let holder else {
            // A calendar that fetches its feed can come again; somebody who signs in is at the door.
            return call.route.access == .secretAddress ? 3 : 1
        }
        if holder.profiles.contains(where: { $0.role == .pupil || $0.role == .teacher }) { return 0 }
        return holder.mandates.isEmpty && holder.profiles.allSatisfy { $0.role == .guardian } ? 2 : 1
    }
}
