internal import Postgres
internal import Tenancy
internal import Web

/// The colours of territories and establishments as style sheets, worked out once for each version of the directory.
final class TerritoryThemes: @unchecked Sendable {
    // Safety: confined to its loop.
    private let tenancy: Tenancy
    private var version: Int64 = -1
    private var themes: [TerritoryID: Theme] = [:]
    private var links: [TerritoryID: Link] = [:]
    private var mapVersion: Int64 = -1
    private var ownThemes: [EstablishmentID: Theme] = [:]

    init(_ tenancy: Tenancy) { self.tenancy = tenancy }

    /// Nil for a territory that is unknown or says no colour that can be read.
    func theme(of id: TerritoryID) -> Theme? {
        renewIfNeeded()
        return themes[id]
    }

    /// Where its style sheet is: what every page says.
    func link(of id: TerritoryID) -> Link? {
        renewIfNeeded()
        return links[id]
    }

    /// By the name that the address of its style sheet has: a territory's, or the UAI of an establishment that has colours of
    /// its own. No territory's name begins with a digit.
    func theme(named name: String) -> Theme? {
        if let territory = TerritoryID(rawValue: name) { return theme(of: territory) }
        guard let uai = UAI(rawValue: name.uppercased()), let establishment = tenancy.map[uai] else { return nil }
        renewOwnIfNeeded()
        return ownThemes[establishment.id]
    }

    /// Where the style sheet of an establishment's own colours is; nil for one that has its territory's.
    func link(of id: EstablishmentID) -> Link? {
        renewOwnIfNeeded()
        return ownThemes[id]?.link
    }

    /// Nothing is worked out while no establishment has colours of its own.
    private func renewOwnIfNeeded() {
        let map = tenancy.map
        guard map.version != mapVersion else { return }
        mapVersion = map.version
        ownThemes = [:]
        for (id, colors) in map.themes {
            guard let establishment = map[id] else { continue }
            ownThemes[id] = TerritoryThemes.theme(named: establishment.uai.rawValue.lowercased(), colors)
        }
    }

    private func renewIfNeeded() {
        let territories = tenancy.territories
        guard territories.version != version else { return }
        version = territories.version
        themes = [:]
        for territory in territories.all {
            themes[territory.id] = TerritoryThemes.theme(named: territory.id.rawValue, territory.theme)
        }
        links = themes.mapValues(\.link)
    }

    private static func theme(named name: String, _ document: JSONText) -> Theme? {
        var parser = JSONParser(Array(document.text.utf8))
        guard let colors = try? parser.parse(), let accent = colors["accent"]?.text else { return nil }
        return Theme(
            name: name, band: colors["colour"]?.text, onBand: colors["on_colour"]?.text,
            accent: accent,
            accentOnDark: colors["accent_on_dark"]?.text)
    }
}
