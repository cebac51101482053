internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The console's pages: each a file of its own beside this one.
package struct ConsolePages: Sendable {
    let service: AdminService

    static let access = Access.roles(
        "territory_admin", "region_admin", "platform_admin", "establishment_admin", "head")

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] {
        [overview, home] + establishmentRoutes + accountRoutes + absenteeRoutes + jobRoutes + auditRoutes
    }

    private var overview: Route {
        .page(
            .get, "/", access: ConsolePages.access, tag: "Console",
            summary: "Territories, shards and nodes at a glance, and where to go."
        ) { call in
            let language = call.language
            let charge = service.charge(call)
            let map = service.tenancy.map
            var main = Component.heading(Phrase.console[language], lead: HTML(text: Phrase.consoleLead[language]))
            main += ConsolePages.searchForm(
                "/establishments", .findEstablishments, .findEstablishmentsHint, nil, language)
            if charge.has(.accounts) {
                main += ConsolePages.searchForm("/accounts", .findAccounts, .findAccountsHint, nil, language)
            }
            for territory in service.tenancy.territories.all where charge.contains(territory.id) {
                main += ConsolePages.card(of: territory, map.establishments(of: territory.id), language)
            }
            if case .only(_, let own) = charge.rows(), !own.isEmpty {
                let links = own.prefix(50).compactMap { map[$0] }.html { establishment in
                    "<li><a href=\"/establishments/\(establishment.uai.rawValue)\">\(establishment.name)</a></li>"
                }
                main += Component.card(Phrase.establishments[language], "<ul>\(links)</ul>")
            }
            if charge.rows() == .everything { main += try await platform(call, map) }
            return call.page(Page(title: .console, main: main))
        }
    }

    /// Signing in leads to `/home` on every front; on this one the first page is the console.
    private var home: Route {
        .page(
            .get, "/home", access: .signedIn, tag: "Console", summary: "Leads to the console.", answers: [.elsewhere]
        ) { _ in .seeOther("/") }
    }

    // MARK: Pieces

    /// One field that leads to a list.
    static func searchForm(
        _ action: Link, _ label: Phrase, _ hint: Phrase, _ value: String?, _ language: Language
    ) -> HTML {
        var field = Field(
            "search", label[language], .input(type: "search"), value: value, hint: hint[language], isRequired: false,
            maxLength: 100)
        field.id = "search" + action.text.replacing("/", with: "-")
        return Component.card(
            """
            <form class="form" method="get" action="\(action)" role="search">\(field.html(language))\
            <div class="actions"><button class="button main" type="submit">\(Phrase.search[language])</button></div></form>
            """)
    }

    /// A button that does one thing, with what it does said beside it.
    static func act(_ action: Link, _ label: Phrase, _ lead: Phrase?, _ call: Call) -> HTML {
        let lead: HTML? = lead.map { "<p class=\"hint\">\($0[call.language])</p>" }
        return """
            <form method="post" action="\(action)">\(Component.token(call.frame.forgeryToken))\(lead)\
            <div class="actions"><button class="button" type="submit">\(label[call.language])</button></div></form>
            """
    }

    static func moment(_ microseconds: Int64?, _ language: Language) -> HTML {
        guard let microseconds else { return HTML(text: Phrase.never[language]) }
        let date = CivilDate(daysSince1970: Int(microseconds.divided(by: 86_400_000_000)))
        return """
            <time datetime="\(Timestamp.iso8601(microseconds: microseconds))">\(language.fullDate(date))</time>
            """
    }

    /// A day and a time, as clocks in metropolitan France show it: what is listed is of several schools.
    static func instant(_ microseconds: Int64, _ language: Language) -> HTML {
        guard let local = try? SchoolTimeZone.named("Europe/Paris").local(microseconds: microseconds) else {
            return HTML(text: Timestamp.iso8601(microseconds: microseconds))
        }
        return """
            <time datetime="\(Timestamp.iso8601(microseconds: microseconds))">\
            \(language.dateAndTime(local.date, minutes: local.minuteOfDay))</time>
            """
    }

    private static func card(of territory: Territory, _ establishments: [Establishment], _ language: Language) -> HTML {
        let open = establishments.count { $0.state == .active }
        let facts = Component.facts([
            (Phrase.establishments[language], HTML(text: language.number(establishments.count))),
            (Phrase.openNow[language], HTML(text: language.number(open))),
            (Phrase.hostNames[language], HTML(text: territory.hosts.joined(separator: ", "))),
        ])
        let link = Component.button(Phrase.showThem[language], to: "/establishments?territory=\(territory.id.rawValue)")
        return Component.card(territory.name, "\(facts)<p class=\"actions\">\(link)</p>")
    }

    private func platform(_ call: Call, _ map: ShardMap) async throws -> HTML {
        let language = call.language
        var shards = Table(
            Phrase.shards[language], id: "shards",
            [.text("Shard"), .text(Phrase.state[language]), .number(Phrase.establishments[language])])
        for shard in map.shards.values.sorted(by: { $0.id < $1.id }) {
            shards.add([
                HTML(text: shard.name), HTML(text: shard.state.phrase[language]),
                HTML(text: language.number(map.establishments(on: shard.id).count)),
            ])
        }
        var nodes = Table(Phrase.nodes[language], id: "nodes", [.text("Node"), .text(Phrase.state[language])])
        for node in try await service.nodes.all() {
            nodes.add([HTML(text: node.name), HTML(text: node.isAlive(now: call.now) ? node.state : "silent")])
        }
        return Component.card(nil, shards.html) + Component.card(nil, nodes.html)
    }
}

extension Int64 {
    /// Rounded down, also for what is before 1970.
    fileprivate func divided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
