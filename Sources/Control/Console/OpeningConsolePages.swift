internal import HTTP
internal import Identity
internal import Tenancy
package import Web

/// Opening establishments in the console: one by a form, many by a table; both lead to the job.
package struct OpeningConsolePages: Sendable {
    private let service: AdminService

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [forms, one, list] }

    private static let longestTable = 1 << 20
    private static let mostFaultsTold = 20

    private func territories(_ call: Call) throws -> [Territory] {
        let charge = service.charge(call)
        let own = service.tenancy.territories.all.filter { charge.covers($0.id, .establishments) }
        guard !own.isEmpty else { throw ControlError.noRight(.establishments) }
        return own
    }

    private var forms: Route {
        .page(
            .get, "/establishments/new", access: ConsolePages.access, tag: "Console",
            summary: "The forms that open establishments.", errors: [.noRight]
        ) { call in call.page(try page(one: nil, list: nil, call)) }
    }

    /// - Parameters: what was typed into either form, where it cannot be done.
    private func page(one: FormReader?, list: FormReader?, _ call: Call) throws -> Page {
        let language = call.language
        let choices = try territories(call).map { (value: $0.id.rawValue, label: $0.name) }
        func shown(_ field: String) -> String? { one?.form[field] }
        func error(_ field: String) -> String? { one?.error(field)?[language] }
        let single = PostForm(
            "/establishments/new",
            [
                Field(
                    "territory", Phrase.territory[language], .select(choices), value: shown("territory"),
                    error: error("territory")),
                Field(
                    "uai", "UAI", value: shown("uai"), hint: Phrase.openingUAIHint[language], error: error("uai"),
                    maxLength: 8),
                Field(
                    "name", Phrase.nameColumn[language], value: shown("name"), error: error("name"), maxLength: 200),
                Field(
                    "kind", Phrase.kindOfSchool[language],
                    .select(Establishment.Kind.allCases.map { ($0.rawValue, $0.phrase[language]) }),
                    value: shown("kind"), error: error("kind")),
                Field(
                    "city", Phrase.city[language], value: shown("city"), error: error("city"), isRequired: false,
                    maxLength: 100),
                Field(
                    "zone", Phrase.calendarZone[language], value: shown("zone"),
                    hint: Phrase.openingZoneHint[language], error: error("zone"), isRequired: false, maxLength: 40),
                Field(
                    "given_name", Phrase.firstAdminGiven[language], value: shown("given_name"),
                    error: error("given_name"), isRequired: false, maxLength: 100),
                Field(
                    "family_name", Phrase.firstAdminFamily[language], value: shown("family_name"),
                    error: error("family_name"), isRequired: false, maxLength: 100),
            ], submit: Phrase.openIt[language], forgeryToken: call.frame.forgeryToken)
        var territory = Field(
            "territory", Phrase.territory[language], .select(choices), value: list?.form["territory"],
            error: list?.error("territory")?[language])
        territory.id = "list-territory"
        var many = PostForm(
            "/establishments/list",
            [
                territory,
                Field(
                    "table", Phrase.openingFile[language], .file(accept: ".csv,text/csv"),
                    hint: Phrase.openingFileHint[language], error: list?.error("table")?[language]),
            ], submit: Phrase.openThem[language], forgeryToken: call.frame.forgeryToken)
        many.hasFiles = true
        return Page(
            title: .openEstablishments,
            main: Component.heading(
                Phrase.openEstablishments[language], lead: HTML(text: Phrase.openEstablishmentsLead[language]))
                + Component.card(Phrase.openOne[language], single.html(language))
                + Component.card(Phrase.openList[language], many.html(language)), width: .narrow)
    }

    private func territory(_ reader: inout FormReader, _ call: Call) throws -> TerritoryID? {
        let own = try territories(call)
        let name = reader.text("territory", 1...63)
        let found = own.first { $0.id.rawValue == name }
        if name != nil, found == nil { reader.refuse("territory", .unknownPlace) }
        return found?.id
    }

    private var one: Route {
        .page(
            .post, "/establishments/new", access: ConsolePages.access, tag: "Console",
            summary: "Opens one establishment: a job.",
            body: .form([
                .text("territory", "Where."), .text("uai", "Its UAI.", maxLength: 8), .text("name", "Its name."),
                .text("kind", "What it is."), .text("city", "Its town."), .text("zone", "Of its calendar."),
                .text("given_name", "Of its first administrator."), .text("family_name", "The same's."),
            ]), errors: [.noRight]
        ) { call in
            var reader = FormReader(try await call.form())
            let territory = try territory(&reader, call)
            let draft = OpeningDraft(
                uai: reader.text("uai", 1...8) ?? "", name: reader.text("name", 1...200) ?? "",
                kind: reader.optionalText("kind", upTo: 40), city: reader.optionalText("city", upTo: 100),
                zone: reader.optionalText("zone", upTo: 40), givenName: reader.optionalText("given_name", upTo: 100),
                familyName: reader.optionalText("family_name", upTo: 100))
            for (field, reason) in draft.faults where reader.error(field) == nil { reader.refuse(field, reason) }
            if reader.isValid, let territory {
                if let job = try await open([draft.request], territory, at: "uai", &reader, call) {
                    return .seeOther("/jobs/\(job.rawValue)")
                }
            }
            return call.page(try page(one: reader, list: nil, call), status: .unprocessableContent)
        }
    }

    /// Nil, with the reason at the field, for what cannot be opened.
    private func open(
        _ requests: [ProvisionRequest], _ territory: TerritoryID, at field: String, _ reader: inout FormReader,
        _ call: Call
    ) async throws -> JobID? {
        do {
            return try await service.provision(requests, in: territory, call)
        } catch let problem as Problem where problem.status == 409 || problem.status == 422 {
            let meaning = problem.code.meaning
            let told = problem.detail.map { Phrase(fr: "\($0.fr) : \(meaning.fr)", en: "\($0.en): \(meaning.en)") }
            reader.refuse(field, told ?? meaning)
            return nil
        }
    }

    private var list: Route {
        .page(
            .post, "/establishments/list", access: ConsolePages.access, tag: "Console",
            summary: "Opens the establishments of a table: a job.",
            body: .multipart([.text("territory", "Where.")], limit: Self.longestTable + 65_536), errors: [.noRight]
        ) { call in
            _ = try territories(call)
            let stream = try await call.multipart()
            var fields: [Form.Field] = []
            var file: [UInt8]?
            while let part = try await stream.next() {
                switch part {
                case .field(let field): fields.append(field)
                case .file(let field, _):
                    guard field == "table", file == nil else { throw Problem(.malformedRequest) }
                    var bytes: [UInt8] = []
                    while let piece = try await stream.content() { bytes += piece }
                    file = bytes
                }
            }
            var reader = FormReader(Form(fields: fields))
            let territory = try territory(&reader, call)
            let requests = requests(of: file, &reader)
            if reader.isValid, let territory {
                if let job = try await open(requests, territory, at: "table", &reader, call) {
                    return .seeOther("/jobs/\(job.rawValue)")
                }
            }
            return call.page(try page(one: nil, list: reader, call), status: .unprocessableContent)
        }
    }

    private func requests(of file: [UInt8]?, _ reader: inout FormReader) -> [ProvisionRequest] {
        guard let file, !file.isEmpty else {
            reader.refuse("table", .chooseFile)
            return []
        }
        guard file.count <= Self.longestTable, let text = try? CSVText(file) else {
            reader.refuse("table", .openingUnreadable)
            return []
        }
        let list = OpeningList(text, most: Provisioning.most)
        if !list.faults.isEmpty {
            let told = list.faults.prefix(Self.mostFaultsTold)
            reader.refuse(
                "table",
                Phrase(
                    fr: told.map(\.fr).joined(separator: " "), en: told.map(\.en).joined(separator: " ")))
        }
        return list.requests
    }
}
