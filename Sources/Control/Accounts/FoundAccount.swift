internal import Runtime
package import Tenancy
internal import Web

/// An account as an administrator sees it: never a password, a code or a date of birth.
package struct FoundAccount: Sendable {
    package struct Role: Sendable {
        package let establishment: EstablishmentID
        package let role: String
        package let source: String
    }

    package let id: AccountID
    package let login: String
    package let givenName: String
    package let familyName: String
    package let state: String
    /// Microseconds since 1970; nil for never.
    package let firstVisit: Int64?
    package let lastVisit: Int64?
    package let roles: [Role]
    /// Holds mandates: those who have less may not touch it.
    package let isAdministrator: Bool
    /// Has said that the password is lost.
    package let hasAskedForCode: Bool
}

struct AccountAnswer: JSONRepresentable, Sendable {
    let account: FoundAccount
    let map: ShardMap

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", account.id.rawValue)
            writer.field("login", account.login)
            writer.field("given_name", account.givenName)
            writer.field("family_name", account.familyName)
            writer.field("state", account.state)
            writer.field("first_visit", account.firstVisit.map(Timestamp.iso8601))
            writer.field("last_visit", account.lastVisit.map(Timestamp.iso8601))
            writer.field("administrator", account.isAdministrator)
            writer.field("asked_for_code", account.hasAskedForCode)
            writer.array("roles", account.roles) { writer, role in
                writer.object { writer in
                    writer.field("establishment", map[role.establishment]?.uai.rawValue)
                    writer.field("role", role.role)
                    writer.field("source", role.source)
                }
            }
        }
    }

    static let schema = Schema.named(
        "Account",
        .object([
            .required("id", .uuid), .required("login", .text()), .required("given_name", .text()),
            .required("family_name", .text()),
            .required("state", .enumeration(["pending", "active", "locked", "closed"])),
            .required("first_visit", .nullable(.dateTime), "Null: never connected."),
            .required("last_visit", .nullable(.dateTime)), .required("administrator", .boolean),
            .required("asked_for_code", .boolean, "Has said that the password is lost."),
            .required(
                "roles",
                .array(
                    of: .object([
                        .required("establishment", .nullable(.uai)), .required("role", .text()),
                        .required("source", .text()),
                    ]))),
        ]))
}
