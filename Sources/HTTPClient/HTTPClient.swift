internal import CCurl
package import Runtime

/// Sends requests to other servers: sign-outs to partners, questions to upstream identity providers.
///
/// Each exchange blocks a thread of a bounded pool, has a deadline, follows no redirect and holds a bounded answer. Whom a
/// request goes to is the caller's to have checked: an address that somebody typed is none to be asked.
package final class HTTPClient: Sendable {
    package struct Request: Sendable {
        package var method: String
        package var url: String
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]?

        package init(
            _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
        }
    }

    package struct Answer: Sendable {
        package let status: Int
        package let body: [UInt8]
    }

    private let pool: BlockingPool
    private let allowsPlain: Bool
    private let deadline: Duration
    private let longestAnswer: Int

    /// - Parameters:
    ///   - pool: one thread an exchange under way.
    ///   - allowsPlain: whether plain HTTP is allowed beside HTTPS.
    package init(
        pool: BlockingPool, allowsPlain: Bool, deadline: Duration = .seconds(5), longestAnswer: Int = 256 * 1024
    ) {
        self.pool = pool
        self.allowsPlain = allowsPlain
        self.deadline = deadline
        self.longestAnswer = longestAnswer
    }

    /// - Throws: `.busy` when the pool is full, `.unreachable` when no whole answer came in time, `.malformed`.
    package func send(_ request: Request) async throws(HTTPClientError) -> Answer {
        let exchange = Exchange(request, allowsPlain: allowsPlain, deadline: deadline, longestAnswer: longestAnswer)
        do {
            return try await pool.run { try exchange.perform() }
        } catch let error as HTTPClientError {
            throw error
        } catch {
            throw .busy
        }
    }
}
