internal import HTTP
internal import Tenancy
internal import Web

extension ConsolePages {
    var establishmentRoutes: [Route] {
        [
            establishmentList, establishmentPage, establishmentChange, establishmentLook, establishmentUAI,
            establishmentMerge,
        ]
            + EstablishmentAct.allCases.map(establishmentAct)
    }

    private var establishmentList: Route {
        .page(
            .get, "/establishments", access: ConsolePages.access, tag: "Console", summary: "Establishments, searched.",
            query: [
                .text("search", "Words of the name, the town or the UAI.", maxLength: 100),
                .slug("territory", "Only this territory's."), .token("cursor", "Where to go on."),
            ]
        ) { call in
            let language = call.language
            let charge = service.charge(call)
            let (search, territory) = (call.query.text("search"), call.query.text("territory"))
            let (words, after) = (search.map(NameFolding.words) ?? [], call.query.text("cursor") ?? "")
            let found = Array(
                service.tenancy.map.inOrder.lazy.filter { establishment in
                    establishment.uai.rawValue > after
                        && (territory == nil || establishment.territory.rawValue == territory)
                        && charge.contains(establishment) && establishment.matches(words)
                }.prefix(51))
            let open =
                charge.has(.establishments)
                ? Component.button(Phrase.openEstablishments[language], to: "/establishments/new") : nil
            var main = Component.heading(Phrase.establishments[language], actions: open)
            main += ConsolePages.searchForm(
                "/establishments", .findEstablishments, .findEstablishmentsHint, search, language)
            if found.isEmpty {
                main += Component.emptyState(
                    Phrase.nothingFound[language], HTML(text: Phrase.tryFewerLetters[language]))
            } else {
                var table = Table(
                    Phrase.establishments[language], id: "establishments",
                    [
                        .text("UAI"), .text(Phrase.nameColumn[language]), .text(Phrase.city[language]),
                        .text(Phrase.state[language]),
                    ], hidesCaption: true)
                for establishment in found.prefix(50) {
                    table.add([
                        "<a href=\"/establishments/\(establishment.uai.rawValue)\">\(establishment.uai.rawValue)</a>",
                        HTML(text: establishment.name), HTML(text: establishment.city),
                        Component.tag(establishment.state.phrase[language], establishment.state.kind),
                    ])
                }
                main += Component.card(table.html)
            }
            var next: Link?
            if found.count > 50 {
                var link: Link = "/establishments?cursor=\(found[49].uai.rawValue)"
                if let search { link = link.adding("search", search) }
                if let territory { link = link.adding("territory", territory) }
                next = link
            }
            main += Component.pagination(first: after.isEmpty ? nil : "/establishments", next: next, language)
            return call.page(Page(title: .establishments, main: main))
        }
    }

    private static let path = [Parameter.uai("establishment", "Its UAI.")]

    private var establishmentPage: Route {
        .page(
            .get, "/establishments/{establishment}", access: ConsolePages.access, tag: "Console",
            summary: "One establishment: what it is, and what can be done.", parameters: ConsolePages.path,
            query: [.flag("done", "Says that it is done.")]
        ) { call in
            let establishment = try service.establishment(call)
            if call.query.flag("done") { call.frame.notices.append(Notice(.success, Phrase.done[call.language])) }
            return call.page(page(of: establishment, call))
        }
    }

