internal import HTTP
internal import Runtime
internal import Tenancy
package import Web

/// `/scim/v2`: identity providers of regions, departments and schools provision people and groups (RFC 7643, RFC 7644).
///
/// Each route asks for a token or a session of the admin service, with accounts in its charge; what is outside of that charge
/// is not there.
package struct SCIMAPI: Sendable {
    private let service: SCIMService

    package init(_ admin: AdminService) { service = SCIMService(admin) }

    package var routes: [Route] {
        [configuration, resourceTypes, resourceType, schemas, schema, search] + routes(of: users) + routes(of: groups)
    }

    private static let contents = RequestContent.stream(
        [SCIMMessage.mediaType, "application/json"], limit: SCIMMessage.longest)
    private static let errors: [ProblemCode] = [.noRight] + ProblemCode.scim

    private func route(
        _ method: Method, _ pattern: String, _ summary: String, parameters: [Parameter] = [], query: [Parameter] = [],
        hasBody: Bool = false, status: Int = 200, handler: @escaping Route.Handler
    ) -> Route {
        .resource(
            method, "/scim/v2" + pattern, access: AdminAPI.administrators, tag: "SCIM", summary: summary,
            parameters: parameters, query: query, body: hasBody ? SCIMAPI.contents : .none,
            answers: [
                status == 204 ? .empty("Done.") : .other(SCIMMessage.mediaType, "RFC 7644.", status: status)
            ], errors: SCIMAPI.errors, handler: handler)
    }

    // MARK: People and groups

    /// What both kinds of resources can do, and in which words it is told.
    private struct Collection: Sendable {
        let type: SCIMResourceType
        /// `/Users`.
        let path: String
        let id: Parameter
        let summaries: (list: String, create: String, read: String, replace: String, change: String, remove: String)
        let list: @Sendable (SCIMQuery, SCIMService.Scope) async throws -> (total: Int, resources: [JSON])
        let create: @Sendable (JSON, Call) async throws -> JSON
        let read: @Sendable (Call, SCIMService.Scope) async throws -> JSON
        let update: @Sendable (Call, @Sendable (JSON) throws -> JSON) async throws -> JSON
        let remove: @Sendable (Call) async throws -> Void
    }

    private var users: Collection {
        let service = service
        let id = { @Sendable (call: Call) in AccountID(rawValue: try call.path.uuid("id")) }
        return Collection(
            type: .user, path: "/Users", id: .uuid("id", "The user's number."),
            summaries: (
                "People, within the caller's charge.", "Makes an account, or opens that of somebody who comes back.",
                "One person.", "Says all of a person anew.", "Changes some of a person.",
                "The person leaves: suspended now, erased in time, found again on return."
            ),
            list: { try await service.list($0, $1) }, create: { try await service.create($0, $1) },
            read: { service.resource(try await service.user(try id($0), $1), $1) },
            update: { try await service.update(try id($0), $0, $1) },
            remove: { try await service.delete(try id($0), $0) })
    }

    private var groups: Collection {
        let service = service
        let id = { @Sendable (call: Call) in try call.path.text("id") }
        return Collection(
            type: .group, path: "/Groups", id: .text("id", "The group's number.", maxLength: 60),
            summaries: (
                "Classes and groups of this year.", "Makes a class or a group.", "One group.",
                "Says all of a group anew.", "Changes some of a group.",
                "Removes a group that no lesson and no homework hangs on."
            ),
            list: { try await service.listGroups($0, $1) }, create: { try await service.createGroup($0, $1) },
            read: { service.resource(try await service.group(try id($0), $1).group, $1) },
            update: { try await service.updateGroup(try id($0), $0, $1) },
            remove: { try await service.deleteGroup(try id($0), $0) })
    }

    private func routes(of collection: Collection) -> [Route] {
        let service = service
        let (type, one, words) = (collection.type, collection.path + "/{id}", collection.summaries)
        return [
            route(.get, collection.path, words.list, query: SCIMQuery.parameters) { call in
                let query = SCIMQuery(call.query)
                let (total, resources) = try await collection.list(query, try service.scope(call))
                return SCIMService.list(resources, total: total, start: query.start)
            },
            route(.post, collection.path + "/.search", "The same, asked for by a body.", hasBody: true) { call in
                let query = try SCIMQuery(search: try await service.message(call, schema: SCIMMessage.search))
                let (total, resources) = try await collection.list(query, try service.scope(call))
                return SCIMService.list(resources, total: total, start: query.start)
            },
            route(.post, collection.path, words.create, query: SCIMQuery.projection, hasBody: true, status: 201) {
                call in
                let body = try await service.message(call, schema: type.core)
                let projection = try SCIMQuery(call.query).projection(of: type)
                return SCIMService.answer(try await collection.create(body, call), projection, status: .created)
            },
            route(.get, one, words.read, parameters: [collection.id], query: SCIMQuery.projection) { call in
                let resource = try await collection.read(call, try service.scope(call))
                return SCIMService.answer(resource, try SCIMQuery(call.query).projection(of: type))
            },
            route(
                .put, one, words.replace, parameters: [collection.id], query: SCIMQuery.projection, hasBody: true
            ) { call in
                let body = try await service.message(call, schema: type.core)
                let projection = try SCIMQuery(call.query).projection(of: type)
                let resource = try await collection.update(call) { current in
                    try SCIMReplacement.resource(body, replacing: current, of: type)
                }
                return SCIMService.answer(resource, projection)
            },
            route(
                .patch, one, words.change, parameters: [collection.id], query: SCIMQuery.projection, hasBody: true
            ) { call in
                let message = try await service.message(call, schema: SCIMMessage.patch)
                let operations = try SCIMMessage.operations(message, of: type)
                let projection = try SCIMQuery(call.query).projection(of: type)
                let resource = try await collection.update(call) { current in
                    try SCIMPatch.apply(operations, to: current, of: type)
                }
                return SCIMService.answer(resource, projection)
            },
            route(.delete, one, words.remove, parameters: [collection.id], status: 204) { call in
                try await collection.remove(call)
                return .status(.noContent)
            },
        ]
    }

    // MARK: Both

    private var search: Route {
        let service = service
        return route(.post, "/.search", "People and groups in one list, people first.", hasBody: true) { call in
            let query = try SCIMQuery(search: try await service.message(call, schema: SCIMMessage.search))
            let (total, resources) = try await service.search(query, try service.scope(call))
            return SCIMService.list(resources, total: total, start: query.start)
        }
    }

    // MARK: Discovery

    private static let filter = [
        Parameter.text("filter", "Refused: these are read whole.", maxLength: SCIMFilterParser.longest)
    ]

    private func discovery(
        _ pattern: String, _ summary: String, parameters: [Parameter] = [],
        _ answer: @escaping @Sendable (Call) throws -> Response
    ) -> Route {
        route(.get, pattern, summary, parameters: parameters, query: SCIMAPI.filter) { call in
            guard call.query.text("filter") == nil else { throw SCIMError.filterForbidden }
            return try answer(call)
        }
    }

    private var configuration: Route {
        let service = service
        return discovery("/ServiceProviderConfig", "What this service can do.") { call in
            SCIMService.answer(SCIMDiscovery.configuration(base: try service.scope(call).base), nil)
        }
    }

    private var resourceTypes: Route {
        let service = service
        return discovery("/ResourceTypes", "The kinds of resources.") { call in
            let base = try service.scope(call).base
            let types = SCIMResourceType.allCases.map { SCIMDiscovery.resourceType($0, base: base) }
            return SCIMService.list(types, total: types.count, start: 1)
        }
    }

    private var resourceType: Route {
        let service = service
        return discovery(
            "/ResourceTypes/{type}", "One kind of resources.",
            parameters: [.text("type", "User or Group.", maxLength: 200)]
        ) { call in
            guard let type = SCIMResourceType(rawValue: try call.path.text("type")) else { throw Problem(.notFound) }
            return SCIMService.answer(SCIMDiscovery.resourceType(type, base: try service.scope(call).base), nil)
        }
    }

    private var schemas: Route {
        let service = service
        return discovery("/Schemas", "Every attribute there is.") { call in
            let scope = try service.scope(call)
            let schemas = SCIMDiscovery.schemas(base: scope.base, establishments: service.someEstablishments(scope))
            return SCIMService.list(schemas, total: schemas.count, start: 1)
        }
    }

    private var schema: Route {
        let service = service
        return discovery(
            "/Schemas/{schema}", "The attributes of one schema.",
            parameters: [.text("schema", "Its URN.", maxLength: 200)]
        ) { call in
            let scope = try service.scope(call)
            let wanted = try call.path.text("schema").lowercased()
            let schemas = SCIMDiscovery.schemas(base: scope.base, establishments: service.someEstablishments(scope))
            guard let schema = schemas.first(where: { $0["id"]?.text?.lowercased() == wanted }) else {
                throw Problem(.notFound)
            }
            return SCIMService.answer(schema, nil)
        }
    }
}
