internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// OneRoster in and out, and the documents of SIECLE and STS-web.
package struct RosterAPI: Sendable {
    private let service: FeedService

    package init(_ service: FeedService) { self.service = service }

    package var routes: [Route] {
        [
            receive(
                .oneRoster,
                summary: "Takes in a OneRoster 1.2 delivery and says what it would change; changes nothing yet.",
                description:
                    "A zip, or a tar with or without gzip, of the CSV files, in bulk mode; a school's identifier is its UAI."
            ),
            receive(
                .siecle, summary: "Takes in a school's SIECLE and STS-web exports and says what they would change.",
                description:
                    "A zip, or a tar with or without gzip, of one school's documents: ElevesSansAdresses, ResponsablesAvecAdresses, Structures, Nomenclature, sts_emp. Whoever's document is missing does not count as gone."
            ),
            export,
        ]
    }

    private static let largest = 256 << 20

    private func receive(_ format: RosterReader.Format, summary: String, description: String) -> Route {
        .api(
            .post, format == .oneRoster ? "/api/v1/imports/oneroster" : "/api/v1/imports/siecle",
            access: AdminAPI.ofTerritories, tag: "Imports", summary: summary, description: description,
            query: [
                .uuid("import", "The new import's identifier, chosen by the caller.").required,
                .slug("into", "The territory that it is about, in which unknown establishments are created.").required,
                .flag("dry_run", "Only say what would change."),
            ],
            body: .stream(
                ["application/x-tar", "application/gzip", "application/zip", "application/octet-stream"],
                limit: RosterAPI.largest),
            answers: [.json(FeedAnswer.schema, "The import, planned.", status: 201)],
            errors: [
                .feedUnreadable, .feedTooLarge, .feedMissingColumn, .feedTerritory, .feedForeignAcademy,
                .feedWrongState,
            ]
        ) { call in
            guard let id = call.query.uuid("import"),
                let territory = call.query.text("into").flatMap(TerritoryID.init(rawValue:))
            else { throw Problem(.internalError) }
            let charge = service.admin.charge(call)
            // One that nobody knows is told as such to those who may know all.
            if !charge.coversPlatform(.imports) { try charge.require(.imports, in: territory) }
            let type = call.request.header("content-type").map { $0.prefix { $0 != ";" }.lowercased() }
            guard let type, call.route.body.mediaTypes.contains(type) else { throw Problem(.unsupportedMediaType) }
            let order = FeedService.Order(
                id: id, territory: territory, academy: nil, isDryRun: call.query.flag("dry_run"),
                actor: service.admin.actor(call), charge: charge)
            let body = call.request.body
            body.allow(upTo: RosterAPI.largest)
            let feed = try await service.receive(order, format) { try await body.next() }
            return .json(FeedAnswer(feed: feed, language: call.language), status: .created)
        }
    }

    private var export: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}/oneroster.zip", access: AdminAPI.administrators,
            tag: "Imports", summary: "A school as a OneRoster 1.2 delivery, in bulk mode.",
            description: "Without passwords, dates of birth, addresses, and mail addresses other than those of staff.",
            parameters: [.uai("establishment", "The school.")],
            answers: [.other("application/zip", "The CSV files, flat.")], errors: [.noRight, .feedWrongState]
        ) { call in
            let establishment = try service.admin.establishment(call, for: .imports)
            try await service.admin.noteExport("people.export", of: establishment, ["kind": "oneroster"], call)
            let territory = service.admin.tenancy.territories[establishment.territory]
            let export = try await OneRosterStore(service.admin.directory, service.admin.tenancy).read(
                establishment, (establishment.territory.rawValue, territory?.name ?? establishment.territory.rawValue))
            return Response(
                status: .ok,
                headers: [
                    ("Content-Type", "application/zip"),
                    ("Content-Disposition", "attachment; filename=\"oneroster-\(establishment.uai.rawValue).zip\""),
                    ("Cache-Control", "no-store"),
                ], body: .bytes(try export.archive()))
        }
    }
}
