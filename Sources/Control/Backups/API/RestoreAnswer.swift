internal import Runtime
internal import Tenancy
internal import Web

/// What came of bringing a backup back, in the admin API.
struct RestoreAnswer: JSONRepresentable, Sendable {
    let uai: UAI
    let outcome: EstablishmentRestoring.Outcome
    var missingTies = 0
    var restoredTies = 0

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("establishment", uai.rawValue)
            writer.field("backup_of", outcome.header.uai.rawValue)
            writer.field("made_at", Timestamp.iso8601(microseconds: outcome.header.madeAt))
            writer.field("rows", outcome.rows)
            writer.array("tables", outcome.tables) { writer, table in
                writer.object { writer in
                    writer.field("name", table.name)
                    writer.field("rows", table.rows)
                }
            }
            writer.field("held_ms", (outcome.held.seconds * 10_000).rounded() / 10)
            writer.field("ties_missing", missingTies)
            writer.field("ties_restored", restoredTies)
        }
    }

    static let schema = Schema.named(
        "Restore",
        .object([
            .required("establishment", .uai, "Where the rows are now."), .required("backup_of", .uai),
            .required("made_at", .dateTime, "The moment that the rows are of."),
            .required("rows", .integer(), "Brought back."),
            .required(
                "tables",
                .array(of: .object([.required("name", .text()), .required("rows", .integer())])), "Those that had some."
            ),
            .required("held_ms", .number(), "How long writers waited."),
            .required(
                "ties_missing", .integer(),
                "Roles that the backup knows, of accounts that exist, and that nobody has now."),
            .required("ties_restored", .integer(), "Of those, how many were put back."),
        ]))
}
