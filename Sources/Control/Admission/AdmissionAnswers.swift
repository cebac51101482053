internal import Admission
internal import Runtime
internal import Tenancy
internal import Web

extension AdmissionControl.Count: JSONRepresentable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("scope", scope.name)
            writer.field("connected", people)
            writer.key("by_role")
            writer.object { writer in
                for (role, people) in byRole where people > 0 {
                    writer.key(escaping: role.rawValue)
                    writer.write(people)
                }
            }
            writer.key("by_level")
            writer.object { writer in
                for (level, people) in byLevel {
                    writer.key(escaping: level)
                    writer.write(people)
                }
            }
        }
    }

    static let schema = Schema.named(
        "Presence",
        .object([
            .required("scope", .text()), .required("connected", .integer(), "People seen in the last five minutes."),
            .required("by_role", .map(of: .integer())), .required("by_level", .map(of: .integer()), "Pupils."),
        ]))
}

extension AdmissionControl.Connected: JSONRepresentable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("account", account.rawValue)
            writer.field("name", name)
            writer.field("login", login)
            writer.field("idle_seconds", idle)
        }
    }

    static let schema = Schema.named(
        "ConnectedPerson",
        .object([
            .required("account", .uuid), .required("name", .text()), .required("login", .text()),
            .required("idle_seconds", .integer()),
        ]))
}

/// How a scope stands: its cap, who holds places, who waits.
struct StandingAnswer: JSONRepresentable, Sendable {
    let scope: RuleScope
    let capacity: Capacity?
    let standing: SessionGate.Standing?
    let platform: PlatformCapacity.Standing?

    /// The cap that the gate goes by: what is declared, or less when the nodes cannot carry as many. Nil for none.
    var inForce: Int? {
        let carried = scope == .platform || capacity != nil ? platform?.carried : nil
        return [capacity?.places, carried].compactMap { $0 }.min()
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("scope", scope.name)
            writer.field("sessions", capacity?.places)
            writer.field("in_force", inForce)
            writer.field("carried", platform?.carried)
            writer.field("load_percent", platform.map { ($0.load + 5) / 10 })
            writer.field("per_second", capacity?.perSecond)
            writer.key("reserved")
            writer.object { writer in
                for (role, percent) in (capacity?.reserved ?? [:]).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    writer.key(escaping: role.rawValue)
                    writer.write(percent)
                }
            }
            writer.array("priority", (capacity?.priority ?? []).map(\.rawValue))
            writer.field("places_taken", standing?.places)
            writer.field("waiting", standing?.waiting)
            writer.field("admitted_per_minute", standing?.admittedPerMinute)
        }
    }

    static let schema = Schema.named(
        "AdmissionStanding",
        .object([
            .required("scope", .text()), .required("sessions", .nullable(.integer()), "The cap; null for none."),
            .required(
                "in_force", .nullable(.integer()),
                "The cap that the gate goes by: less than declared when the nodes cannot carry as many."),
            .required(
                "carried", .nullable(.integer()),
                "People that all nodes together can carry; null while too few are in to tell."),
            .required("load_percent", .nullable(.integer()), "How busy the nodes are, of what they do well."),
            .required("per_second", .nullable(.integer())), .required("reserved", .map(of: .integer()), "Per cent."),
            .required("priority", .array(of: .text()), "Who is let in first."),
            .required("places_taken", .nullable(.integer()), "Null while Redis does not answer."),
            .required("waiting", .nullable(.integer())), .required("admitted_per_minute", .nullable(.integer())),
        ]))
}

/// A rule with its scope and name.
struct RuleAnswer: JSONRepresentable, Sendable {
    let rule: CalendarRule

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("scope", rule.scope.name)
            writer.field("name", rule.name)
            writer.key("rule")
            writer.write(json: rule.document.bytes)
        }
    }

    static let schema = Schema.named(
        "NamedRule",
        .object([
            .required("scope", .text()), .required("name", .text()), .required("rule", CalendarRule.schema),
        ]))
}

extension Simulation: JSONRepresentable {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("at", "\(at.date) \(CalendarRule.text(at.minuteOfDay))")
            writer.array("lines", lines) { writer, line in
                writer.object { writer in
                    writer.field("role", line.role.rawValue)
                    writer.field("level", line.level)
                    writer.field("outcome", line.outcome)
                    writer.field("rule", line.rule)
                    writer.field("reason", line.reason?.french)
                    writer.field("opens_at", line.opensAt)
                    writer.field("establishments", line.establishments)
                }
            }
        }
    }

    static let schema = Schema.named(
        "Simulation",
        .object([
            .required("at", .text(), "Local time of each establishment."),
            .required(
                "lines",
                .array(
                    of: .object([
                        .required("role", .enumeration(Role.self)),
                        .required("level", .text(), "Empty: all; –: pupils without a class."),
                        .required("outcome", .enumeration(["open", "queued", "closed"])),
                        .required("rule", .nullable(.text())), .required("reason", .nullable(.text())),
                        .required("opens_at", .nullable(.text())),
                        .required("establishments", .integer(), "How many give this answer."),
                    ]))),
        ]))
}
