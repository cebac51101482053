internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Imports of accounts: sent as an archive, planned, carried out step by step, looked at.
package struct FeedAPI: Sendable {
    private let service: FeedService

    package init(_ service: FeedService) { self.service = service }

    package var routes: [Route] { [receive, list, show, step] }

    /// More than the largest academy's archive, unpacked.
    private static let largestArchive = 16 << 30

    private var receive: Route {
        .api(
            .post, "/api/v1/imports/aaf", access: AdminAPI.ofTerritories, tag: "Imports",
            summary: "Takes in an archive of AAF files and says what it would change; changes nothing yet.",
            description:
                "A zip, or a tar with or without gzip. Several academies may be in one, each in a folder of its own.",
            query: [
                .uuid("import", "The new import's identifier, chosen by the caller.").required,
                .slug("into", "The territory in which unknown establishments are created."),
                .text("academy", "The academy's number, where the files do not say it.", maxLength: 10),
                .flag("dry_run", "Only say what would change."),
            ],
            body: .stream(
                ["application/x-tar", "application/gzip", "application/zip", "application/octet-stream"],
                limit: FeedAPI.largestArchive),
            answers: [.json(FeedAnswer.schema, "The import, planned.", status: 201)],
            errors: [
                .feedUnreadable, .feedTooLarge, .feedUnknownAcademy, .feedTerritory, .feedForeignAcademy,
                .feedWrongState,
                .unanswerableParameter,
            ]
        ) { call in
            let order = try order(call)
            try checkMediaType(call)
            let body = call.request.body
            body.allow(upTo: FeedAPI.largestArchive)
            let feed = try await service.receive(order) { try await body.next() }
            return .json(FeedAnswer(feed: feed, language: call.language), status: .created)
        }
    }

    /// What every reception has in its query. - Throws: for a territory that is not the caller's.
    private func order(_ call: Call) throws -> FeedService.Order {
        guard let id = call.query.uuid("import") else { throw Problem(.internalError) }
        let territory = call.query.text("into").flatMap(TerritoryID.init(rawValue:))
        let academy = call.query.text("academy")
        if let academy, AAFHeader.number(academy) == nil {
            throw Problem.unanswerable(parameter: "academy", .unknownAcademyNumber)
        }
        let charge = service.admin.charge(call)
        if let territory {
            // One that nobody knows is told as such to those who may know all.
            if !charge.coversPlatform(.imports) { try charge.require(.imports, in: territory) }
        } else {
            // Without a territory the feed may concern anybody's establishments.
            try charge.requirePlatform(.imports)
        }
        return FeedService.Order(
            id: id, territory: territory, academy: academy.flatMap(AAFHeader.number),
            isDryRun: call.query.flag("dry_run"), actor: service.admin.actor(call), charge: charge)
    }

    private func checkMediaType(_ call: Call) throws(Problem) {
        let type = call.request.header("content-type").map { $0.prefix { $0 != ";" }.lowercased() }
        guard let type, call.route.body.mediaTypes.contains(type) else { throw Problem(.unsupportedMediaType) }
    }

    private var list: Route {
        .api(
            .get, "/api/v1/imports", access: AdminAPI.administrators, tag: "Imports",
            summary: "Imports, the newest first.",
            query: Parameter.paging, answers: [.json(ListPage<FeedLineAnswer>.schema, "A page of imports.")]
        ) { call in
            let after = try call.cursor { UUID($0) }
            let lines = try await service.latest(
                after: after, limit: call.listLimit + 1, scope: service.admin.charge(call).rows(.imports))
            return .json(ListPage(lines.map(FeedLineAnswer.init), limit: call.listLimit) { $0.line.id.description })
        }
    }

    private var show: Route {
        .api(
            .get, "/api/v1/imports/{import}", access: AdminAPI.administrators, tag: "Imports",
            summary: "One import: where it stands, its numbers, its anomalies.",
            parameters: [.uuid("import", "The import.")], answers: [.json(FeedAnswer.schema, "The import.")]
        ) { call in
            .json(FeedAnswer(feed: try await service.find(call), language: call.language))
        }
    }

    private struct Step: Decodable {
        let accept: Bool?
    }

    private var step: Route {
        .api(
            .post, "/api/v1/imports/{import}/steps", access: AdminAPI.administrators, tag: "Imports",
            summary: "Carries out some of an import, for a few seconds; repeated until it is done, also after a crash.",
            parameters: [.uuid("import", "The import.")],
            body: .json(
                .object([
                    .optional("accept", .nullable(.boolean), "Agrees to more departures than usual.")
                ])),
            answers: [.json(FeedAnswer.schema, "The import as it stands now.")],
            errors: [.feedGuarded, .feedWrongState, .feedTerritory]
        ) { call in
            let feed = try await service.find(call)
            let body = try await call.jsonBody(as: Step.self)
            let done = try await service.step(
                feed.id, accepts: body.accept ?? false, by: service.admin.actor(call))
            return .json(FeedAnswer(feed: done, language: call.language))
        }
    }
}

extension FeedService {
    /// The import of the path, if it is of what the caller has in their charge: else it does not exist.
    func find(_ call: Call) async throws -> FeedImport {
        let feed = try await find(try call.path.uuid("import"))
        let charge = admin.charge(call)
        if charge.coversPlatform(.imports) { return feed }
        if let territory = feed.territory, charge.covers(territory, .imports) { return feed }
        if let id = feed.establishment, let establishment = admin.tenancy.map[id],
            charge.covers(establishment, .imports)
        {
            return feed
        }
        throw FeedError.unknownImport
    }
}
