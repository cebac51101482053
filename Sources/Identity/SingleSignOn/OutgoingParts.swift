package import HTTPClient
package import Runtime
package import SAMLExchange

/// What a process has to reach other servers with, and how it is known to them.
package struct OutgoingParts: Sendable {
    /// Nil: nobody is told anything.
    package let client: HTTPClient?
    /// Threads for signatures that take long; nil: made on the loop.
    package let signing: BlockingPool?
    /// The origin people use, without a path: the issuer's.
    package let front: String
    /// The process that reads and signs messages of SAML; nil: there is none, and no SAML.
    package let saml: SAMLClient?

    package init(
        client: HTTPClient? = nil, signing: BlockingPool? = nil, front: String = "http://localhost",
        saml: SAMLClient? = nil
    ) {
        self.saml = saml
        self.client = client
        self.signing = signing
        self.front = front
    }
}
