internal import Cryptography
internal import HTTP
internal import Tenancy
internal import Web

/// What the token of a form is bound to.
enum SessionBinding {
    /// Before a sign-in there is no session: a random number in a cookie of its own stands in for one.
    static let cookieName = "preau_visit"

    static func of(_ session: Session) -> String { "session " + session.id.description }

    /// Whose a token is, whatever the session.
    static func owner(_ account: AccountID) -> String { account.description }

    static func of(visit: String) -> String { "visit " + visit }

    /// The visit's number in the request's cookie; nil when it is not one that we made.
    static func visit(of request: Request) -> String? {
        guard let text = request.cookie(cookieName), text.utf8.count == 22, Base64URL.decode(text) != nil else {
            return nil
        }
        return text
    }

    static func newVisit() -> String { SecureRandom.token(byteCount: 16) }
}
