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
        [configuration, resourceTypes, resourceType, schemas, schema, search] + users + groups
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

    // MARK: Users

    private static let account = [Parameter.uuid("id", "The user's number.")]

    private var users: [Route] {
        let service = service
        let id = { @Sendable (call: Call) in AccountID(rawValue: try call.path.uuid("id")) }
        let type = SCIMResourceType.user
        return [
            route(.get, "/Users", "People, within the caller's charge.", query: SCIMQuery.parameters) { call in
                let query = SCIMQuery(call.query)
                let (total, resources) = try await service.list(query, try service.scope(call))
                return SCIMService.list(resources, total: total, start: query.start)
            },
            route(.post, "/Users/.search", "The same, asked for by a body.", hasBody: true) { call in
                let query = try SCIMQuery(search: try await service.message(call, schema: SCIMMessage.search))
                let (total, resources) = try await service.list(query, try service.scope(call))
                return SCIMService.list(resources, total: total, start: query.start)
            },
            route(
                .post, "/Users", "Makes an account, or opens that of somebody who comes back.",
                query: SCIMQuery.projection,
                hasBody: true, status: 201
            ) { call in
                let body = try await service.message(call, schema: type.core)
                let projection = try SCIMQuery(call.query).projection(of: type)
                return SCIMService.answer(try await service.create(body, call), projection, status: .created)
            },
            route(.get, "/Users/{id}", "One person.", parameters: SCIMAPI.account, query: SCIMQuery.projection) {
                call in
                let scope = try service.scope(call)
                let user = try await service.user(try id(call), scope)
                return SCIMService.answer(
                    service.resource(user, scope), try SCIMQuery(call.query).projection(of: type))
            },
            route(
                .put, "/Users/{id}", "Says all of a person anew.", parameters: SCIMAPI.account,
                query: SCIMQuery.projection, hasBody: true
            ) { call in
                let body = try await service.message(call, schema: type.core)
                let projection = try SCIMQuery(call.query).projection(of: type)
                let resource = try await service.update(try id(call), call) { current in
                    try SCIMReplacement.resource(body, replacing: current, of: type)
                }
                return SCIMService.answer(resource, projection)
            },
            route(
                .patch, "/Users/{id}", "Changes some of a person.", parameters: SCIMAPI.account,
                query: SCIMQuery.projection, hasBody: true
            ) { call in
                let message = try await service.message(call, schema: SCIMMessage.patch)
                let operations = try SCIMMessage.operations(message, of: type)
                let projection = try SCIMQuery(call.query).projection(of: type)
                let resource = try await service.update(try id(call), call) { current in
                    try SCIMPatch.apply(operations, to: current, of: type)
                }
                return SCIMService.answer(resource, projection)
            },
            route(
                .delete, "/Users/{id}", "The person leaves: suspended now, erased in time, found again on return.",
                parameters: SCIMAPI.account, status: 204
            ) { call in
                try await service.delete(try id(call), call)
                return .status(.noContent)
            },
        ]
    }

    // MARK: Groups

    private static let group = [Parameter.text("id", "The group's number.", maxLength: 60)]

    private var groups: [Route] {
        let service = service
        let type = SCIMResourceType.group
        return [
            route(.get, "/Groups", "Classes and groups of this year.", query: SCIMQuery.parameters) { call in
                let query = SCIMQuery(call.query)
                let (total, resources) = try await service.listGroups(query, try service.scope(call))
                return SCIMService.list(resources, total: total, start: query.start)
            },
            route(.post, "/Groups/.search", "The same, asked for by a body.", hasBody: true) { call in
                let query = try SCIMQuery(search: try await service.message(call, schema: SCIMMessage.search))
                let (total, resources) = try await service.listGroups(query, try service.scope(call))
                return SCIMService.list(resources, total: total, start: query.start)
            },
            route(
                .post, "/Groups", "Makes a class or a group.", query: SCIMQuery.projection, hasBody: true, status: 201
            ) { call in
                let body = try await service.message(call, schema: type.core)
                let projection = try SCIMQuery(call.query).projection(of: type)
                return SCIMService.answer(try await service.createGroup(body, call), projection, status: .created)
            },
            route(.get, "/Groups/{id}", "One group.", parameters: SCIMAPI.group, query: SCIMQuery.projection) { call in
                let scope = try service.scope(call)
                let group = try await service.group(try call.path.text("id"), scope).group
                return SCIMService.answer(
                    service.resource(group, scope), try SCIMQuery(call.query).projection(of: type))
            },
            route(
                .put, "/Groups/{id}", "Says all of a group anew.", parameters: SCIMAPI.group,
                query: SCIMQuery.projection, hasBody: true
            ) { call in
                let body = try await service.message(call, schema: type.core)
                let projection = try SCIMQuery(call.query).projection(of: type)
                let resource = try await service.updateGroup(try call.path.text("id"), call) { current in
                    try SCIMReplacement.resource(body, replacing: current, of: type)
                }
                return SCIMService.answer(resource, projection)
            },
            route(
                .patch, "/Groups/{id}", "Changes some of a group.", parameters: SCIMAPI.group,
                query: SCIMQuery.projection, hasBody: true
            ) { call in
                let message = try await service.message(call, schema: SCIMMessage.patch)
                let operations = try SCIMMessage.operations(message, of: type)
                let projection = try SCIMQuery(call.query).projection(of: type)
                let resource = try await service.updateGroup(try call.path.text("id"), call) { current in
                    try SCIMPatch.apply(operations, to: current, of: type)
                }
                return SCIMService.answer(resource, projection)
            },
            route(
                .delete, "/Groups/{id}", "Removes a group that no lesson and no homework hangs on.",
                parameters: SCIMAPI.group, status: 204
            ) { call in
                try await service.deleteGroup(try call.path.text("id"), call)
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
