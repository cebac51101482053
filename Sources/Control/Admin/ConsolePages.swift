internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// The console's pages.
package struct ConsolePages: Sendable {
    private let service: AdminService

    static let access = Access.roles(
        "territory_admin", "region_admin", "platform_admin", "establishment_admin", "head")

    package init(_ service: AdminService) { self.service = service }

    package var routes: [Route] { [overview, home] }

    private var overview: Route {
        .page(
            .get, "/", access: ConsolePages.access, tag: "Console",
            summary: "Territories, shards and nodes at a glance."
        ) { call in
            let language = call.language
            let charge = service.charge(call)
            let map = service.tenancy.map
            let territories = service.tenancy.territories.all.filter { charge.contains($0.id) }
            var main = Component.heading(
                Phrase.console[language], lead: HTML(text: Phrase.consoleLead[language]))
            for territory in territories {
                main += ConsolePages.card(of: territory, map.establishments(of: territory.id), language)
            }
            if charge.rows() == .everything {
                main += try await platform(call, map)
            }
            return call.page(Page(title: .console, main: main))
        }
    }

    /// Signing in leads to `/home` on every front; on this one the first page is the console.
    private var home: Route {
        .page(.get, "/home", access: .signedIn, tag: "Console", summary: "Leads to the console.") { _ in .seeOther("/")
        }
    }

    private static func card(of territory: Territory, _ establishments: [Establishment], _ language: Language) -> HTML {
        let open = establishments.count { $0.state == .active }
        let facts = Component.facts([
            (Phrase.establishments[language], HTML(text: language.number(establishments.count))),
            (Phrase.openNow[language], HTML(text: language.number(open))),
            (Phrase.hostNames[language], HTML(text: territory.hosts.joined(separator: ", "))),
        ])
        var table = Table(
            Phrase.establishments[language], id: "establishments",
            [.text("UAI"), .text(Phrase.nameColumn[language]), .text(Phrase.city[language]), .number("Shard")])
        for establishment in establishments.prefix(25) {
            table.add([
                HTML(text: establishment.uai.rawValue), HTML(text: establishment.name), HTML(text: establishment.city),
                HTML(text: establishment.placement.map { String($0.shard.rawValue) } ?? "–"),
            ])
        }
        let more: HTML? =
            establishments.count > 25
            ? "<p class=\"muted\">\(Phrase.andMore(establishments.count - 25)[language])</p>" : nil
        return Component.card(
            territory.name,
            "\(facts)<details><summary>\(Phrase.showList[language])</summary>\(table.html)\(more)</details>")
    }

    private func platform(_ call: Call, _ map: ShardMap) async throws -> HTML {
        let language = call.language
        var shards = Table(
            Phrase.shards[language], id: "shards",
            [.text("Shard"), .text(Phrase.state[language]), .number(Phrase.establishments[language])])
        for shard in map.shards.values.sorted(by: { $0.id < $1.id }) {
            shards.add([
                HTML(text: shard.name), HTML(text: shard.state.rawValue),
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

extension Phrase {
    static let console = Phrase(fr: "Console d'administration", en: "Administration console")
    static let consoleLead = Phrase(
        fr: "Les territoires dont vous avez la charge.", en: "The territories in your charge.")
    static let establishments = Phrase(fr: "Établissements", en: "Establishments")
    static let openNow = Phrase(fr: "Ouverts", en: "Open")
    static let hostNames = Phrase(fr: "Adresses", en: "Host names")
    static let nameColumn = Phrase(fr: "Nom", en: "Name")
    static let city = Phrase(fr: "Commune", en: "City")
    static let showList = Phrase(fr: "Voir la liste", en: "Show the list")
    static let shards = Phrase(fr: "Shards", en: "Shards")
    static let nodes = Phrase(fr: "Nœuds", en: "Nodes")
    static let state = Phrase(fr: "État", en: "State")

    static func andMore(_ count: Int) -> Phrase {
        .count(count, fr: ("et % autre", "et % autres"), en: ("and % more", "and % more"))
    }
}
