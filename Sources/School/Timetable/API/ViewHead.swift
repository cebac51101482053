internal import Runtime
internal import Tenancy
internal import Web

/// What the JSON of a week begins with, whichever service shows it: where it is, and whose.
struct ViewHead {
    let establishment: Establishment
    /// `pupil`, `teacher`, `group`, …
    let kind: String
    let id: UUID
    let name: String

    /// Into an object that the caller opened.
    func write(to writer: inout JSONWriter) {
        writer.object("establishment") { writer in
            writer.field("uai", establishment.uai.rawValue)
            writer.field("name", establishment.name)
            writer.field("time_zone", establishment.timeZone.identifier)
        }
        writer.object("of") { writer in
            writer.field("kind", kind)
            writer.field("id", id)
            writer.field("name", name)
        }
    }

    static func properties(kinds: [String]) -> [Schema.Property] {
        [
            .required(
                "establishment",
                .object([
                    .required("uai", .uai), .required("name", .text()),
                    .required("time_zone", .text(), "IANA name; times of day are local to it."),
                ])),
            .required(
                "of",
                .object([
                    .required("kind", .enumeration(kinds)), .required("id", .uuid), .required("name", .text()),
                ]), "Whose it is."),
        ]
    }
}

extension JSONWriter {
    /// Something that has an identifier and a name, as an object.
    mutating func named(_ id: UUID, _ name: String) {
        object { writer in
            writer.field("id", id)
            writer.field("name", name)
        }
    }
}