    /// - Parameter draft: what was typed, where it cannot be saved.
    func page(of establishment: Establishment, draft: FormReader? = nil, _ call: Call) -> Page {
        let language = call.language
        let charge = service.charge(call)
        let uai = establishment.uai.rawValue
        let facts = Component.facts([
            ("UAI", HTML(text: uai)),
            (Phrase.state[language], Component.tag(establishment.state.phrase[language], establishment.state.kind)),
            (Phrase.city[language], HTML(text: establishment.city)),
            (Phrase.calendarZone[language], HTML(text: establishment.zone)),
            ("Shard", HTML(text: establishment.placement.map { $0.shard.description } ?? "–")),
            (
                Phrase.servicesOff[language],
                HTML(
                    text: establishment.modulesOff.isEmpty
                        ? Phrase.noneOff[language] : establishment.modulesOff.sorted().joined(separator: " "))
            ),
        ])
        var main = Component.heading(establishment.name)
        main += Component.card(facts)
        if charge.covers(establishment, .accounts) {
            main += Component.card(
                Phrase.whatNext[language],
                """
                <p class="actions">\
                \(Component.button(Phrase.itsAccounts[language], to: "/accounts?establishment=\(uai)", isMain: true))\
                \(Component.button(Phrase.itsAbsentees[language], to: "/establishments/\(uai)/never-connected"))\
                \(Component.button(Phrase.whoIsConnected[language], to: "/admission/\(uai)/people"))\
                \(Component.button(Phrase.duplicates[language], to: "/establishments/\(uai)/duplicates"))</p>
                """)
        }
        if charge.covers(establishment, .imports) {
            let link = Component.button(Phrase.importHere[language], to: "/imports?establishment=\(uai)")
            main += Component.card("<p class=\"actions\">\(link)</p>")
        }
        guard charge.covers(establishment, .establishments) else {
            main += Notice(.information, Phrase.notAllowed[language]).html(language)
            return Page(title: Phrase(verbatim: establishment.name), main: main)
        }
        func shown(_ field: String, _ saved: String) -> String { draft?.form[field] ?? saved }
        func error(_ field: String) -> String? { draft?.error(field)?[language] }
        let form = PostForm(
            "/establishments/\(uai)",
            [
                Field(
                    "name", Phrase.nameColumn[language], value: shown("name", establishment.name),
                    error: error("name"), maxLength: 200),
                Field(
                    "city", Phrase.city[language], value: shown("city", establishment.city), error: error("city"),
                    isRequired: false, maxLength: 100),
                Field(
                    "zone", Phrase.calendarZone[language], .select(zones(of: establishment).map { ($0, $0) }),
                    value: shown("zone", establishment.zone), hint: Phrase.calendarZoneHint[language],
                    error: error("zone")),
                Field(
                    "modules_off", Phrase.servicesOff[language],
                    value: shown("modules_off", establishment.modulesOff.sorted().joined(separator: " ")),
                    hint: Phrase.servicesOffHint[language], error: error("modules_off"), isRequired: false,
                    maxLength: 500),
            ], submit: Phrase.save[language], forgeryToken: call.frame.forgeryToken)
        main += Component.card(Phrase.change[language], form.html(language))
        main += lookCard(establishment, draft: draft, call)
        if establishment.state == .active || establishment.state == .suspended {
            main += moveCard(establishment, call) ?? .empty
        }
        if establishment.state == .active {
            main += Component.card(
                ConsolePages.act("/establishments/\(uai)/suspend", .suspend, .suspendLead, call))
        }
        if establishment.state == .suspended {
            main += Component.card(ConsolePages.act("/establishments/\(uai)/reopen", .reopen, nil, call))
        }
        if establishment.state != .provisioning {
            main += Component.card(ConsolePages.act("/establishments/\(uai)/close", .close, .closeLead, call))
            let code = PostForm(
                "/establishments/\(uai)/uai",
                [
                    Field(
                        "uai", Phrase.newUAI[language], value: draft?.form["uai"], hint: Phrase.newUAIHint[language],
                        error: error("uai"), maxLength: 8)
                ], submit: Phrase.changeUAI[language], forgeryToken: call.frame.forgeryToken)
            main += Component.card(Phrase.changeUAI[language], code.html(language))
            let other = PostForm(
                "/establishments/\(uai)/merge",
                [
                    Field(
                        "into", Phrase.mergeInto[language], value: draft?.form["into"],
                        hint: Phrase.mergeIntoHint[language], error: error("into"), maxLength: 8)
                ], submit: Phrase.merge[language], forgeryToken: call.frame.forgeryToken)
            main += Component.card(Phrase.merge[language], other.html(language))
        }
        return Page(title: Phrase(verbatim: establishment.name), main: main)
    }

    /// Zones that have a calendar in its territory, and its own even where that has none.
    private func zones(of establishment: Establishment) -> [String] {
        let known = service.tenancy.territories[establishment.territory]?.calendars.map(\.zone) ?? []
        return Set(known + [establishment.zone]).sorted()
    }

