internal import HTTP
internal import Postgres
internal import Runtime
internal import Tenancy
package import Web

/// The audit log: searched page by page, and taken away whole.
package struct AuditAPI: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [list, export] }

    static let filters: [Parameter] = [
        .text("actor", "An account's number or a token's name.", maxLength: 100),
        .text("action", "An action or its beginning: establishment.", maxLength: 100),
        .slug("territory", "Only acts on this territory."), .uai("establishment", "Only acts on this establishment."),
        .text("target", "What was acted on: a UAI, a number, a name.", maxLength: 200),
        .date("since", "From this day on (UTC)."), .date("until", "Up to this day, included (UTC)."),
    ]

    private var list: Route {
        .api(
            .get, "/api/v1/audit", access: AdminAPI.administrators, tag: "Audit",
            summary: "Administrative acts in the caller's charge, the newest first.",
            query: AuditAPI.filters + Parameter.paging,
            answers: [.json(ListPage<AuditAnswer>.schema, "A page of acts.")], errors: [.notFound]
        ) { call in
            let filter = try service.auditFilter(call)
            let before = try call.cursor { Int64($0) }
            let records = try await service.audit.list(filter, before: before, limit: call.listLimit + 1)
            return .json(
                ListPage(records.map(service.answer), limit: call.listLimit) { String($0.record.number) })
        }
    }

    private var export: Route {
        .api(
            .get, "/api/v1/audit/export", access: AdminAPI.administrators, tag: "Audit",
            summary: "The same acts, all of them, as CSV or as JSON lines.",
            query: AuditAPI.filters + [.enumeration("format", ["csv", "jsonl"], "JSON lines when absent.")],
            answers: [.other("application/x-ndjson", "One act a line."), .other("text/csv", "The same as a table.")],
            errors: [.notFound]
        ) { call in
            let filter = try service.auditFilter(call)
            let isCSV = call.query.text("format") == "csv"
            // Who took the log away belongs into the log.
            try await service.noteExport(filter, format: isCSV ? "csv" : "jsonl", call)
            var response = Response(
                status: .ok,
                headers: [
                    ("Content-Type", isCSV ? "text/csv; charset=utf-8" : "application/x-ndjson"),
                    ("Cache-Control", "no-store"),
                ],
                body: .stream(length: nil) { writer in
                    try await service.export(filter, isCSV: isCSV, to: writer)
                })
            response.headers.set("Content-Disposition", "attachment; filename=\"audit.\(isCSV ? "csv" : "jsonl")\"")
            return response
        }
    }
}

extension AdminService {
    func auditFilter(_ call: Call) throws -> AuditStore.Filter {
        var filter = AuditStore.Filter()
        filter.scope = charge(call).rows(.audit)
        filter.actor = call.query.text("actor")
        filter.action = call.query.text("action")
        filter.target = call.query.text("target")
        filter.territory = call.query.text("territory").flatMap(TerritoryID.init(rawValue:))
        if let text = call.query.text("establishment") {
            guard let uai = UAI(rawValue: text), let known = tenancy.map[uai] else { throw Problem(.notFound) }
            filter.establishment = known.id
        }
        filter.since = call.query.date("since").map { Int64($0.daysSince1970) * 86_400_000_000 }
        filter.until = call.query.date("until").map { Int64($0.daysSince1970 + 1) * 86_400_000_000 }
        return filter
    }

    /// One line for each territory or establishment whose acts are taken away, so that those in charge of it find it; one
    /// without for those of the whole platform.
    fileprivate func noteExport(_ filter: AuditStore.Filter, format: String, _ call: Call) async throws {
        func entry(_ territory: TerritoryID?, _ establishment: EstablishmentID?) -> AuditEntry {
            AuditEntry(
                "audit.export", by: actor(call), territory: territory, establishment: establishment, target: format)
        }
        var batch = PostgresBatch()
        if let establishment = filter.establishment {
            AuditStore.add(entry(nil, establishment), to: &batch)
        } else if let territory = filter.territory {
            AuditStore.add(entry(territory, nil), to: &batch)
        } else if case .only(let territories, let establishments) = filter.scope {
            for territory in territories { AuditStore.add(entry(territory, nil), to: &batch) }
            for establishment in establishments { AuditStore.add(entry(nil, establishment), to: &batch) }
        } else {
            AuditStore.add(entry(nil, nil), to: &batch)
        }
        _ = try await directory.run(batch)
    }

    func answer(_ record: AuditRecord) -> AuditAnswer {
        AuditAnswer(record: record, uai: record.establishment.flatMap { tenancy.map[$0]?.uai })
    }

    /// A page at a time, however long the log is: one that is still being written to is followed to where it was at first.
    func export(_ filter: AuditStore.Filter, isCSV: Bool, to writer: ResponseWriter) async throws {
        let page = 500
        if isCSV { try await writer.write(AuditAnswer.csvHead) }
        var before: Int64?
        while true {
            let records = try await audit.list(filter, before: before, limit: page)
            var text = ""
            for record in records {
                let answer = answer(record)
                text += isCSV ? answer.csvLine : String(decoding: JSONWriter.bytes(of: answer), as: UTF8.self) + "\n"
            }
            try await writer.write(text)
            guard records.count == page, let last = records.last else { return }
            before = last.number
        }
    }
}
