package import Postgres
package import Runtime
package import Tenancy
package import Web

// Tenancy, Postgres and Runtime know nothing of the web, and the web nothing of them: this is the lowest module that knows
// both. What a server said stays inside: a statement that fails on it is our mistake and shows as an internal error.

extension TenancyError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .unknownEstablishment, .notOpen: Problem(.notFound)
        case .suspended: Problem(.suspended)
        case .moving: Problem(.moving, retryAfter: .seconds(1))
        case .shardUnavailable, .shardBehind, .timedOut, .misplaced: Problem(.shardUnavailable, retryAfter: .retry)
        case .overloaded: Problem(.platformOverloaded, retryAfter: .retry)
        case .directoryUnavailable: Problem(.directoryUnavailable, retryAfter: .retry)
        case .database(let error): error.problem
        case .unknownTimeZone: Problem(.internalError)
        }
    }
}

extension PostgresError: ProblemConvertible {
    /// Of the directory's database; a shard's errors are wrapped by `TenancyError`.
    package var problem: Problem {
        switch self {
        case .unavailable, .timedOut, .closed: Problem(.directoryUnavailable, retryAfter: .retry)
        case .overloaded: Problem(.platformOverloaded, retryAfter: .retry)
        case .server where isIncapacity: Problem(.directoryUnavailable, retryAfter: .retry)
        case .server, .cancelled, .decoding, .invalidValue, .misuse: Problem(.internalError)
        }
    }
}

extension RuntimeError: ProblemConvertible {
    package var problem: Problem {
        switch self {
        case .overloaded: Problem(.platformOverloaded, retryAfter: .retry)
        default: Problem(.internalError)
        }
    }
}

extension Duration {
    /// A few seconds, not the same for everybody: those turned away together do not come back together.
    fileprivate static var retry: Duration { .seconds(Int.random(in: 3...8)) }
}
