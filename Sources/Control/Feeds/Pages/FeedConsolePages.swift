internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// Imports in the console: sent with a browser, looked at, agreed to, carried out as a job.
package struct FeedConsolePages: Sendable {
    let service: FeedService

    package init(_ service: FeedService) { self.service = service }

    package var routes: [Route] { [list, receiveArchive, show, apply] }

    /// More than a territory's archive that somebody sends by hand; the command takes larger ones.
    private static let mostArchiveBytes = 2 << 30

    private static let ofTerritories = Access.roles("territory_admin", "region_admin", "platform_admin")

    // MARK: All of them

    private var list: Route {
        .page(
            .get, "/imports", access: ConsolePages.access, tag: "Console",
            summary: "Imports, and the ways to begin one.",
            query: [
                .uai("establishment", "The school that a table is about."), .token("cursor", "Where to go on."),
            ], errors: [.noRight]
        ) { call in
            guard service.admin.charge(call).has(.imports) else { throw ControlError.noRight(.imports) }
            return call.page(try await page(call))
        }
    }

    /// - Parameters:
    ///   - table: what was sent of a table, where it cannot be taken.
    ///   - archive: the same of an archive.
    func page(table sent: FormReader? = nil, archive: FormReader? = nil, _ call: Call) async throws -> Page {
        let language = call.language
        let charge = service.admin.charge(call)
        let after = call.query.text("cursor").flatMap { UUID($0) }
        let lines = try await service.latest(after: after, limit: 26, scope: charge.rows(.imports))
        var main = Component.heading(Phrase.imports[language], lead: HTML(text: Phrase.importsLead[language]))
        if after == nil {
            main += try await drafts(charge, language)
            main += Component.card(Phrase.importTable[language], tableForm(sent, call).html(language))
            if let form = archiveForm(archive, call) {
                main += Component.card(Phrase.importArchive[language], form.html(language))
            }
        }
        main +=
            lines.isEmpty
            ? Component.emptyState(Phrase.noImports[language]) : Component.card(table(of: lines.prefix(25), language))
        main += Component.pagination(
            first: after == nil ? nil : "/imports",
            next: lines.count > 25 ? "/imports?cursor=\(lines[24].id)" : nil, language)
        return Page(title: .imports, main: main)
    }

    private func drafts(_ charge: Charge, _ language: Language) async throws -> HTML {
        let drafts = try await service.waitingDrafts(charge)
        guard !drafts.isEmpty else { return .empty }
        var table = Table(
            Phrase.draftsWaiting[language], id: "drafts",
            [
                .text(Phrase.fileName[language]), .text(Phrase.establishments[language]),
                .text(Phrase.tableOf[language]), .text(Phrase.begun[language]),
            ])
        for draft in drafts {
            table.add([
                "<a href=\"/imports/tables/\(draft.id)\">\(draft.name)</a>",
                HTML(text: service.admin.tenancy.map[draft.establishment]?.name ?? "–"),
                HTML(text: FeedKind(rawValue: draft.kind)?.phrase[language] ?? draft.kind),
                ConsolePages.moment(draft.changedAt, language),
            ])
        }
        return Component.card(table.html)
    }

    private func table(of lines: ArraySlice<FeedImport.Line>, _ language: Language) -> HTML {
        var table = Table(
            Phrase.importsSoFar[language], id: "imports",
            [
                .text(Phrase.begun[language]), .text(Phrase.kind[language]), .text(Phrase.state[language]),
                .text(Phrase.territory[language]), .number(Phrase.recordsReceived[language]),
            ])
        for line in lines {
            let state = FeedImport.State(rawValue: line.state)
            let dry: HTML? = line.isDryRun ? " \(Component.tag(Phrase.dryRun[language]))" : nil
            table.add([
                "<a href=\"/imports/\(line.id)\">\(ConsolePages.moment(line.createdAt, language))</a>",
                HTML(text: FeedTexts.format(line.kind)[language]),
                "\(Component.tag(state?.phrase[language] ?? line.state, state?.kind))\(dry)",
                HTML(text: line.territory ?? "–"), HTML(text: language.number(line.received)),
            ])
        }
        return table.html
    }

    // MARK: Sending

    private func tableForm(_ draft: FormReader?, _ call: Call) -> PostForm {
        let language = call.language
        let charge = service.admin.charge(call)
        func error(_ field: String) -> String? { draft?.error(field)?[language] }
        let own = Array(
            service.admin.tenancy.map.inOrder.lazy.filter { charge.covers($0, .imports) }.prefix(61))
        let chosen = draft?.form["establishment"] ?? call.query.text("establishment")
        var school = Field(
            "establishment", Phrase.schoolOfTable[language], value: chosen, hint: Phrase.schoolOfTableHint[language],
            error: error("establishment"), maxLength: 8)
        if own.count <= 60 {
            school.control = .select(own.map { ($0.uai.rawValue, "\($0.name) (\($0.uai.rawValue))") })
            school.hint = nil
            school.maxLength = nil
        }
        var form = PostForm(
            "/imports/tables",
            [
                school,
                Field(
                    "kind", Phrase.tableOf[language],
                    .select(FeedKind.allCases.map { ($0.rawValue, $0.phrase[language]) }), value: draft?.form["kind"],
                    error: error("kind")),
                Field(
                    "complete", Phrase.tableIsComplete[language], .box,
                    value: draft?.flag("complete") == true ? "1" : nil, hint: Phrase.tableIsCompleteHint[language],
                    isRequired: false),
                Field(
                    "table", Phrase.file[language], .file(accept: ".csv,.txt,.tsv,text/csv"),
                    hint: Phrase.tableHint[language], error: error("table")),
            ], submit: Phrase.sendTable[language], forgeryToken: call.frame.forgeryToken)
        form.fields[2].saysOptional = false
        form.hasFiles = true
        return form
    }

    /// Nil for somebody who has no territory in their charge.
    private func archiveForm(_ draft: FormReader?, _ call: Call) -> PostForm? {
        let language = call.language
        let charge = service.admin.charge(call)
        let territories = service.admin.tenancy.territories.all.filter { charge.covers($0.id, .imports) }
        guard !territories.isEmpty else { return nil }
        func error(_ field: String) -> String? { draft?.error(field)?[language] }
        var form = PostForm(
            "/imports/archives",
            [
                Field(
                    "format", Phrase.archiveFormat[language],
                    .select(FeedTexts.archives.map { ($0, FeedTexts.format($0)[language]) }),
                    value: draft?.form["format"], error: error("format")),
                Field(
                    "into", Phrase.territory[language], .select(territories.map { ($0.id.rawValue, $0.name) }),
                    value: draft?.form["into"], hint: Phrase.archiveIntoHint[language], error: error("into")),
                Field(
                    "academy", Phrase.academy[language], value: draft?.form["academy"],
                    hint: Phrase.academyHint[language], error: error("academy"), isRequired: false, maxLength: 3,
                    inputMode: "numeric"),
                Field(
                    "archive", Phrase.file[language], .file(accept: ".zip,.tar,.tgz,.gz"),
                    hint: Phrase.archiveHint[language], error: error("archive")),
            ], submit: Phrase.sendArchive[language], forgeryToken: call.frame.forgeryToken)
        form.hasFiles = true
        for index in form.fields.indices { form.fields[index].id = "archive-" + form.fields[index].name }
        return form
    }

    private enum ArchiveFormat: String {
        case aaf, oneroster, siecle
    }

    private var receiveArchive: Route {
        .page(
            .post, "/imports/archives", access: FeedConsolePages.ofTerritories, tag: "Console",
            summary: "Takes in an archive and says what it would change; changes nothing yet.",
            body: .multipart(
                [
                    .enumeration("format", FeedTexts.archives, "What it is.").required,
                    .slug("into", "The territory that it is about.").required,
                    .text("academy", "The academy's number, where the files do not say it.", maxLength: 3),
                ], limit: FeedConsolePages.mostArchiveBytes), errors: [.noRight, .feedWrongState]
        ) { call in
            let charge = service.admin.charge(call)
            guard charge.has(.imports) else { throw ControlError.noRight(.imports) }
            let form = try await call.multipart()
            var fields: [Form.Field] = []
            while let part = try await form.next() {
                switch part {
                case .field(let field): fields.append(field)
                case .file(let name, _):
                    guard name == "archive" else { throw Problem(.malformedRequest) }
                    var reader = FormReader(Form(fields: fields))
                    guard let (order, format) = self.order(&reader, charge, call) else {
                        return try await refuse(reader, call)
                    }
                    do {
                        let feed = try await receive(order, format) { try await form.content() }
                        return .seeOther("/imports/\(feed.id)")
                    } catch let error as FeedError {
                        reader.refuse("archive", FeedTexts.refusal(of: error))
                        return try await refuse(reader, call)
                    }
                }
            }
            var reader = FormReader(Form(fields: fields))
            _ = order(&reader, charge, call)
            reader.refuse("archive", .chooseFile)
            return try await refuse(reader, call)
        }
    }

    private func refuse(_ reader: FormReader, _ call: Call) async throws -> Response {
        call.page(try await page(archive: reader, call), status: .unprocessableContent)
    }

    /// Nil when something is wrong in the form, which the reader then has.
    private func order(
        _ reader: inout FormReader, _ charge: Charge, _ call: Call
    ) -> (FeedService.Order, ArchiveFormat)? {
        let format = reader.choice("format", ArchiveFormat.self)
        let territory = reader.text("into", 1...60).flatMap(TerritoryID.init(rawValue:))
        let academy = reader.optionalText("academy", upTo: 3)
        if let academy, AAFHeader.number(academy) == nil { reader.refuse("academy", .unknownAcademyNumber) }
        guard let format, reader.isValid else { return nil }
        // Whoever has nothing to do with a territory is told as little as that it exists.
        guard let territory, charge.covers(territory, .imports), service.admin.tenancy.territories[territory] != nil
        else {
            reader.refuse("into", .notYourTerritory)
            return nil
        }
        return (
            FeedService.Order(
                id: .v7(), territory: territory, academy: academy.flatMap(AAFHeader.number), isDryRun: false,
                actor: service.admin.actor(call), charge: charge), format
        )
    }

    private func receive(
        _ order: FeedService.Order, _ format: ArchiveFormat, _ body: @escaping FeedService.Body
    ) async throws -> FeedImport {
        switch format {
        case .aaf: try await service.receive(order, body)
        case .oneroster: try await service.receive(order, .oneRoster, body)
        case .siecle: try await service.receive(order, .siecle, body)
        }
    }

    // MARK: One of them

    private static let path = [Parameter.uuid("import", "Its identifier.")]

    private var show: Route {
        .page(
            .get, "/imports/{import}", access: ConsolePages.access, tag: "Console",
            summary: "One import: whom it brings, changes and takes away, and what is wrong with it.",
            parameters: FeedConsolePages.path
        ) { call in
            let feed = try await service.find(call)
            return call.page(ImportPages.page(of: feed, draft: try await service.draft(of: feed.id), call))
        }
    }

    private var apply: Route {
        .page(
            .post, "/imports/{import}/apply", access: ConsolePages.access, tag: "Console",
            summary: "Carries an import out, as a job.", parameters: FeedConsolePages.path,
            body: .form([.flag("accept", "Agrees to more departures than usual.")]),
            errors: [.noRight, .feedWrongState]
        ) { call in
            let feed = try await service.find(call)
            var reader = FormReader(try await call.form())
            let accepts = reader.flag("accept")
            if feed.state == .waiting, !accepts {
                reader.refuse("accept", .agreeFirst)
                return call.page(
                    ImportPages.page(of: feed, draft: try await service.draft(of: feed.id), answer: reader, call),
                    status: .unprocessableContent)
            }
            let job = try await service.enqueue(feed, accepts: accepts, call)
            return .seeOther("/jobs/\(job.rawValue)")
        }
    }
}
