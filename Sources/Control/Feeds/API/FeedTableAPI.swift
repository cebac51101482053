internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// A school's own tables: in and out. And the upkeep of those who have disappeared.
package struct FeedTableAPI: Sendable {
    private let service: FeedService

    package init(_ service: FeedService) { self.service = service }

    package var routes: [Route] { [receive, export, upkeep] }

    private static let kinds = FeedKind.allCases.map(\.rawValue)

    private var receive: Route {
        .api(
            .post, "/api/v1/imports/csv", access: AdminAPI.administrators, tag: "Imports",
            summary: "Takes in a table of one school's people and says what it would change; changes nothing yet.",
            description:
                "Encoding, separator and dates are found out. Columns are recognised by their names, or as `map` says (`Né(e) le=birth_date|Matricule=key`), which is remembered.",
            query: [
                .uuid("import", "The new import's identifier, chosen by the caller.").required,
                .uai("establishment", "The school.").required,
                .enumeration("kind", kinds, "Whom the table is about.").required,
                .text("map", "Names of columns and what they are.", maxLength: 2000),
                .flag("complete", "Who is not in it is gone."), .flag("dry_run", "Only say what would change."),
            ],
            body: .stream(["text/csv", "application/octet-stream"], limit: CSVText.mostBytes),
            answers: [.json(FeedAnswer.schema, "The import, planned.", status: 201)],
            errors: [
                .feedUnreadable, .feedTooLarge, .feedMissingColumn, .feedWrongState, .unanswerableParameter,
            ]
        ) { call in
            guard let uai = call.query.text("establishment").flatMap(UAI.init(rawValue:)),
                let establishment = service.admin.tenancy.map[uai]
            else { throw Problem(.notFound) }
            try service.admin.charge(call).require(.imports, in: establishment)
            guard let id = call.query.uuid("import"), let kind = call.query.choice("kind", FeedKind.self) else {
                throw Problem(.internalError)
            }
            let type = call.request.header("content-type").map { $0.prefix { $0 != ";" }.lowercased() }
            guard let type, call.route.body.mediaTypes.contains(type) else { throw Problem(.unsupportedMediaType) }
            let order = FeedService.Order(
                id: id, territory: establishment.territory, academy: nil, isDryRun: call.query.flag("dry_run"),
                actor: service.admin.actor(call))
            let table = FeedService.Table(
                establishment: establishment, kind: kind, mapping: try mapping(call.query.text("map") ?? ""),
                isComplete: call.query.flag("complete"))
            let bytes = try await call.request.body.collect(upTo: CSVText.mostBytes)
            let feed = try await service.receive(order, table, bytes)
            return .json(FeedAnswer(feed: feed, language: call.language), status: .created)
        }
    }

    private var kinds: [String] { FeedTableAPI.kinds }

    private func mapping(_ text: String) throws(Problem) -> [String: CSVColumns.Field] {
        var mapping: [String: CSVColumns.Field] = [:]
        for line in text.split(separator: "|") {
            guard let sign = line.lastIndex(of: "="),
                let field = CSVColumns.Field(rawValue: line[line.index(after: sign)...].trimmedOfSpaces)
            else { throw .unanswerable(parameter: "map", .unknownColumnKind) }
            mapping[line[..<sign].trimmedOfSpaces.lowercased()] = field
        }
        return mapping
    }

    private var export: Route {
        .api(
            .get, "/api/v1/establishments/{establishment}/people.csv", access: AdminAPI.administrators, tag: "Imports",
            summary: "The people of a school as a table; no cell of it is a formula.",
            parameters: [.uai("establishment", "The school.")],
            query: [.enumeration("kind", kinds, "Only these.")],
            answers: [.other("text/csv", "The table: UTF-8, semicolons.")]
        ) { call in
            let establishment = try service.admin.establishment(call, for: .imports)
            let kind = call.query.choice("kind", FeedKind.self)
            try await service.admin.noteExport(
                "people.export", of: establishment, ["kind": .string(kind?.rawValue ?? "all")], call)
            let bytes = try await service.export(establishment, kind)
            return Response(
                status: .ok,
                headers: [
                    ("Content-Type", "text/csv; charset=utf-8"),
                    ("Content-Disposition", "attachment; filename=\"\(establishment.uai.rawValue).csv\""),
                    ("Cache-Control", "no-store"),
                ], body: .bytes(bytes))
        }
    }

    private var upkeep: Route {
        .api(
            .post, "/api/v1/imports/upkeep", access: .operatorToken, tag: "Imports",
            summary: "Suspends and erases those who disappeared long enough ago, as happens every hour by itself.",
            answers: [
                .json(
                    .object([.required("suspended", .integer()), .required("erased", .integer())]), "How many people.")
            ]
        ) { _ in
            let done = try await FeedUpkeep(service).run()
            return .json { writer in
                writer.object { writer in
                    writer.field("suspended", done.suspended)
                    writer.field("erased", done.erased)
                }
            }
        }
    }
}

extension AdminService {
    /// Who took everybody of a school away belongs into the log, before the first of them is read.
    func noteExport(_ action: String, of establishment: Establishment, _ what: JSON, _ call: Call) async throws {
        try await audit.write(
            AuditEntry(
                action, by: actor(call), territory: establishment.territory, establishment: establishment.id,
                target: establishment.uai.rawValue, after: what))
    }
}

extension Phrase {
    fileprivate static let unknownColumnKind = Phrase(
        fr: "Des colonnes et ce qu'elles sont : « Nom=family_name|Matricule=key ».",
        en: "Columns and what they are: “Nom=family_name|Matricule=key”.")
}
