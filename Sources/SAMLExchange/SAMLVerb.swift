/// What a node may ask of `preau-saml`. What strangers sent goes to the readers, which have no key; what is to be signed goes to
/// the signers, which see nothing that strangers wrote.
package enum SAMLVerb: String, Sendable, CaseIterable {
    /// `kind`, `message`, → `name`, `issuer`: what it says of itself, believed by nobody yet.
    case outline
    /// `document` → the facts of a service provider's metadata (`ServiceProviderFacts`); with `of_provider`, of an identity
    /// provider's (`IdentityProviderFacts`).
    case facts
    /// `kind`, `message`, `provider`, `partner` → a request for authentication, verified.
    case authentication
    /// The same of a request to sign out; with `of_provider`, from an identity provider.
    case logout
    /// `message`, the base64 of a form, and each `certificate` of the identity provider → its Response, verified; what is
    /// encrypted in it as it came. Without certificates what it says of itself only: `issuer`, `in_response_to`.
    case response
    /// `document`, each `certificate` → an assertion that was encrypted; with `signed`, what was around it was signed already.
    case assertion

    /// `provider`, `partner`, `key`, `certificate`, … → `message`: the base64 of a Response. With `shown`, `document`: the
    /// same without its signatures.
    case answer
    /// `document`, `id`, `key`, `certificate` → `document` with a signature.
    case document
    /// `query`, `key` → `query` with a signature.
    case query

    package var role: SAMLRole {
        switch self {
        case .outline, .facts, .authentication, .logout, .response, .assertion: .reader
        case .answer, .document, .query: .signer
        }
    }

    /// The names of the fields that every question and every answer may have.
    package static let field = "verb"
    /// In an answer: why there is none.
    package static let refusal = "refusal"
}

/// The two kinds of workers, each with a socket of its own.
package enum SAMLRole: String, Sendable, CaseIterable {
    case reader
    case signer

    package var socket: String { rawValue + ".socket" }
}

/// How a message came.
package enum SAMLMessageKind: String, Sendable {
    /// The query of an address, as it was sent.
    case query
    /// The base64 that a form's field had.
    case form
    /// A SOAP envelope.
    case soap
}

/// What asking `preau-saml` can fail with.
package enum SAMLExchangeError: Error, Equatable, Sendable {
    /// It is not there, does not answer in time, or has too much to do.
    case unavailable
    /// It read the message and will not have it; a word for the log and the tests, without anything of the message.
    case refused(String)
}
