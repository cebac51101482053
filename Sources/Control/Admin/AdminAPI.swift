internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The admin service's API: what operators, and administrators for their own territory, see and do.
package struct AdminAPI: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] {
        [health, territories, establishments, establishment, shards, addShard, nodes, plan, apply, demo]
    }

    /// Whoever has something in their charge; what it is, the charge says.
    package static let administrators = Access.operatorTokenOrRoles([
        "territory_admin", "region_admin", "platform_admin", "establishment_admin", "head",
    ])
    /// Those who have a territory or more: what belongs to no single school.
    static let ofTerritories = Access.operatorTokenOrRoles(["territory_admin", "region_admin", "platform_admin"])

    private var health: Route {
        .api(
            .get, "/api/v1/health", access: AdminAPI.ofTerritories, tag: "Platform",
            summary: "Whether the directory and each shard answer, and which nodes live.",
            answers: [
                .json(
                    .object([
                        .required("directory", .boolean),
                        .required(
                            "shards",
                            .array(of: .object([.required("id", .integer()), .required("available", .boolean)]))),
                        .required("nodes", .integer(), "Nodes heard of in the last fifteen seconds."),
                    ]), "The state of the platform.")
            ]
        ) { call in
            let answering = try? await service.nodes.all()
            let shards = await service.tenancy.onEveryShard { shard in try await shard.schemaVersion() }
            return .json { writer in
                writer.object { writer in
                    writer.field("directory", answering != nil)
                    writer.array("shards", shards) { writer, shard in
                        writer.object { writer in
                            writer.field("id", Int(shard.shard.rawValue))
                            writer.field("available", (try? shard.result.get()) != nil)
                        }
                    }
                    writer.field("nodes", (answering ?? []).count { $0.isAlive(now: call.now) })
                }
            }
        }
    }

    private var territories: Route {
        .api(
            .get, "/api/v1/territories", access: AdminAPI.administrators, tag: "Territories",
            summary: "The regions and departments, with their host names.",
            answers: [.json(.object([.required("territories", .array(of: TerritoryAnswer.schema))]), "By name.")]
        ) { call in
            let charge = service.charge(call)
            let map = service.tenancy.map
            let answers = service.tenancy.territories.all.filter { charge.contains($0.id) }.map {
                TerritoryAnswer(territory: $0, establishments: map.establishments(of: $0.id).count)
            }
            return .json { writer in writer.object { $0.field("territories", answers) } }
        }
    }

    private var establishments: Route {
        .api(
            .get, "/api/v1/establishments", access: AdminAPI.administrators, tag: "Establishments",
            summary: "The establishments, by UAI.",
            query: [
                .slug("territory", "Only this territory's."),
                .text("search", "Words of the name, the town or the UAI.", maxLength: 100),
                .enumeration("state", Establishment.State.allCases.map(\.rawValue), "Only those in this state."),
            ] + Parameter.paging,
            answers: [.json(ListPage<EstablishmentAnswer>.schema, "A page of establishments.")]
        ) { call in
            let charge = service.charge(call)
            let wanted = call.query.text("territory")
            let words = call.query.text("search").map(NameFolding.words) ?? []
            let state = call.query.choice("state", Establishment.State.self)
            let after = call.query.text("cursor") ?? ""
            // All of them are in memory, in the order of their UAI.
            let found = service.tenancy.map.inOrder.lazy.filter { establishment in
                establishment.uai.rawValue > after && (wanted == nil || establishment.territory.rawValue == wanted)
                    && (state == nil || establishment.state == state) && charge.contains(establishment)
                    && establishment.matches(words)
            }.prefix(call.listLimit + 1).map { EstablishmentAnswer(establishment: $0, look: service.look(of: $0.id)) }
            return .json(ListPage(Array(found), limit: call.listLimit) { $0.establishment.uai.rawValue })
        }
    }

    private var establishment: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}", access: AdminAPI.administrators, tag: "Establishments",
            summary: "One establishment.", parameters: [.uai("establishment", "Its UAI.")],
            answers: [.json(EstablishmentAnswer.schema, "The establishment.")]
        ) { call in
            .json(try service.answer(service.establishment(call).id))
        }
    }

    // MARK: Shards and nodes

    private var shards: Route {
        .api(
            .get, "/api/v1/shards", access: AdminAPI.ofTerritories, tag: "Platform",
            summary: "The shards, with how many establishments each holds.",
            description:
                "One that answers also says how large its database is, how many servers follow it, and how far the last of them is behind.",
            answers: [.json(.object([.required("shards", .array(of: ShardAnswer.schema))]), "By identifier.")]
        ) { _ in
            let states = await service.tenancy.onEveryShard { shard in try await shard.serverState() }
            let map = service.tenancy.map
            let shards = map.shards.values.sorted { $0.id < $1.id }.map { shard in
                ShardAnswer(
                    shard: shard, establishments: map.establishments(on: shard.id).count,
                    server: states.first { $0.shard == shard.id }.flatMap { try? $0.result.get() })
            }
            return .json { writer in writer.object { $0.field("shards", shards) } }
        }
    }

    private struct NewShard: Decodable {
        let id: Int
        let name: String?
        let host: String
        let port: Int
        let database: String
        let weight: Int?
    }

    private var addShard: Route {
        .api(
            .post, "/api/v1/shards", access: .operatorToken, tag: "Platform",
            summary: "Makes a shard known, brings its schema up to date and puts it to use; safe to repeat.",
            body: .json(
                .object([
                    .required("id", .integer(1...32_767)), .optional("name", .nullable(.text(1...63))),
                    .required("host", .text(1...253)), .required("port", .integer(1...65_535)),
                    .required("database", .text(1...63)), .optional("weight", .nullable(.integer(0...1000))),
                ])),
            answers: [.json(ShardAnswer.schema, "The shard.", status: 201)], errors: [.shardNotMigrated]
        ) { call in
            let body = try await call.jsonBody(as: NewShard.self)
            let shard = try await service.addShard(
                ShardID(rawValue: Int16(clamping: body.id)), name: body.name ?? "shard-\(body.id)",
                address: Shard.Address(host: body.host, port: body.port, database: body.database),
                weight: body.weight ?? 100, by: service.actor(call))
            let count = service.tenancy.map.establishments(on: shard.id).count
            return .json(ShardAnswer(shard: shard, establishments: count), status: .created)
        }
    }

    private var nodes: Route {
        .api(
            .get, "/api/v1/nodes", access: AdminAPI.ofTerritories, tag: "Platform", summary: "The nodes.",
            answers: [.json(.object([.required("nodes", .array(of: NodeAnswer.schema))]), "By name.")]
        ) { call in
            let nodes = try await service.nodes.all().map { NodeAnswer(node: $0, now: call.now) }
            return .json { writer in writer.object { $0.field("nodes", nodes) } }
        }
    }

    // MARK: Manifests

    private struct Manifests: Decodable {
        struct File: Decodable {
            let path: String
            let content: String
        }

        let files: [File]

        static let schema = Schema.object([
            .required(
                "files",
                .array(
                    of: .object([
                        .required("path", .text(1...500), "From the folder of manifests on: eure/rules.yaml."),
                        .required("content", .text(0...(4 << 20))),
                    ]), 1...2000))
        ])

        func set() throws -> ManifestSet {
            do {
                return try ManifestSet(files.map { ManifestFile(path: $0.path, bytes: Array($0.content.utf8)) })
            } catch {
                throw ControlError.manifests(error.description)
            }
        }
    }

    private var plan: Route {
        .api(
            .post, "/api/v1/manifests/plan", access: .operatorToken, tag: "Manifests",
            summary: "What applying these manifests would change; changes nothing.",
            body: .json(Manifests.schema, limit: 32 << 20),
            answers: [.json(AdminAPI.withText(Plan.schema), "The plan, and as people read it.")],
            errors: [.invalidManifests]
        ) { call in
            let manifests = try await call.jsonBody(as: Manifests.self).set()
            let plan = try await Apply.plan(manifests, in: service.directory)
            return AdminAPI.answer(plan, text: plan.text)
        }
    }

    private var apply: Route {
        .api(
            .post, "/api/v1/manifests/apply", access: .operatorToken, tag: "Manifests",
            summary: "Makes the platform what these manifests say; safe to repeat.",
            body: .json(Manifests.schema, limit: 32 << 20),
            answers: [.json(AdminAPI.withText(ApplyResult.schema), "What was done.")],
            errors: [.invalidManifests, .planRefused]
        ) { call in
            let manifests = try await call.jsonBody(as: Manifests.self).set()
            let result = try await Apply.apply(
                manifests, by: service.actor(call), requestID: call.request.id, in: service.directory, service.tenancy)
            return AdminAPI.answer(result, text: result.text)
        }
    }

    private static func withText(_ schema: Schema) -> Schema {
        .object([.required("text", .text(0...(1 << 20)), "For people."), .required("result", schema)])
    }

    private static func answer(_ result: some JSONRepresentable, text: String) -> Response {
        .json { writer in
            writer.object { writer in
                writer.field("text", text)
                writer.field("result", result)
            }
        }
    }

    // MARK: Demonstration

    private struct DemoSize: Decodable {
        let schoolsPerTerritory: Int?
        let pupilsPerClass: Int?

        private enum CodingKeys: String, CodingKey {
            case schoolsPerTerritory = "schools_per_territory"
            case pupilsPerClass = "pupils_per_class"
        }
    }

    private var demo: Route {
        .api(
            .post, "/api/v1/demo", access: .operatorToken, tag: "Platform",
            summary: "Fills a few establishments of each territory with invented schools; refused in production.",
            body: .json(
                .object([
                    .optional("schools_per_territory", .nullable(.integer(1...400))),
                    .optional("pupils_per_class", .nullable(.integer(1...40))),
                ])),
            answers: [
                .json(
                    .object([
                        .required(
                            "accounts",
                            .array(
                                of: .object([
                                    .required("login", .text()), .required("password", .text()),
                                    .required("profile", .text()), .required("establishments", .array(of: .uai)),
                                    .required("territory", .text()),
                                ])))
                    ]), "A few accounts of each kind.")
            ], errors: [.notInProduction]
        ) { call in
            guard !service.isProduction else { throw ControlError.notInProduction }
            let body = try await call.jsonBody(as: DemoSize.self)
            let seed = DemoSeed(
                tenancy: service.tenancy, accounts: AccountProvisioningStore(service.directory), hasher: service.hasher)
            let standard = DemoSeed.Size()
            let logins = try await seed.run(
                DemoSeed.Size(
                    schoolsPerTerritory: body.schoolsPerTerritory ?? standard.schoolsPerTerritory,
                    pupilsPerClass: body.pupilsPerClass ?? standard.pupilsPerClass))
            return .json { writer in
                writer.object { writer in
                    writer.array("accounts", logins) { writer, login in
                        writer.object { writer in
                            writer.field("login", login.login)
                            writer.field("password", DemoSeed.password)
                            writer.field("profile", login.role.rawValue)
                            writer.field("establishments", login.establishments.map(\.rawValue))
                            writer.field("territory", login.territory.rawValue)
                        }
                    }
                }
            }
        }
    }
}
