internal import Runtime
internal import Tenancy
internal import Web

/// A territory in the admin API.
struct TerritoryAnswer: JSONRepresentable, Sendable {
    let territory: Territory
    let establishments: Int

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", territory.id.rawValue)
            writer.field("kind", territory.kind.rawValue)
            writer.field("name", territory.name)
            writer.field("title", territory.title)
            writer.field("host", territory.hosts.first ?? "")
            writer.field("hosts", territory.hosts)
            writer.field("establishments", establishments)
        }
    }

    static let schema = Schema.named(
        "Territory",
        .object([
            .required("id", .text()), .required("kind", .enumeration(Territory.Kind.self)), .required("name", .text()),
            .required("title", .text(), "The workspace's own name."),
            .required("host", .text(), "The primary host name."),
            .required("hosts", .array(of: .text())), .required("establishments", .integer()),
        ]))
}

/// An establishment in the admin API.
struct EstablishmentAnswer: JSONRepresentable, Sendable {
    let establishment: Establishment
    /// What it has of its own; null and none for its territory's.
    let look: (theme: JSON, hosts: [String])

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("uai", establishment.uai.rawValue)
            writer.field("name", establishment.name)
            writer.field("kind", establishment.kind.rawValue)
            writer.field("territory", establishment.territory.rawValue)
            writer.field("department", establishment.department)
            writer.field("city", establishment.city)
            writer.field("levels", establishment.levels)
            writer.field("time_zone", establishment.timeZone.identifier)
            writer.field("zone", establishment.zone)
            writer.field("state", establishment.state.rawValue)
            writer.field("shard", establishment.placement.map { Int($0.shard.rawValue) })
            writer.field("epoch", establishment.placement?.epoch)
            writer.field("invented", establishment.isInvented)
            writer.field("modules_off", establishment.modulesOff.sorted())
            writer.key("theme")
            look.theme.write(to: &writer)
            writer.field("hosts", look.hosts)
        }
    }

    static let schema = Schema.named(
        "Establishment",
        .object([
            .required("uai", .uai), .required("name", .text()),
            .required("kind", .enumeration(Establishment.Kind.self)),
            .required("territory", .text()), .required("department", .text()), .required("city", .text()),
            .required("levels", .array(of: .text())), .required("time_zone", .text()), .required("zone", .text()),
            .required("state", .enumeration(Establishment.State.self)), .required("shard", .nullable(.integer())),
            .required("epoch", .nullable(.integer()), "Raised by each move."), .required("invented", .boolean),
            .required("modules_off", .array(of: .text()), "Services that are switched off."),
            .required("theme", .nullable(ThemeBody.schema), "Its own colours; null: its territory's."),
            .required("hosts", .array(of: .text()), "Its own host names."),
        ]))
}

/// A shard in the admin API.
struct ShardAnswer: JSONRepresentable, Sendable {
    let shard: Shard
    let establishments: Int
    /// Nil when it was not asked, or does not answer.
    var server: ShardServerState?

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("id", Int(shard.id.rawValue))
            writer.field("name", shard.name)
            writer.field("host", shard.address.host)
            writer.field("port", shard.address.port)
            writer.field("database", shard.address.database)
            writer.field("state", shard.state.rawValue)
            writer.field("weight", shard.weight)
            writer.field("schema_version", shard.schemaVersion)
            writer.field("establishments", establishments)
            guard let server else { return }
            writer.field("size_bytes", server.size)
            if let standbys = server.standbys { writer.field("standbys", standbys) }
            if let lag = server.lagBytes { writer.field("lag_bytes", lag) }
            if let lag = server.lagMilliseconds { writer.field("lag_ms", lag) }
        }
    }

    static let schema = Schema.named(
        "Shard",
        .object([
            .required("id", .integer()), .required("name", .text()), .required("host", .text()),
            .required("port", .integer()), .required("database", .text()),
            .required("state", .enumeration(Shard.State.self)),
            .required("weight", .integer()), .required("schema_version", .integer()),
            .required("establishments", .integer()),
            .optional("size_bytes", .integer()), .optional("standbys", .integer()), .optional("lag_bytes", .integer()),
            .optional("lag_ms", .integer()),
        ]))
}

/// A node in the admin API.
struct NodeAnswer: JSONRepresentable, Sendable {
    let node: NodeStore.Node
    let now: Int64

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("name", node.name)
            writer.field("address", node.address)
            writer.field("private_address", node.privateAddress)
            writer.field("state", node.isAlive(now: now) ? node.state : "silent")
            writer.field("started_at", Timestamp.iso8601(microseconds: node.startedAt))
            writer.field("seen_at", Timestamp.iso8601(microseconds: node.seenAt))
        }
    }

    static let schema = Schema.named(
        "Node",
        .object([
            .required("name", .text()), .required("address", .text()), .required("private_address", .text()),
            .required("state", .enumeration(["ready", "draining", "silent"])), .required("started_at", .dateTime),
            .required("seen_at", .dateTime),
        ]))
}
