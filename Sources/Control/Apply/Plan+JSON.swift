internal import Tenancy
package import Web

extension Plan {
    /// As people read it, in lines.
    package var text: String { PlanText.text(of: self) }

    /// How much of each there is to do in one territory: `{"add": {"establishment": 24}, …}`.
    func summary(of territory: TerritoryID) -> JSON {
        let items = items.filter { $0.territory == territory }
        let actions = [PlanItem.Action.add, .change, .remove].map { action in
            let subjects = PlanItem.Subject.allCases.compactMap { subject -> (String, JSON)? in
                let count = items.filter { $0.action == action && $0.subject == subject }.count
                return count == 0 ? nil : (subject.rawValue, .integer(count))
            }
            return (action.rawValue, JSON.document(subjects))
        }
        return JSON.document(actions)
    }
}

extension Plan: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("nothing_to_do", isEmpty)
            writer.field("refused", isRefused)
            writer.field("unfinished", unfinished)
            writer.array("changes", items)
            writer.array("notices", notices)
        }
    }

    package static var schema: Schema {
        .named(
            "Plan",
            .object([
                .required("nothing_to_do", .boolean), .required("refused", .boolean, "Applying would be refused."),
                .required("unfinished", .integer(0...Int.max), "Establishments placed earlier and not open yet."),
                .required("changes", .array(of: PlanItem.schema)), .required("notices", .array(of: PlanNotice.schema)),
            ]))
    }
}

extension PlanItem: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("action", action.rawValue)
            writer.field("subject", subject.rawValue)
            writer.field("territory", territory.rawValue)
            writer.field("target", target)
            writer.field("text", label)
            writer.field("shard", shard.map { Int($0.rawValue) })
            writer.array("details", details) { writer, detail in
                writer.object { writer in
                    writer.field("field", detail.field)
                    writer.key("before")
                    detail.before.write(to: &writer)
                    writer.key("after")
                    detail.after.write(to: &writer)
                }
            }
        }
    }

    package static var schema: Schema {
        .named(
            "PlanChange",
            .object([
                .required("action", .enumeration(["add", "change", "remove"])),
                .required("subject", .enumeration(Subject.self)), .required("territory", .text()),
                .required("target", .text(), "A host name, a UAI, a rule's name."),
                .required("text", .text(), "The same, as people read it."),
                .required("shard", .nullable(.integer()), "Where a new establishment is placed."),
                .required(
                    "details",
                    .array(
                        of: .object([
                            .required("field", .text()), .required("before", .any), .required("after", .any),
                        ]))),
            ]))
    }
}

extension PlanNotice: JSONRepresentable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("kind", kind.rawValue)
            writer.field("blocking", isBlocking)
            writer.field("territory", territory?.rawValue)
            writer.field("text", message)
            writer.array("targets", targets)
        }
    }

    package static var schema: Schema {
        .named(
            "PlanNotice",
            .object([
                .required("kind", .enumeration(Kind.self)), .required("blocking", .boolean),
                .required("territory", .nullable(.text())), .required("text", .text()),
                .required("targets", .array(of: .text())),
            ]))
    }
}
