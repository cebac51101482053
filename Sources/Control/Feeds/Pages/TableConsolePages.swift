internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// A school's own table in the console: sent, its columns understood, its cells put right, then planned.
package struct TableConsolePages: Sendable {
    private let service: FeedService

    package init(_ service: FeedService) { self.service = service }

    package var routes: [Route] { [receive, show, columns, correct, restore, plan, discard] }

    /// Lines on one page: those after them come when these are done.
    private static let mostLines = 40
    private static let path = [Parameter.uuid("draft", "The table's identifier.")]

    // MARK: Sending

    private var receive: Route {
        .page(
            .post, "/imports/tables", access: ConsolePages.access, tag: "Console",
            summary: "Takes in a school's own table, to be looked at.",
            body: .multipart(
                [
                    .uai("establishment", "The school.").required,
                    .enumeration("kind", FeedKind.allCases.map(\.rawValue), "Whom the table is about.").required,
                    .flag("complete", "Who is not in it is gone."),
                ], limit: FeedService.mostDraftBytes + 65_536), errors: [.noRight]
        ) { call in
            let charge = service.admin.charge(call)
            guard charge.has(.imports) else { throw ControlError.noRight(.imports) }
            let stream = try await call.multipart()
            var fields: [Form.Field] = []
            var file: (name: String, bytes: [UInt8])?
            while let part = try await stream.next() {
                switch part {
                case .field(let field): fields.append(field)
                case .file(let field, let name):
                    guard field == "table", file == nil else { throw Problem(.malformedRequest) }
                    var bytes: [UInt8] = []
                    while let piece = try await stream.content() { bytes += piece }
                    file = (name, bytes)
                }
            }
            var reader = FormReader(Form(fields: fields))
            let school = reader.text("establishment", 1...8).flatMap { UAI(rawValue: $0.uppercased()) }
                .flatMap { service.admin.tenancy.map[$0] }
            if reader.error("establishment") == nil, school.map({ charge.covers($0, .imports) }) != true {
                reader.refuse("establishment", .noSuchUAI)
            }
            let kind = reader.choice("kind", FeedKind.self)
            if file == nil { reader.refuse("table", .chooseFile) }
            if let school, let kind, let file, reader.isValid {
                do {
                    let id = try await service.keep(
                        file.bytes, name: file.name, of: school, kind, isComplete: reader.flag("complete"),
                        by: service.admin.actor(call))
                    return .seeOther("/imports/tables/\(id)")
                } catch let error as FeedError {
                    reader.refuse("table", FeedTexts.refusal(of: error))
                }
            }
            let page = try await FeedConsolePages(service).page(table: reader, call)
            return call.page(page, status: .unprocessableContent)
        }
    }

    private func draft(_ call: Call) async throws -> TableDraft {
        try await service.draft(try call.path.uuid("draft"), service.admin.charge(call))
    }

    // MARK: Looking

    private var show: Route {
        .page(
            .get, "/imports/tables/{draft}", access: ConsolePages.access, tag: "Console",
            summary: "A table: what was found in it, its columns, the cells to be put right.",
            parameters: TableConsolePages.path, query: [.flag("done", "Says that it is done.")]
        ) { call in
            if call.query.flag("done") { call.frame.notices.append(Notice(.success, Phrase.saved[call.language])) }
            return call.page(page(of: try await draft(call), call))
        }
    }

    private func page(of draft: TableDraft, _ call: Call) -> Page {
        let language = call.language
        var main = Component.heading(
            draft.name, lead: HTML(text: "\(draft.establishment.name) – \(draft.kind.phrase[language])"))
        main += Component.card(
            Component.facts([
                (Phrase.encoding[language], HTML(text: draft.text.encoding.name)),
                (Phrase.separator[language], HTML(text: FeedTexts.separator(draft.text.separator)[language])),
                (Phrase.linesInFile[language], HTML(text: language.number(draft.text.rows.count))),
                (Phrase.peopleReady[language], HTML(text: language.number(draft.people))),
                (
                    Phrase.toPutRight[language],
                    Component.tag(
                        language.number(draft.faults.count), draft.faults.isEmpty ? .success : .warning)
                ),
            ]))
        if draft.missing.isEmpty {
            main += Component.card(
                ConsolePages.act("/imports/tables/\(draft.id)/plan", .showPlan, .showPlanLead, call))
        } else {
            let names = draft.missing.map { $0.phrase[language] }.joined(separator: ", ")
            main += Notice(.warning, Phrase.columnsMissing(names)[language]).html(language)
        }
        if !draft.faults.isEmpty {
            main += Component.card(Phrase.toPutRight[language], corrections(of: draft, call))
        }
        if !draft.corrections.dropped.isEmpty {
            let lines = draft.corrections.dropped.sorted().prefix(200).map(String.init).joined(separator: ", ")
            main += Component.card(
                Phrase.linesAside[language],
                """
                <p>\(lines)</p>\(ConsolePages.act("/imports/tables/\(draft.id)/restore", .takeBack, nil, call))
                """)
        }
        main += Component.card(Phrase.columns[language], columnForm(of: draft, call).html(language))
        main += Component.card(
            ConsolePages.act("/imports/tables/\(draft.id)/discard", .discardTable, .discardTableLead, call))
        return Page(title: Phrase(verbatim: draft.name), main: main)
    }

    private func columnForm(of draft: TableDraft, _ call: Call) -> PostForm {
        let language = call.language
        let choices =
            [(value: "", label: Phrase.notRead[language])]
            + CSVColumns.Field.allCases.filter { $0 != .ignored }.map {
                (value: $0.rawValue, label: $0.phrase[language])
            }
        var fields = draft.text.header.enumerated().map { index, name in
            let known = draft.columns.fields[index]
            let samples = draft.samples(of: index)
            return Field(
                "column_\(index)", name.isEmpty ? Phrase.columnNumber(index + 1)[language] : name, .select(choices),
                value: known == .ignored ? "" : known?.rawValue ?? "",
                hint: samples.isEmpty
                    ? Phrase.columnEmpty[language] : Phrase.columnSamples(samples.joined(separator: " · "))[language],
                isRequired: false)
        }
        fields.append(
            Field(
                "complete", Phrase.tableIsComplete[language], .box, value: draft.isComplete ? "1" : nil,
                hint: Phrase.tableIsCompleteHint[language], isRequired: false))
        for index in fields.indices { fields[index].saysOptional = false }
        return PostForm(
            "/imports/tables/\(draft.id)/columns", fields, submit: Phrase.saveColumns[language],
            forgeryToken: call.frame.forgeryToken)
    }

    /// The cells that are wrong, each line by itself.
    private func corrections(of draft: TableDraft, _ call: Call) -> HTML {
        let language = call.language
        let rows = Dictionary(
            draft.corrected.rows.map { ($0.line, $0.fields) }, uniquingKeysWith: { first, _ in first })
        let byLine = Dictionary(grouping: draft.faults, by: \.line)
        let lines = byLine.keys.sorted()
        let fieldsets = lines.prefix(TableConsolePages.mostLines).html { line in
            let cells = rows[line] ?? []
            let who = draft.columns.fields.indices.filter {
                [.familyName, .givenName].contains(draft.columns.fields[$0]) && cells.indices.contains($0)
            }.map { cells[$0] }.filter { !$0.isEmpty }.joined(separator: " ")
            let faults = byLine[line] ?? []
            let fields = faults.html { fault in
                let reason = fault.reason.phrase[language]
                guard let column = fault.column else { return "<p>\(reason)</p>" }
                var field = Field(
                    "cell_\(line)_\(column)", draft.text.header[column],
                    value: cells.indices.contains(column) ? cells[column] : "", error: reason, isRequired: false,
                    maxLength: CSVCorrections.longest)
                field.saysOptional = false
                return field.html(language)
            }
            var aside = Field("drop_\(line)", Phrase.leaveAside[language], .box, isRequired: false)
            aside.saysOptional = false
            return """
                <fieldset><legend>\(Phrase.lineOf(line, who)[language])</legend>\(fields)\(aside.html(language))</fieldset>
                """
        }
        let more: HTML? =
            lines.count > TableConsolePages.mostLines
            ? "<p>\(Phrase.moreLines(lines.count - TableConsolePages.mostLines)[language])</p>" : nil
        var form = PostForm(
            "/imports/tables/\(draft.id)/corrections", [], submit: Phrase.saveCells[language],
            forgeryToken: call.frame.forgeryToken)
        form.more = "<p>\(Phrase.toPutRightLead[language])</p>\(fieldsets)\(more)"
        return form.html(language)
    }

    // MARK: Changing

    private static let manyFields = FormLimits(bytes: 262_144, fields: 1000)

    private var columns: Route {
        .page(
            .post, "/imports/tables/{draft}/columns", access: ConsolePages.access, tag: "Console",
            summary: "Says what the columns of a table are; remembered for the school's next ones.",
            parameters: TableConsolePages.path,
            body: .form([.flag("complete", "Who is not in it is gone.")], limits: TableConsolePages.manyFields)
        ) { call in
            let draft = try await draft(call)
            let form = try await call.form()
            var mapping: [String: CSVColumns.Field] = [:]
            for (index, name) in draft.text.header.enumerated() {
                guard let said = form["column_\(index)"] else { continue }
                let before = draft.columns.fields[index]
                if said.isEmpty {
                    if let before, before != .ignored { mapping[name.lowercased()] = .ignored }
                } else if let field = CSVColumns.Field(rawValue: said), field != before {
                    mapping[name.lowercased()] = field
                }
            }
            try await service.change(draft, mapping: mapping, isComplete: FormReader(form).flag("complete"))
            return .seeOther("/imports/tables/\(draft.id)?done=1")
        }
    }

    private var correct: Route {
        .page(
            .post, "/imports/tables/{draft}/corrections", access: ConsolePages.access, tag: "Console",
            summary: "Puts cells of a table right, or leaves lines aside.", parameters: TableConsolePages.path,
            body: .form([], limits: TableConsolePages.manyFields), errors: [.feedTooLarge]
        ) { call in
            let draft = try await draft(call)
            let form = try await call.form()
            var corrections = draft.corrections
            for field in form.fields {
                let parts = field.name.split(separator: "_")
                let isKept: Bool
                if parts.count == 3, parts[0] == "cell", let line = Int(parts[1]), let column = Int(parts[2]),
                    draft.text.header.indices.contains(column)
                {
                    isKept = corrections.set(field.value.trimmed, at: .init(line: line, column: column))
                } else if parts.count == 2, parts[0] == "drop", let line = Int(parts[1]) {
                    isKept = corrections.drop(line)
                } else {
                    isKept = true
                }
                guard isKept else { throw Problem(.feedTooLarge) }
            }
            try await service.correct(draft, corrections)
            return .seeOther("/imports/tables/\(draft.id)?done=1")
        }
    }

    private var restore: Route {
        .page(
            .post, "/imports/tables/{draft}/restore", access: ConsolePages.access, tag: "Console",
            summary: "Takes back the lines that were left aside.", parameters: TableConsolePages.path, body: .form([])
        ) { call in
            let draft = try await draft(call)
            var corrections = draft.corrections
            for line in corrections.dropped { corrections.keep(line) }
            try await service.correct(draft, corrections)
            return .seeOther("/imports/tables/\(draft.id)?done=1")
        }
    }

    private var plan: Route {
        .page(
            .post, "/imports/tables/{draft}/plan", access: ConsolePages.access, tag: "Console",
            summary: "Says what a table would change; changes nothing yet.", parameters: TableConsolePages.path,
            body: .form([]), errors: [.feedMissingColumn, .feedWrongState]
        ) { call in
            let draft = try await draft(call)
            let feed = try await service.plan(draft, by: service.admin.actor(call))
            return .seeOther("/imports/\(feed.id)")
        }
    }

    private var discard: Route {
        .page(
            .post, "/imports/tables/{draft}/discard", access: ConsolePages.access, tag: "Console",
            summary: "Throws a table away.", parameters: TableConsolePages.path, body: .form([])
        ) { call in
            try await service.forget(try await draft(call))
            return .seeOther("/imports")
        }
    }
}
