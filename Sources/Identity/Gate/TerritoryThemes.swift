internal import Postgres
internal import Tenancy
internal import Web

/// The territories' colours as style sheets, worked out once for each version of the directory.
final class TerritoryThemes: @unchecked Sendable {
    // Safety: confined to its loop.
    private let tenancy: Tenancy
    private var version: Int64 = -1
    private var themes: [TerritoryID: Theme] = [:]
    private var links: [TerritoryID: Link] = [:]

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

    private func renewIfNeeded() {
        let territories = tenancy.territories
        guard territories.version != version else { return }
        version = territories.version
        themes = [:]
        for territory in territories.all { themes[territory.id] = TerritoryThemes.theme(territory) }
        links = themes.mapValues(\.link)
    }

    private static func theme(_ territory: Territory) -> Theme? {
        var parser = JSONParser(Array(territory.theme.text.utf8))
        guard let colors = try? parser.parse(), let accent = colors["accent"]?.text else { return nil }
        return Theme(
            name: territory.id.rawValue, band: colors["colour"]?.text, onBand: colors["on_colour"]?.text,
            accent: accent,
            accentOnDark: colors["accent_on_dark"]?.text)
    }
}
