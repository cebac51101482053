internal import Admission
internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
internal import Web

/// How each request went, for those who watch over a territory. The outermost: it sees what everything inside comes to.
enum AttendanceMiddleware {
    /// Microseconds.
    private static let patience = 3_000_000

    static func middleware(_ attendance: Attendance) -> Middleware {
        Middleware(
            enter: { _ in },
            leave: { call, response in
                guard let territory = call.territory?.id else { return }
                attendance.record(outcome(call, response.status.rawValue), in: territory)
            },
            fail: { call, error in
                guard let territory = call.territory?.id else { return }
                attendance.record(outcome(call, error), in: territory)
            })
    }

    private static func outcome(_ call: Call, _ status: Int) -> Attendance.Outcome {
        guard status < 500 else { return status == 503 ? .shed : .failed }
        return elapsed(call) <= patience ? .good : .late
    }

    private static func outcome(_ call: Call, _ error: any Error) -> Attendance.Outcome {
        if case .closed(let closure)? = error as? IdentityError { return .refused(rule: closure.rule) }
        // Somebody who is told to wait for a place is answered as they should be.
        if case .waiting? = error as? IdentityError { return .good }
        guard let problem = (error as? any ProblemConvertible)?.problem else { return .failed }
        if problem.code == .overloaded || problem.code == .tooManyRequests { return .shed }
        return problem.status >= 500 ? .failed : outcome(call, problem.status)
    }

    /// Since the request reached the front, as it says; else since it reached this node.
    private static func elapsed(_ call: Call) -> Int {
        let here = Instant.now.microseconds(since: call.request.receivedAt)
        guard let arrival = call.request.header("x-preau-arrival").flatMap({ Int64($0) }) else { return here }
        let (milliseconds, isTooFar) = (WallClock.microseconds / 1000).subtractingReportingOverflow(arrival)
        // Two machines' clocks may differ: what cannot be is not believed.
        guard !isTooFar, (0..<60_000).contains(milliseconds) else { return here }
        return max(Int(milliseconds) * 1000, here)
    }
}