    private var establishmentChange: Route {
        .page(
            .post, "/establishments/{establishment}", access: ConsolePages.access, tag: "Console",
            summary: "Changes an establishment.", parameters: ConsolePages.path,
            body: .form([
                .text("name", "Its name."), .text("city", "Its town."),
                .text("zone", "The zone of its calendar."),
                .text("modules_off", "Words with spaces between."),
            ]), errors: [.noRight, .unknownReference]
        ) { call in
            let establishment = try service.establishment(call, for: .establishments)
            var reader = FormReader(try await call.form())
            let name = reader.text("name", 1...200)
            let city = reader.optionalText("city", upTo: 100)
            let off = reader.optionalText("modules_off", upTo: 500)
            // One that is as it was may be of a calendar that is gone.
            let zone = reader.optionalText("zone", upTo: 40).flatMap { $0 == establishment.zone ? nil : $0 }
            if let zone, !zones(of: establishment).contains(zone) { reader.refuse("zone", .noSuchZone) }
            guard reader.isValid, let name else {
                return call.page(
                    page(of: establishment, draft: reader, call), status: .unprocessableContent)
            }
            try await service.change(
                establishment, name: name, city: city ?? "", zone: zone,
                modulesOff: (off ?? "").split(separator: " ").map { $0.lowercased() }, call)
            return .seeOther("/establishments/\(establishment.uai.rawValue)?done=1")
        }
    }

    private var establishmentUAI: Route {
        .page(
            .post, "/establishments/{establishment}/uai", access: ConsolePages.access, tag: "Console",
            summary: "Gives an establishment another UAI.", parameters: ConsolePages.path,
            body: .form([.text("uai", "The new one.", maxLength: 8).required]), errors: [.noRight, .uaiTaken]
        ) { call in
            let establishment = try service.establishment(call, for: .establishments)
            var reader = FormReader(try await call.form())
            let typed = reader.text("uai", 1...8)
            guard let uai = typed.flatMap({ UAI(rawValue: $0.uppercased()) }), uai.hasValidLetter else {
                reader.refuse("uai", .noSuchUAI)
                return call.page(page(of: establishment, draft: reader, call), status: .unprocessableContent)
            }
            try await service.changeUAI(of: establishment, to: uai, call)
            return .seeOther("/establishments/\(uai.rawValue)?done=1")
        }
    }

    private var establishmentMerge: Route {
        .page(
            .post, "/establishments/{establishment}/merge", access: ConsolePages.access, tag: "Console",
            summary: "Closes an establishment into another.", parameters: ConsolePages.path,
            body: .form([.text("into", "The UAI of the one that stays.", maxLength: 8).required]),
            errors: [.noRight, .wrongState]
        ) { call in
            let establishment = try service.establishment(call, for: .establishments)
            var reader = FormReader(try await call.form())
            let typed = reader.text("into", 1...8)
            guard let typed, let kept = try? service.establishment(code: typed, call, for: .establishments),
                kept.id != establishment.id
            else {
                reader.refuse("into", .noSuchUAI)
                return call.page(page(of: establishment, draft: reader, call), status: .unprocessableContent)
            }
            let id = try await service.merge(establishment, into: kept, call)
            return .seeOther("/jobs/\(id.rawValue)")
        }
    }

    private func establishmentAct(_ act: EstablishmentAct) -> Route {
        .page(
            .post, "/establishments/{establishment}/\(act.rawValue)", access: ConsolePages.access, tag: "Console",
            summary: act.summary, parameters: ConsolePages.path, body: .form([]), errors: [.noRight, .wrongState]
        ) { call in
            guard let uai = UAI(rawValue: try call.path.text("establishment")),
                let row = try await EstablishmentStore.find(uai, in: service.directory)
            else { throw Problem(.notFound) }
            let state = try await service.act(act, on: row, call)
            return state == .closed
                ? .seeOther("/establishments?search=") : .seeOther("/establishments/\(row.uai.rawValue)?done=1")
        }
    }
}
