package import Admission

/// What signing in, keeping a session and signing out can fail with. Never contains a login, a name or a token.
package enum IdentityError: Error, Equatable {
    /// The login is unknown, the password is wrong or the account is not open: never said which.
    case wrongCredentials
    /// Too many failures for this account, or for this account from this address.
    case throttled(retryAfter: Duration)
    /// All threads that check passwords are taken and the queue is full.
    case busy
    /// The directory does not answer, and what was asked for cannot be done without it.
    case directoryUnavailable
    /// Neither Redis nor the directory can confirm the session, and its cookie is too old to be believed without them. The
    /// session is not lost: it goes on when one of them is back.
    case unconfirmed
    /// No session, or one that is over.
    case signedOut
    /// None of the person's roles allows this.
    case forbidden
    /// The person has nothing to do with this establishment: for them it does not exist.
    case notHere
    /// A keyring's line is not what it should be.
    case keyring(line: Int, expected: String)
    /// A calendar rule keeps every profile of the person out, or the one that is needed.
    case closed(Closure)
    /// There is no place yet. `ticket` is the new value of the cookie that keeps the turn.
    case waiting(Wait, ticket: String)
    /// Nobody has this login or number.
    case unknownAccount
    /// The login is taken.
    case loginTaken
    /// The session owes a second factor.
    case secondFactorNeeded
    /// A wrong code, or a passkey that is not the account's.
    case wrongFactor
    /// What an identity provider answered is not for somebody who left from this browser, or is not what it signed.
    case upstreamRefused
    /// Nobody here is linked to the person that an identity provider knows.
    case upstreamUnknown
    /// The password is right, and opens nothing: such people sign in through their provider.
    case passwordOff
    /// The act asks for a second factor shown lately.
    case stepUpNeeded
    /// No such registered service.
    case unknownPartner
    /// A registered service of that protocol has the name.
    case partnerNameTaken
    /// What is to be registered is not acceptable; a field of it.
    case unacceptablePartner(field: String)
    /// A message of SAML is not one that is answered: damaged, not signed as it has to be, for somewhere else, too old.
    case samlRefused
    /// The process that reads and signs messages of SAML does not answer.
    case samlUnavailable
    /// The service is not open to this person.
    case partnerForbidden
    /// What the service is told of the person cannot be read at the moment.
    case partnerDataUnavailable
    /// Redis does not answer, and without it nobody can be let in anywhere else.
    case ticketsUnavailable
}
