internal import Runtime
internal import Tenancy
internal import Web

/// The session as the API shows it to its owner.
struct SessionAnswer: JSONRepresentable {
    struct HeldProfile {
        let profile: Profile
        let establishment: Establishment?
    }

    let session: Session
    let profiles: [HeldProfile]
    let expiresAt: Int64
    let forgeryToken: String

    func write(to writer: inout JSONWriter) {
        let holder = session.holder
        writer.object { writer in
            writer.object("account") { writer in
                writer.field("id", holder.account.rawValue)
                writer.field("name", holder.name)
                writer.field("language", holder.language.rawValue)
            }
            writer.array("profiles", profiles) { writer, held in
                writer.object { writer in
                    writer.field("role", held.profile.role.rawValue)
                    writer.field("person", held.profile.person.rawValue)
                    writer.object("establishment") { writer in
                        writer.field("uai", held.establishment?.uai.rawValue)
                        writer.field("name", held.establishment?.name)
                        writer.field("territory", held.establishment?.territory.rawValue)
                    }
                }
            }
            writer.array("mandates", holder.mandates) { writer, mandate in
                writer.object { writer in
                    writer.field("role", mandate.role.rawValue)
                    writer.field("territory", mandate.territory?.rawValue)
                }
            }
            writer.field("csrf_token", forgeryToken)
            writer.field("started_at", Timestamp.iso8601(microseconds: session.startedAt * 1_000_000))
            writer.field("expires_at", Timestamp.iso8601(microseconds: expiresAt * 1_000_000))
        }
    }

    static var schema: Schema {
        .named(
            "Session",
            .openObject([
                .required(
                    "account",
                    .openObject([
                        .required("id", .uuid), .required("name", .text()),
                        .required("language", .enumeration(Language.self)),
                    ])),
                .required(
                    "profiles",
                    .array(
                        of: .openObject([
                            .required("role", .enumeration(Role.self)),
                            .required("person", .uuid, "The person as the establishment knows them."),
                            .required(
                                "establishment",
                                .openObject([
                                    .required("uai", .nullable(.uai)), .required("name", .nullable(.text())),
                                    .required("territory", .nullable(.text())),
                                ])),
                        ]))),
                .required(
                    "mandates",
                    .array(
                        of: .openObject([
                            .required("role", .enumeration(Role.self)),
                            .required("territory", .nullable(.text()), "Null for the whole platform."),
                        ]))),
                .required("csrf_token", .text(), "To be sent back as X-CSRF-Token with each write."),
                .required("started_at", .dateTime),
                .required("expires_at", .dateTime, "At the latest: a session without requests ends sooner."),
            ]))
    }
}
