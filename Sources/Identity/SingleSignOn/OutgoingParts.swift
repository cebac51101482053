package import HTTPClient
package import Runtime

/// What a process has to reach other servers with, and how it is known to them.
package struct OutgoingParts: Sendable {
    /// Nil: nobody is told anything.
    package let client: HTTPClient?
    /// Threads for signatures that take long; nil: made on the loop.
    package let signing: BlockingPool?
    /// The origin people use, without a path: the issuer's.
    package let front: String

    package init(
        client: HTTPClient? = nil, signing: BlockingPool? = nil, front: String = "http://localhost"
    ) {
        self.client = client
        self.signing = signing
        self.front = front
    }
}
